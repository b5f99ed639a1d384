"""Today's numbers and the present moment, in memory: for the table in the terminal, the API and wallboards. Pure.

Feed it the journal from the start, or from a checkpoint of its own, then every new entry.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from acd.core.settings import Direction
from kernel.entry import Entry
from kernel.ids import QueueId
from kernel.instants import Instant, elapsed_ms
from reports.definitions import ratio, total
from reports.fold import Fold
from reports.intervals import day_bounds, day_of
from reports.memory import Memory
from reports.rows import QueueIntervalRow, WaitToldRow
from reports.sums import added


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNow:
    """One queue: who waits now, and its sums since local midnight. ``service_level`` is the strict one.

    ``waits_told``: what callers were told and how true it was, by minutes, the fewest first.
    """

    queue_id: QueueId
    waiting_count: int
    longest_wait_ms: int
    today: QueueIntervalRow
    service_level: float | None
    waits_told: tuple[WaitToldRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The whole centre at one instant. ``outbound_count``: of the interactions those that agents began. Queues by id; agents who are logged in, by state."""

    at: Instant
    interaction_count: int
    waiting_count: int
    longest_wait_ms: int
    service_level: float | None
    queues: tuple[QueueNow, ...]
    agents_by_state: dict[str, int]
    outbound_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersCheckpoint:
    """What is counted after one entry. ``today``: each queue's sums since the midnight before ``newest_at``."""

    newest_at: Instant
    memory: Memory
    today: dict[QueueId, QueueIntervalRow]
    waits_told: dict[QueueId, dict[int, WaitToldRow]]


class LiveNumbers:
    """A ``FactSubscriber``."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._fold = Fold(Memory(), zone)
        self._newest_at = Instant(0)
        self._midnights = (Instant(0), Instant(0))
        self._today: dict[QueueId, QueueIntervalRow] = {}
        self._waits_told: dict[QueueId, dict[int, WaitToldRow]] = {}

    def move_to(self, zone: ZoneInfo) -> None:
        """Days are those of another zone from now on. Today's sums go on, until the new zone's next midnight."""
        self._zone = self._fold.zone = zone
        if self._midnights[1] > 0:
            self._midnights = day_bounds(day_of(self._newest_at, zone), zone)

    def checkpoint(self) -> NumbersCheckpoint:
        """What is known now. It is the living one: to be written down before anything else happens."""
        return NumbersCheckpoint(
            newest_at=self._newest_at, memory=self._fold.memory, today=self._today, waits_told=self._waits_told
        )

    def resume(self, checkpoint: NumbersCheckpoint) -> None:
        """Know what was known then. The checkpoint is this one's own from now on."""
        self._newest_at = checkpoint.newest_at
        self._fold = Fold(checkpoint.memory, self._zone)
        self._today = checkpoint.today
        self._waits_told = checkpoint.waits_told
        self._midnights = day_bounds(day_of(self._newest_at, self._zone), self._zone)

    def on_entry(self, entry: Entry) -> None:
        """Count one entry."""
        self._newest_at = entry.at
        self._turn_page(entry.at)
        self._fold.take(entry)
        for row in self._fold.drain().sums.values():
            if isinstance(row, QueueIntervalRow) and row.starts_at >= self._midnights[0]:
                so_far = self._today.get(row.queue_id)
                self._today[row.queue_id] = row if so_far is None else added(so_far, row)
            elif isinstance(row, WaitToldRow) and row.starts_at >= self._midnights[0]:
                told = self._waits_told.setdefault(row.queue_id, {})
                told[row.minutes] = added(told[row.minutes], row) if row.minutes in told else row

    def now(self, at: Instant) -> Now:
        """The picture at an instant, which is not before the last entry."""
        waits_ms: dict[QueueId, list[int]] = {queue_id: [] for queue_id in self._fold.memory.service_level_ms}
        for known in self._fold.memory.open.values():
            if known.entered_at is not None and known.row.queue_id is not None:
                waits_ms.setdefault(known.row.queue_id, []).append(elapsed_ms(known.entered_at, at))
        is_today = at < self._midnights[1]
        queues = tuple(
            self._queue(queue_id, waits_ms.get(queue_id, []), is_today)
            for queue_id in sorted({*waits_ms, *(self._today if is_today else ())})
        )
        states = [agent.state for agent in self._fold.memory.agents.values()]
        whole = total(queue.today for queue in queues)
        return Now(
            at=at,
            interaction_count=sum(known.row.ended_at is None for known in self._fold.memory.open.values()),
            waiting_count=sum(queue.waiting_count for queue in queues),
            longest_wait_ms=max((queue.longest_wait_ms for queue in queues), default=0),
            service_level=ratio(whole.answered_in_time_count, whole.offered_count),
            queues=queues,
            outbound_count=sum(
                known.row.ended_at is None and known.row.direction == Direction.OUTBOUND
                for known in self._fold.memory.open.values()
            ),
            agents_by_state={state: states.count(state) for state in sorted(set(states))},
        )

    def _turn_page(self, at: Instant) -> None:
        if at >= self._midnights[1]:
            self._midnights = day_bounds(day_of(at, self._zone), self._zone)
            self._today.clear()
            self._waits_told.clear()

    def _queue(self, queue_id: QueueId, waits_ms: list[int], is_today: bool) -> QueueNow:
        empty = QueueIntervalRow(queue_id=queue_id, starts_at=self._midnights[0])
        today = self._today.get(queue_id, empty) if is_today else empty
        told = self._waits_told.get(queue_id, {}) if is_today else {}
        return QueueNow(
            queue_id=queue_id,
            waiting_count=len(waits_ms),
            longest_wait_ms=max(waits_ms, default=0),
            today=today,
            service_level=ratio(today.answered_in_time_count, today.offered_count),
            waits_told=tuple(told[minutes] for minutes in sorted(told)),
        )
