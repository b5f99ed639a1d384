"""Rows of the reports: written with the follower's progress in one transaction, read by time, queue, agent or number."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kernel.ids import AgentId, InteractionId, QueueId
from kernel.instants import Instant
from kernel.result_codes import Disposition
from reports.changes import Changes
from reports.memory import Memory
from reports.ports import Progress, ShelfFailed
from reports.rows import AgentIntervalRow, AgentTimeRow, InteractionRow, MenuRow, QueueIntervalRow
from reports.sums import KEYS, SUMS, SumRow, added
from store import tables
from store.database import Database

FOLLOWER = "rows"

TABLES: Mapping[type, sa.Table] = {
    QueueIntervalRow: tables.queue_interval_row,
    AgentIntervalRow: tables.agent_interval_row,
    AgentTimeRow: tables.agent_time_row,
    MenuRow: tables.menu_row,
}

Row = TypeVar("Row")

PROGRESS = sa.select(tables.report_progress).where(tables.report_progress.c.follower == FOLLOWER)
INTERACTION = sa.select(tables.interaction_row).where(
    tables.interaction_row.c.interaction_id == sa.bindparam("wanted"),
)


def found_sum(kind: type) -> "sa.Select[Any]":
    """The row of one key, by bind parameters named as its columns with ``wanted_`` before."""
    table = TABLES[kind]
    return sa.select(table).where(*(table.c[name] == sa.bindparam(f"wanted_{name}") for name in KEYS[kind]))


def put_sum(kind: type) -> sa.Update:
    """New values for the row of one key."""
    table = TABLES[kind]
    return (
        sa.update(table)
        .where(*(table.c[name] == sa.bindparam(f"wanted_{name}") for name in KEYS[kind]))
        .values({name: sa.bindparam(name) for name in SUMS[kind]})
    )


def put_interaction() -> sa.Update:
    """New values for one interaction's row."""
    table = tables.interaction_row
    names = [column.name for column in table.columns if column.name != "interaction_id"]
    return (
        sa.update(table)
        .where(table.c.interaction_id == sa.bindparam("wanted"))
        .values({name: sa.bindparam(name) for name in names})
    )


class StoreRows:
    """Implements ``reports.ports.RowShelf``, and finds interactions for whoever asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def progress(self) -> Progress | None:
        """How far the rows have come. Raises ShelfFailed."""

        async def select(connection: AsyncConnection) -> Progress | None:
            return await _progress(connection)

        return await self._database.read(select, ShelfFailed)

    async def save(self, changes: Changes, progress: Progress) -> None:
        """Changes and progress, all or none, durably. Raises ShelfFailed."""

        async def put(connection: AsyncConnection) -> None:
            kept = await _progress(connection)
            if kept is not None and progress.seq <= kept.seq:
                raise ShelfFailed(f"the rows hold entry {progress.seq} already")
            await _put_interactions(connection, changes.interactions.values())
            for row in changes.sums.values():
                await _add(connection, row)
            values = {"seq": progress.seq, "memory": msgspec.json.encode(progress.memory).decode()}
            table = tables.report_progress
            if kept is None:
                await connection.execute(table.insert(), {"follower": FOLLOWER, **values})
            else:
                await connection.execute(sa.update(table).where(table.c.follower == FOLLOWER).values(values))

        await self._database.write(put, ShelfFailed)

    async def queue_intervals(self, since: Instant, until: Instant) -> list[QueueIntervalRow]:
        """Half hours that began in [since, until), by start and queue. Raises ShelfFailed."""
        return await self._between(QueueIntervalRow, since, until)

    async def agent_intervals(self, since: Instant, until: Instant) -> list[AgentIntervalRow]:
        """Half hours that began in [since, until), by start and agent. Raises ShelfFailed."""
        return await self._between(AgentIntervalRow, since, until)

    async def agent_times(self, since: Instant, until: Instant) -> list[AgentTimeRow]:
        """Half hours that began in [since, until), by start, agent, state and reason. Raises ShelfFailed."""
        return await self._between(AgentTimeRow, since, until)

    async def menus(self, day_first: str, day_last: str) -> list[MenuRow]:
        """Days from the first to the last, both included. Raises ShelfFailed."""
        table = tables.menu_row
        wanted = sa.select(table).where(table.c.day >= day_first, table.c.day <= day_last)
        return await self._rows(MenuRow, wanted.order_by(*(table.c[name] for name in KEYS[MenuRow])))

    async def interaction(self, interaction_id: InteractionId) -> InteractionRow | None:
        """One interaction's row; None when unknown. Raises ShelfFailed."""
        found = await self._rows(InteractionRow, INTERACTION.params(wanted=interaction_id))
        return found[0] if found else None

    async def find_interactions(
        self,
        *,
        since: Instant | None = None,
        until: Instant | None = None,
        queue_id: QueueId | None = None,
        agent_id: AgentId | None = None,
        disposition: Disposition | None = None,
        number: str | None = None,
        before: tuple[Instant, InteractionId] | None = None,
        count_max: int = 100,
    ) -> list[InteractionRow]:
        """Rows by arrival in [since, until) and the rest of what is given, newest first, then highest id.

        ``number`` as normalised in the contact book. ``before``: only rows older than that one, by (arrival, id).
        Raises ShelfFailed.
        """
        statement = found_interactions(since, until, queue_id, agent_id, disposition, number, before)
        return await self._rows(InteractionRow, statement.limit(count_max))

    async def _between(self, kind: type[Row], since: Instant, until: Instant) -> list[Row]:
        table = TABLES[kind]
        wanted = sa.select(table).where(table.c.starts_at >= since, table.c.starts_at < until)
        return await self._rows(kind, wanted.order_by(table.c.starts_at, *(table.c[name] for name in KEYS[kind])))

    async def _rows(self, kind: type[Row], statement: "sa.Select[Any]") -> list[Row]:
        async def select(connection: AsyncConnection) -> list[Row]:
            return [_made(kind, row) for row in await connection.execute(statement)]

        return await self._database.read(select, ShelfFailed)


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


async def _progress(connection: AsyncConnection) -> Progress | None:
    row = (await connection.execute(PROGRESS)).one_or_none()
    if row is None:
        return None
    try:
        return Progress(seq=row.seq, memory=msgspec.json.decode(row.memory, type=Memory))
    except msgspec.MsgspecError as error:
        raise ShelfFailed(f"the follower's memory cannot be read: {error}") from error


async def _put_interactions(connection: AsyncConnection, rows: Iterable[InteractionRow]) -> None:
    for row in rows:
        values = {name: getattr(row, name) for name in InteractionRow.__dataclass_fields__}
        key = values.pop("interaction_id")
        done = await connection.execute(put_interaction(), {"wanted": key, **values})
        if done.rowcount == 0:
            await connection.execute(tables.interaction_row.insert(), {"interaction_id": key, **values})


async def _add(connection: AsyncConnection, row: SumRow) -> None:
    kind = type(row)
    key = {f"wanted_{name}": getattr(row, name) for name in KEYS[kind]}
    there = (await connection.execute(found_sum(kind), key)).one_or_none()
    if there is None:
        values = {name: getattr(row, name) for name in (*KEYS[kind], *SUMS[kind])}
        await connection.execute(TABLES[kind].insert(), values)
        return
    kept: Any = _made(kind, there)
    total = added(kept, row)
    await connection.execute(put_sum(kind), {**key, **{name: getattr(total, name) for name in SUMS[kind]}})


def _made(kind: type[Row], row: "sa.Row[Any]") -> Row:
    """The dataclass of that row; codes become enums again."""
    return msgspec.convert({str(name): value for name, value in row._mapping.items()}, kind)
