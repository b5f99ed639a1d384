"""The numbered events of the CTI socket, kept so that a client can resume over a restart."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from kernel.instants import Instant
from kernel.logged_event import LoggedEvent
from store.database import Database, StoreFailed
from store.tables import cti_event

LAST = sa.select(cti_event).order_by(cti_event.c.seq.desc()).limit(1)
OLDEST_SEQ = sa.select(sa.func.min(cti_event.c.seq))
FROM = (
    sa.select(cti_event)
    .where(cti_event.c.seq >= sa.bindparam("from_seq"))
    .order_by(cti_event.c.seq)
    .limit(sa.bindparam("count_max"))
)
FORGET = sa.delete(cti_event).where(cti_event.c.seq < sa.bindparam("before_seq"))


class StoreCtiLog:
    """Implements ``cti.ports.CtiLog``. ``failure`` is what it raises when the database refuses."""

    def __init__(self, database: Database, *, failure: type[Exception] = StoreFailed) -> None:
        self._database = database
        self._failure = failure

    async def last(self) -> LoggedEvent | None:
        """The event with the highest number; None when empty."""
        found = await self._rows(LAST, {})
        return found[0] if found else None

    async def oldest_seq(self) -> int:
        """The lowest number kept; 0 when empty."""

        def select(connection: sa.Connection) -> int:
            return connection.execute(OLDEST_SEQ).scalar_one() or 0

        return await self._database.read(select, self._failure)

    async def append(self, events: Sequence[LoggedEvent]) -> None:
        """Keep events, all or none; a number that is there already is passed over. They can be made again from the journal."""
        if not events:
            return

        def insert(connection: sa.Connection) -> None:
            newest = connection.execute(sa.select(sa.func.max(cti_event.c.seq))).scalar_one() or 0
            # Numbers are handed in dense and in order, so what is there already is all at the front.
            fresh = [_row(event) for event in events if event.seq > newest]
            if fresh:
                connection.execute(cti_event.insert(), fresh)

        await self._database.write(insert, self._failure, with_next=True)

    async def read(self, from_seq: int, count_max: int) -> Sequence[LoggedEvent]:
        """Events with ``seq >= from_seq`` in order, at most ``count_max``."""
        return await self._rows(FROM, {"from_seq": from_seq, "count_max": count_max})

    async def forget_before(self, seq: int) -> None:
        """Drop events with a lower number."""

        def delete(connection: sa.Connection) -> None:
            connection.execute(FORGET, {"before_seq": seq})

        await self._database.write(delete, self._failure, with_next=True)

    async def _rows(self, statement: "sa.Select[Any]", wanted: dict[str, int]) -> list[LoggedEvent]:
        def select(connection: sa.Connection) -> list[LoggedEvent]:
            return [_event(row) for row in connection.execute(statement, wanted)]

        return await self._database.read(select, self._failure)


def _row(event: LoggedEvent) -> dict[str, object]:
    return {
        "seq": event.seq,
        "journal_seq": event.journal_seq,
        "ordinal": event.ordinal,
        "at": event.at,
        "type": event.type,
        "agent_id": event.agent_id,
        "queue_id": event.queue_id,
        "call_id": event.call_id,
        "data": event.data.decode(),
    }


def _event(row: "sa.Row[Any]") -> LoggedEvent:
    return LoggedEvent(
        seq=row.seq,
        journal_seq=row.journal_seq,
        ordinal=row.ordinal,
        at=Instant(row.at),
        type=row.type,
        agent_id=row.agent_id,
        queue_id=row.queue_id,
        call_id=row.call_id,
        data=row.data.encode(),
    )
