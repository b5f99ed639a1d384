"""The numbered events of the CTI socket."""

import sqlalchemy as sa
from alembic import op

from store.sqlite import ROW_NUMBER

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """One table, in the order of its numbers."""
    op.create_table(
        "cti_event",
        sa.Column("seq", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("journal_seq", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.String(length=128), nullable=False),
        sa.Column("queue_id", sa.String(length=128), nullable=False),
        sa.Column("call_id", sa.String(length=128), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_cti_event")),
    )


def downgrade() -> None:
    """The events can be made again from the journal."""
    op.drop_table("cti_event")
