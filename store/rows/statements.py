"""What is said to the database about rows."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from kernel.ids import AgentId, InteractionId, QueueId
from kernel.instants import Instant
from kernel.result_codes import Disposition
from reports.rows import AgentIntervalRow, AgentTimeRow, MenuRow, QueueIntervalRow, WaitToldRow
from store import tables

FOLLOWER = "rows"

TABLES: Mapping[type, sa.Table] = {
    QueueIntervalRow: tables.queue_interval_row,
    AgentIntervalRow: tables.agent_interval_row,
    AgentTimeRow: tables.agent_time_row,
    MenuRow: tables.menu_row,
    WaitToldRow: tables.wait_told_row,
}

PROGRESS = sa.select(tables.report_progress).where(tables.report_progress.c.follower == FOLLOWER)
INTERACTION = sa.select(tables.interaction_row).where(
    tables.interaction_row.c.interaction_id == sa.bindparam("wanted"),
)


def found_interactions(
    since: Instant | None,
    until: Instant | None,
    queue_id: QueueId | None,
    agent_id: AgentId | None,
    disposition: Disposition | None,
    number: str | None,
    before: tuple[Instant, InteractionId] | None,
) -> "sa.Select[Any]":
    """The statement behind ``find_interactions``."""
    row = tables.interaction_row.c
    wanted = sa.select(tables.interaction_row)
    if number is not None:
        contact = tables.contact.c
        wanted = wanted.join(tables.contact, contact.interaction_id == row.interaction_id)
        wanted = wanted.where(contact.number == number, contact.erased.is_(False))
    if since is not None:
        wanted = wanted.where(row.arrived_at >= since)
    if until is not None:
        wanted = wanted.where(row.arrived_at < until)
    if queue_id is not None:
        wanted = wanted.where(row.queue_id == queue_id)
    if agent_id is not None:
        wanted = wanted.where(row.agent_id == agent_id)
    if disposition is not None:
        wanted = wanted.where(row.disposition == disposition)
    if before is not None:
        at, interaction_id = before
        wanted = wanted.where(
            sa.or_(row.arrived_at < at, sa.and_(row.arrived_at == at, row.interaction_id < interaction_id))
        )
    return wanted.order_by(row.arrived_at.desc(), row.interaction_id.desc())
