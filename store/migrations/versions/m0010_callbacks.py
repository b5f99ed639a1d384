"""Callbacks, counted apart from the calls of a queue."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

COLUMNS = ("callback_booked_count", "callback_answered_count", "callback_failed_count")


def upgrade() -> None:
    """There was none before."""
    for name in COLUMNS:
        op.add_column("queue_interval_row", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """The journal holds them."""
    with op.batch_alter_table("queue_interval_row") as table:
        for name in COLUMNS:
            table.drop_column(name)
