"""Callers who left a queue by its exit key."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Nobody did before."""
    op.add_column(
        "queue_interval_row", sa.Column("left_key_count", sa.BigInteger(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    """The journal holds who did."""
    with op.batch_alter_table("queue_interval_row") as table:
        table.drop_column("left_key_count")
