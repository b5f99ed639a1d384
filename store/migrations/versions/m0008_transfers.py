"""How often agents sent callers on."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

INTERVALS = ("queue_interval_row", "agent_interval_row")


def upgrade() -> None:
    """Rows that are there had none."""
    op.add_column("interaction_row", sa.Column("transfer_count", sa.Integer(), nullable=False, server_default="0"))
    for table in INTERVALS:
        op.add_column(table, sa.Column("transferred_count", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """The counts are lost; the journal keeps the facts."""
    for name in INTERVALS:
        with op.batch_alter_table(name) as table:
            table.drop_column("transferred_count")
    with op.batch_alter_table("interaction_row") as table:
        table.drop_column("transfer_count")
