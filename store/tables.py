"""The tables as they are now; ``migrations`` is how a database gets there. Instants are integer ms since the epoch."""

from typing import Any

import sqlalchemy as sa

from store.sqlite import ROW_NUMBER

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

INSTANT = sa.BigInteger
LENGTH_MS = sa.BigInteger


def _id(name: str, *, key: bool = False, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(128), primary_key=key, nullable=nullable)


def _count(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, nullable=False)


# --- the log ---------------------------------------------------------------------------------------------------------

journal_entry = sa.Table(
    "journal_entry",
    metadata,
    sa.Column("seq", ROW_NUMBER, primary_key=True, autoincrement=False),
    sa.Column("at", INSTANT, nullable=False),
    sa.Column("stream", sa.String(32), nullable=False),
    sa.Column("given", sa.Text),
    sa.Column("facts", sa.Text, nullable=False),
)

journal_subject = sa.Table(
    "journal_subject",
    metadata,
    _id("interaction_id", key=True),
    sa.Column("seq", ROW_NUMBER, sa.ForeignKey("journal_entry.seq"), primary_key=True),
)

# What the program knew after one entry, so that a start need not read the log from its beginning.
journal_checkpoint = sa.Table(
    "journal_checkpoint",
    metadata,
    sa.Column("seq", ROW_NUMBER, primary_key=True, autoincrement=False),
    sa.Column("made_at", INSTANT, nullable=False),
    sa.Column("format", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

# --- personal data, beside the log so that it can be erased ----------------------------------------------------------

contact = sa.Table(
    "contact",
    metadata,
    _id("interaction_id", key=True),
    sa.Column("number", sa.String(64), nullable=False, index=True),
    sa.Column("number_raw", sa.String(64), nullable=False),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("attributes", sa.Text, nullable=False),
    sa.Column("erased", sa.Boolean, nullable=False),
)

# --- rows of the reports ---------------------------------------------------------------------------------------------

interaction_row = sa.Table(
    "interaction_row",
    metadata,
    _id("interaction_id", key=True),
    sa.Column("channel", sa.String(16), nullable=False),
    _id("did"),
    _id("trunk_id"),
    sa.Column("arrived_at", INSTANT, nullable=False, index=True),
    sa.Column("queued_at", INSTANT),
    sa.Column("answered_at", INSTANT),
    sa.Column("ended_at", INSTANT),
    _id("queue_id", nullable=True),
    _id("agent_id", nullable=True),
    _id("reservation_id", nullable=True),
    sa.Column("priority", sa.Integer),
    sa.Column("flow_ms", LENGTH_MS, nullable=False),
    sa.Column("wait_ms", LENGTH_MS, nullable=False),
    sa.Column("ring_ms", LENGTH_MS, nullable=False),
    sa.Column("talk_ms", LENGTH_MS, nullable=False),
    sa.Column("hold_ms", LENGTH_MS, nullable=False),
    sa.Column("wrap_up_ms", LENGTH_MS, nullable=False),
    sa.Column("reservation_count", sa.Integer, nullable=False),
    sa.Column("disposition", sa.String(32)),
    sa.Column("ended_by", sa.String(16)),
    sa.Column("service_level_met", sa.Boolean),
    sa.Column("transfer_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("direction", sa.String(16), nullable=False, server_default="inbound"),
    sa.Index("ix_interaction_row_queue_id_arrived_at", "queue_id", "arrived_at"),
    sa.Index("ix_interaction_row_agent_id_arrived_at", "agent_id", "arrived_at"),
)

queue_interval_row = sa.Table(
    "queue_interval_row",
    metadata,
    _id("queue_id", key=True),
    sa.Column("starts_at", INSTANT, primary_key=True, index=True),
    *(
        _count(name)
        for name in (
            "offered_count",
            "answered_count",
            "answered_in_time_count",
            "abandoned_count",
            "short_abandoned_count",
            "abandoned_in_time_count",
            "left_timeout_count",
            "left_overflow_count",
            "left_closed_count",
            "left_key_count",
            "left_withdrawn_count",
            "left_no_agent_count",
            "left_system_failure_count",
            "answered_wait_ms",
            "abandoned_wait_ms",
            "left_wait_ms",
            "wait_ms_max",
            "handled_count",
            "talk_ms",
            "hold_ms",
            "wrap_up_ms",
            "reserved_count",
            "lapsed_count",
            "declined_count",
            "busy_count",
            "unreachable_count",
            "callback_booked_count",
            "callback_answered_count",
            "callback_failed_count",
        )
    ),
    sa.Column("transferred_count", sa.BigInteger, nullable=False, server_default="0"),
)

wait_told_row = sa.Table(
    "wait_told_row",
    metadata,
    _id("queue_id", key=True),
    sa.Column("starts_at", INSTANT, primary_key=True, index=True),
    sa.Column("minutes", sa.Integer, primary_key=True, autoincrement=False),
    *(_count(name) for name in ("told_count", "kept_count", "broken_count")),
)

agent_interval_row = sa.Table(
    "agent_interval_row",
    metadata,
    _id("agent_id", key=True),
    sa.Column("starts_at", INSTANT, primary_key=True, index=True),
    *(
        _count(name)
        for name in (
            "reserved_count",
            "answered_count",
            "lapsed_count",
            "declined_count",
            "handled_count",
            "talk_ms",
            "hold_ms",
            "wrap_up_ms",
            "out_count",
            "out_answered_count",
            "out_talk_ms",
            "out_refused_count",
        )
    ),
    sa.Column("transferred_count", sa.BigInteger, nullable=False, server_default="0"),
)

agent_time_row = sa.Table(
    "agent_time_row",
    metadata,
    _id("agent_id", key=True),
    sa.Column("starts_at", INSTANT, primary_key=True, index=True),
    sa.Column("state", sa.String(16), primary_key=True),
    sa.Column("reason_code", sa.String(64), primary_key=True),
    sa.Column("time_ms", LENGTH_MS, nullable=False),
)

menu_row = sa.Table(
    "menu_row",
    metadata,
    sa.Column("day", sa.String(10), primary_key=True),
    _id("flow_id", key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    _id("node_id", key=True),
    sa.Column("kind", sa.String(32), primary_key=True),
    sa.Column("exit", sa.String(64), primary_key=True),
    _count("visit_count"),
)

report_progress = sa.Table(
    "report_progress",
    metadata,
    sa.Column("follower", sa.String(32), primary_key=True),
    sa.Column("seq", ROW_NUMBER, nullable=False),
    sa.Column("memory", sa.Text, nullable=False),
)

# --- recordings ------------------------------------------------------------------------------------------------------

recording = sa.Table(
    "recording",
    metadata,
    _id("reservation_id", key=True),
    sa.Column("interaction_id", sa.String(128), nullable=False, index=True),
    _id("queue_id"),
    _id("agent_id"),
    sa.Column("file_name", sa.String(512), nullable=False),
    sa.Column("started_at", INSTANT, nullable=False, index=True),
    sa.Column("duration_ms", LENGTH_MS, nullable=False),
    sa.Column("byte_count", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Index("ix_recording_agent_id_started_at", "agent_id", "started_at"),
)

# --- the centre, what its clients hear, and their keys -----------------------------------------------------------------------------------------

centre_version = sa.Table(
    "centre_version",
    metadata,
    sa.Column("number", ROW_NUMBER, primary_key=True, autoincrement=False),
    sa.Column("published_at", INSTANT, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
)

cti_event = sa.Table(
    "cti_event",
    metadata,
    sa.Column("seq", ROW_NUMBER, primary_key=True, autoincrement=False),
    sa.Column("journal_seq", sa.BigInteger, nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("at", INSTANT, nullable=False),
    sa.Column("type", sa.String(64), nullable=False),
    sa.Column("agent_id", sa.String(128), nullable=False),
    sa.Column("queue_id", sa.String(128), nullable=False),
    sa.Column("call_id", sa.String(128), nullable=False),
    sa.Column("data", sa.Text, nullable=False),
)

api_token = sa.Table(
    "api_token",
    metadata,
    _id("id", key=True),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False, unique=True),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created_at", INSTANT, nullable=False),
    sa.Column("expires_at", INSTANT),
    sa.Column("revoked_at", INSTANT),
)

# --- caller lists, as far as they are not in the centre's description ----------------------------------------------------


def _match() -> "list[sa.Column[str]]":
    return [
        sa.Column("match_by", sa.String(16), nullable=False),
        sa.Column("match_value", sa.String(64), nullable=False),
    ]


def _entry() -> "list[sa.Column[Any]]":
    return [
        sa.Column("reason", sa.String(128), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("until_at", INSTANT),
    ]


caller_list_entry = sa.Table(
    "caller_list_entry",
    metadata,
    _id("list_id"),
    *_match(),
    *_entry(),
    _id("changed_by"),
    sa.Column("changed_at", INSTANT, nullable=False),
    sa.PrimaryKeyConstraint("list_id", "match_by", "match_value"),
)

caller_list_change = sa.Table(
    "caller_list_change",
    metadata,
    sa.Column("seq", ROW_NUMBER, primary_key=True, autoincrement=False),
    sa.Column("at", INSTANT, nullable=False),
    _id("who"),
    sa.Column("why", sa.String(256), nullable=False),
    _id("list_id"),
    sa.Column("change", sa.String(16), nullable=False),
    *_match(),
    *_entry(),
    sa.Index("ix_caller_list_change_list_id_seq", "list_id", "seq"),
)

block_request = sa.Table(
    "block_request",
    metadata,
    sa.Column("number", ROW_NUMBER, primary_key=True, autoincrement=False),
    _id("agent_id"),
    _id("interaction_id"),
    sa.Column("caller", sa.String(64), nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
    _id("asked_by"),
    sa.Column("asked_at", INSTANT, nullable=False),
    sa.Column("asked_why", sa.String(256), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    _id("decided_by", nullable=True),
    sa.Column("decided_at", INSTANT),
    sa.Column("decided_why", sa.String(256)),
    _id("list_id", nullable=True),
    sa.Column("until_at", INSTANT),
)
