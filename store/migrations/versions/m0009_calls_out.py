"""Calls that agents make."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

COUNTS = ("out_count", "out_answered_count", "out_talk_ms", "out_refused_count")


def upgrade() -> None:
    """There were none before."""
    op.add_column("interaction_row", sa.Column("direction", sa.String(16), nullable=False, server_default="inbound"))
    for name in COUNTS:
        op.add_column("agent_interval_row", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """The journal holds them all."""
    with op.batch_alter_table("agent_interval_row") as table:
        for name in COUNTS:
            table.drop_column(name)
    with op.batch_alter_table("interaction_row") as table:
        table.drop_column("direction")
