"""Rows of the reports: written with the follower's progress in one transaction, read by time, queue, agent or number."""

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from kernel.ids import AgentId, InteractionId, QueueId
from kernel.instants import Instant
from kernel.result_codes import Disposition
from reports.changes import Changes
from reports.memory import Memory
from reports.ports import Progress, ShelfFailed
from reports.rows import AgentIntervalRow, AgentTimeRow, InteractionRow, MenuRow, QueueIntervalRow, WaitToldRow
from reports.sums import KEYS, SUMS, SumRow, is_greatest
from store import tables
from store.database import Database
from store.rows.statements import FOLLOWER, INTERACTION, PROGRESS, TABLES, found_interactions
from store.upsert import adding, replacing

Row = TypeVar("Row")


class StoreRows:
    """Implements ``reports.ports.RowShelf``, and finds interactions for whoever asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def progress(self) -> Progress | None:
        """How far the rows have come. Raises ShelfFailed."""

        def select(connection: sa.Connection) -> Progress | None:
            return _progress(connection)

        return await self._database.read(select, ShelfFailed)

    async def save(self, changes: Changes, progress: Progress) -> None:
        """Changes and progress, all or none; the journal can make them again. Raises ShelfFailed."""

        def put(connection: sa.Connection) -> None:
            kept = _progress(connection)
            if kept is not None and progress.seq <= kept.seq:
                raise ShelfFailed(f"the rows hold entry {progress.seq} already")
            _put_interactions(connection, changes.interactions.values())
            _add(connection, changes.sums.values())
            values = {"seq": progress.seq, "memory": msgspec.json.encode(progress.memory).decode()}
            table = tables.report_progress
            if kept is None:
                connection.execute(table.insert(), {"follower": FOLLOWER, **values})
            else:
                connection.execute(sa.update(table).where(table.c.follower == FOLLOWER).values(values))

        await self._database.write(put, ShelfFailed, with_next=True)

    async def queue_intervals(self, since: Instant, until: Instant) -> list[QueueIntervalRow]:
        """Half hours that began in [since, until), by start and queue. Raises ShelfFailed."""
        return await self._between(QueueIntervalRow, since, until)

    async def waits_told(self, since: Instant, until: Instant) -> list[WaitToldRow]:
        """Half hours that began in [since, until), by start, queue and minutes. Raises ShelfFailed."""
        return await self._between(WaitToldRow, since, until)

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
        def select(connection: sa.Connection) -> list[Row]:
            return [_made(kind, row) for row in connection.execute(statement)]

        return await self._database.read(select, ShelfFailed)


def _progress(connection: sa.Connection) -> Progress | None:
    row = connection.execute(PROGRESS).one_or_none()
    if row is None:
        return None
    try:
        return Progress(seq=row.seq, memory=msgspec.json.decode(row.memory, type=Memory))
    except msgspec.MsgspecError as error:
        raise ShelfFailed(f"the follower's memory cannot be read: {error}") from error


def _put_interactions(connection: sa.Connection, rows: Iterable[InteractionRow]) -> None:
    values = [{name: getattr(row, name) for name in InteractionRow.__dataclass_fields__} for row in rows]
    if values:
        statement = replacing(tables.interaction_row, ("interaction_id",), connection.dialect.name)
        connection.execute(statement, values)


def _add(connection: sa.Connection, rows: Iterable[SumRow]) -> None:
    by_kind: dict[type[SumRow], list[dict[str, object]]] = {}
    for row in rows:
        kind = type(row)
        values = {name: getattr(row, name) for name in (*KEYS[kind], *SUMS[kind])}
        by_kind.setdefault(kind, []).append(values)
    for kind, found in by_kind.items():
        greatest = frozenset(name for name in SUMS[kind] if is_greatest(name))
        connection.execute(adding(TABLES[kind], KEYS[kind], greatest, connection.dialect.name), found)


def _made(kind: type[Row], row: "sa.Row[Any]") -> Row:
    """The dataclass of that row; codes become enums again."""
    return msgspec.convert({str(name): value for name, value in row._mapping.items()}, kind)
