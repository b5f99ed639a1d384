"""Checkpoints of the journal: a start reads the newest and what came after it."""

import sqlalchemy as sa
from alembic import op

from store.sqlite import ROW_NUMBER

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """There is none yet: the next start reads the whole journal once."""
    op.create_table(
        "journal_checkpoint",
        sa.Column("seq", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal_checkpoint")),
    )


def downgrade() -> None:
    """Nothing is lost: the journal holds it all."""
    op.drop_table("journal_checkpoint")
