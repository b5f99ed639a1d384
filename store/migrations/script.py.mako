"""${message}."""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Towards this release."""
    ${upgrades if upgrades else ""}


def downgrade() -> None:
    """Back to the release before."""
    ${downgrades if downgrades else ""}
