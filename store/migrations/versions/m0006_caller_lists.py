"""Caller lists: entries beside the centre's description, every change of them, and what agents ask to have blocked."""

import sqlalchemy as sa
from alembic import op

from store.sqlite import ROW_NUMBER

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Lists go on with the entries of the centre's description."""
    op.create_table(
        "caller_list_entry",
        sa.Column("list_id", sa.String(128), nullable=False),
        sa.Column("match_by", sa.String(16), nullable=False),
        sa.Column("match_value", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(128), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_by", sa.String(128), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "match_by", "match_value", name=op.f("pk_caller_list_entry")),
    )
    op.create_table(
        "caller_list_change",
        sa.Column("seq", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(128), nullable=False),
        sa.Column("why", sa.String(256), nullable=False),
        sa.Column("list_id", sa.String(128), nullable=False),
        sa.Column("change", sa.String(16), nullable=False),
        sa.Column("match_by", sa.String(16), nullable=False),
        sa.Column("match_value", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(128), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_caller_list_change")),
    )
    op.create_index(op.f("ix_caller_list_change_list_id_seq"), "caller_list_change", ["list_id", "seq"])
    op.create_table(
        "block_request",
        sa.Column("number", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("agent_id", sa.String(128), nullable=False),
        sa.Column("interaction_id", sa.String(128), nullable=False),
        sa.Column("caller", sa.String(64), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(128), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("asked_why", sa.String(256), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(128), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_why", sa.String(256), nullable=True),
        sa.Column("list_id", sa.String(128), nullable=True),
        sa.Column("until_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_block_request")),
    )
    op.create_index(op.f("ix_block_request_state"), "block_request", ["state"])


def downgrade() -> None:
    """The entries are lost: export them first."""
    op.drop_table("block_request")
    op.drop_table("caller_list_change")
    op.drop_table("caller_list_entry")
