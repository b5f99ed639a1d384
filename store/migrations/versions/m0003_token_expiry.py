"""API tokens that are good until a day only."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Tokens that are there go on without an end."""
    op.add_column("api_token", sa.Column("expires_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Tokens lose their ends: revoke first those that should not live on."""
    with op.batch_alter_table("api_token") as table:
        table.drop_column("expires_at")
