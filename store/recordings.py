"""What is known of recordings; the sound itself lies in files."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from kernel.ids import AgentId, InteractionId, QueueId, ReservationId
from kernel.instants import Instant
from recorder.facts import RecordingStored
from store.database import Database
from store.tables import recording

OF_INTERACTION = (
    sa.select(recording).where(recording.c.interaction_id == sa.bindparam("wanted")).order_by(recording.c.started_at)
)
ONE = sa.select(recording).where(recording.c.reservation_id == sa.bindparam("wanted"))
OF_AGENT = (
    sa.select(recording)
    .where(
        recording.c.agent_id == sa.bindparam("wanted"),
        recording.c.started_at >= sa.bindparam("since"),
        recording.c.started_at < sa.bindparam("until"),
    )
    .order_by(recording.c.started_at)
)


class StoreRecordings:
    """Implements ``recorder.ports.RecordingShelf`` and ``cti.ports.RecordingShelf``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, stored: RecordingStored) -> None:
        """Keep one, durably; one that is there already stays as it is. Raises StoreFailed."""

        def insert(connection: sa.Connection) -> None:
            there = connection.execute(ONE, {"wanted": stored.reservation_id}).one_or_none()
            if there is None:
                connection.execute(recording.insert(), _row(stored))

        await self._database.write(insert)

    async def of_interaction(self, interaction_id: InteractionId) -> Sequence[RecordingStored]:
        """The recordings of one interaction, in the order of their talks. Raises StoreFailed."""
        return await self._rows(OF_INTERACTION, interaction_id)

    async def of_agent(self, agent_id: AgentId, since: Instant, until: Instant) -> Sequence[RecordingStored]:
        """One agent's recordings whose talks began in [since, until), in that order. Raises StoreFailed."""
        return await self._rows(OF_AGENT, agent_id, since=since, until=until)

    async def one(self, reservation_id: ReservationId) -> RecordingStored | None:
        """One recording; None when unknown. Raises StoreFailed."""
        found = await self._rows(ONE, reservation_id)
        return found[0] if found else None

    async def _rows(self, statement: "sa.Select[Any]", wanted: str, **bounds: Instant) -> list[RecordingStored]:
        def select(connection: sa.Connection) -> list[RecordingStored]:
            return [_stored(row) for row in connection.execute(statement, {"wanted": wanted, **bounds})]

        return await self._database.read(select)


def _row(stored: RecordingStored) -> dict[str, object]:
    return {name: getattr(stored, name) for name in stored.__dataclass_fields__}


def _stored(row: "sa.Row[Any]") -> RecordingStored:
    return RecordingStored(
        interaction_id=InteractionId(row.interaction_id),
        reservation_id=ReservationId(row.reservation_id),
        queue_id=QueueId(row.queue_id),
        agent_id=AgentId(row.agent_id),
        file_name=row.file_name,
        started_at=Instant(row.started_at),
        duration_ms=row.duration_ms,
        byte_count=row.byte_count,
        sha256=row.sha256,
    )
