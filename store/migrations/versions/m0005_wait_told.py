"""What waiting callers were told of their wait, and how true it was."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Nothing was told before."""
    op.create_table(
        "wait_told_row",
        sa.Column("queue_id", sa.String(length=128), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("told_count", sa.BigInteger(), nullable=False),
        sa.Column("kept_count", sa.BigInteger(), nullable=False),
        sa.Column("broken_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("queue_id", "starts_at", "minutes", name=op.f("pk_wait_told_row")),
    )
    op.create_index(op.f("ix_wait_told_row_starts_at"), "wait_told_row", ["starts_at"], unique=False)


def downgrade() -> None:
    """The journal holds what was told."""
    op.drop_table("wait_told_row")
