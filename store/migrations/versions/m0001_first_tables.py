"""The first tables."""

import sqlalchemy as sa
from alembic import op

from store.sqlite import ROW_NUMBER

revision = "0001"
down_revision = None


def upgrade() -> None:
    """From an empty database."""
    _log()
    _personal()
    _interactions()
    _intervals()
    _progress()
    _shelf()


def downgrade() -> None:
    """Back to an empty database."""
    for table in TABLES:
        op.drop_table(table)


TABLES = (
    "api_token",
    "centre_version",
    "recording",
    "report_progress",
    "menu_row",
    "agent_time_row",
    "agent_interval_row",
    "queue_interval_row",
    "interaction_row",
    "contact",
    "journal_subject",
    "journal_entry",
)
"""Children before what they point to; indexes go with their table."""


def _log() -> None:
    """The journal and its index by interaction."""
    op.create_table(
        "journal_entry",
        sa.Column("seq", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.String(length=32), nullable=False),
        sa.Column("given", sa.Text(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal_entry")),
    )
    op.create_table(
        "journal_subject",
        sa.Column("interaction_id", sa.String(length=128), nullable=False),
        sa.Column("seq", ROW_NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["journal_entry.seq"], name=op.f("fk_journal_subject_seq_journal_entry")),
        sa.PrimaryKeyConstraint("interaction_id", "seq", name=op.f("pk_journal_subject")),
    )


def _personal() -> None:
    """What can be erased, beside the journal."""
    op.create_table(
        "contact",
        sa.Column("interaction_id", sa.String(length=128), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("number_raw", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("interaction_id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_number"), "contact", ["number"], unique=False)


def _interactions() -> None:
    """One row an interaction."""
    op.create_table(
        "interaction_row",
        sa.Column("interaction_id", sa.String(length=128), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("did", sa.String(length=128), nullable=False),
        sa.Column("trunk_id", sa.String(length=128), nullable=False),
        sa.Column("arrived_at", sa.BigInteger(), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("queue_id", sa.String(length=128), nullable=True),
        sa.Column("agent_id", sa.String(length=128), nullable=True),
        sa.Column("reservation_id", sa.String(length=128), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("flow_ms", sa.BigInteger(), nullable=False),
        sa.Column("wait_ms", sa.BigInteger(), nullable=False),
        sa.Column("ring_ms", sa.BigInteger(), nullable=False),
        sa.Column("talk_ms", sa.BigInteger(), nullable=False),
        sa.Column("hold_ms", sa.BigInteger(), nullable=False),
        sa.Column("wrap_up_ms", sa.BigInteger(), nullable=False),
        sa.Column("reservation_count", sa.Integer(), nullable=False),
        sa.Column("disposition", sa.String(length=32), nullable=True),
        sa.Column("ended_by", sa.String(length=16), nullable=True),
        sa.Column("service_level_met", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("interaction_id", name=op.f("pk_interaction_row")),
    )
    op.create_index(
        "ix_interaction_row_agent_id_arrived_at", "interaction_row", ["agent_id", "arrived_at"], unique=False
    )
    op.create_index(op.f("ix_interaction_row_arrived_at"), "interaction_row", ["arrived_at"], unique=False)
    op.create_index(
        "ix_interaction_row_queue_id_arrived_at", "interaction_row", ["queue_id", "arrived_at"], unique=False
    )


def _intervals() -> None:
    """Sums by half hour and by day."""
    op.create_table(
        "queue_interval_row",
        sa.Column("queue_id", sa.String(length=128), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("offered_count", sa.BigInteger(), nullable=False),
        sa.Column("answered_count", sa.BigInteger(), nullable=False),
        sa.Column("answered_in_time_count", sa.BigInteger(), nullable=False),
        sa.Column("abandoned_count", sa.BigInteger(), nullable=False),
        sa.Column("short_abandoned_count", sa.BigInteger(), nullable=False),
        sa.Column("abandoned_in_time_count", sa.BigInteger(), nullable=False),
        sa.Column("left_timeout_count", sa.BigInteger(), nullable=False),
        sa.Column("left_overflow_count", sa.BigInteger(), nullable=False),
        sa.Column("left_closed_count", sa.BigInteger(), nullable=False),
        sa.Column("left_withdrawn_count", sa.BigInteger(), nullable=False),
        sa.Column("left_no_agent_count", sa.BigInteger(), nullable=False),
        sa.Column("left_system_failure_count", sa.BigInteger(), nullable=False),
        sa.Column("answered_wait_ms", sa.BigInteger(), nullable=False),
        sa.Column("abandoned_wait_ms", sa.BigInteger(), nullable=False),
        sa.Column("left_wait_ms", sa.BigInteger(), nullable=False),
        sa.Column("wait_ms_max", sa.BigInteger(), nullable=False),
        sa.Column("handled_count", sa.BigInteger(), nullable=False),
        sa.Column("talk_ms", sa.BigInteger(), nullable=False),
        sa.Column("hold_ms", sa.BigInteger(), nullable=False),
        sa.Column("wrap_up_ms", sa.BigInteger(), nullable=False),
        sa.Column("reserved_count", sa.BigInteger(), nullable=False),
        sa.Column("lapsed_count", sa.BigInteger(), nullable=False),
        sa.Column("declined_count", sa.BigInteger(), nullable=False),
        sa.Column("busy_count", sa.BigInteger(), nullable=False),
        sa.Column("unreachable_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("queue_id", "starts_at", name=op.f("pk_queue_interval_row")),
    )
    op.create_index(op.f("ix_queue_interval_row_starts_at"), "queue_interval_row", ["starts_at"], unique=False)
    op.create_table(
        "agent_interval_row",
        sa.Column("agent_id", sa.String(length=128), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("reserved_count", sa.BigInteger(), nullable=False),
        sa.Column("answered_count", sa.BigInteger(), nullable=False),
        sa.Column("lapsed_count", sa.BigInteger(), nullable=False),
        sa.Column("declined_count", sa.BigInteger(), nullable=False),
        sa.Column("handled_count", sa.BigInteger(), nullable=False),
        sa.Column("talk_ms", sa.BigInteger(), nullable=False),
        sa.Column("hold_ms", sa.BigInteger(), nullable=False),
        sa.Column("wrap_up_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "starts_at", name=op.f("pk_agent_interval_row")),
    )
    op.create_index(op.f("ix_agent_interval_row_starts_at"), "agent_interval_row", ["starts_at"], unique=False)
    op.create_table(
        "agent_time_row",
        sa.Column("agent_id", sa.String(length=128), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason_code", sa.String(length=64), nullable=False),
        sa.Column("time_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "starts_at", "state", "reason_code", name=op.f("pk_agent_time_row")),
    )
    op.create_index(op.f("ix_agent_time_row_starts_at"), "agent_time_row", ["starts_at"], unique=False)
    op.create_table(
        "menu_row",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("flow_id", sa.String(length=128), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("node_id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("exit", sa.String(length=64), nullable=False),
        sa.Column("visit_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "flow_id", "version", "node_id", "kind", "exit", name=op.f("pk_menu_row")),
    )


def _progress() -> None:
    """How far a follower came."""
    op.create_table(
        "report_progress",
        sa.Column("follower", sa.String(length=32), nullable=False),
        sa.Column("seq", ROW_NUMBER, nullable=False),
        sa.Column("memory", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("follower", name=op.f("pk_report_progress")),
    )


def _shelf() -> None:
    """Recordings, the centre's versions, keys of the API."""
    op.create_table(
        "recording",
        sa.Column("reservation_id", sa.String(length=128), nullable=False),
        sa.Column("interaction_id", sa.String(length=128), nullable=False),
        sa.Column("queue_id", sa.String(length=128), nullable=False),
        sa.Column("agent_id", sa.String(length=128), nullable=False),
        sa.Column("file_name", sa.String(length=512), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("byte_count", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("reservation_id", name=op.f("pk_recording")),
    )
    op.create_index("ix_recording_agent_id_started_at", "recording", ["agent_id", "started_at"], unique=False)
    op.create_index(op.f("ix_recording_interaction_id"), "recording", ["interaction_id"], unique=False)
    op.create_index(op.f("ix_recording_started_at"), "recording", ["started_at"], unique=False)
    op.create_table(
        "centre_version",
        sa.Column("number", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_centre_version")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("sha256", name=op.f("uq_api_token_sha256")),
    )
