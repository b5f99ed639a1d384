"""A shelf of recordings and a recorder's notes, in memory."""

from collections.abc import Callable, Sequence

from kernel.entry import RECORDER_STREAM, Entry
from kernel.ids import ReservationId
from kernel.instants import Instant
from recorder.facts import RecorderFact, RecordingStored


class MemoryRecordings:
    """Implements ``recorder.ports.RecordingShelf``. ``fail_next``: as many calls fail."""

    def __init__(self) -> None:
        self.kept: dict[ReservationId, RecordingStored] = {}
        self.fail_next = 0

    async def add(self, stored: RecordingStored) -> None:
        self._may_fail()
        self.kept.setdefault(stored.reservation_id, stored)

    async def one(self, reservation_id: ReservationId) -> RecordingStored | None:
        self._may_fail()
        return self.kept.get(reservation_id)

    def _may_fail(self) -> None:
        if self.fail_next:
            self.fail_next -= 1
            raise OSError("asked to fail")


class MemoryNotes:
    """Implements ``recorder.ports.RecorderNotes`` as the front door does: written down, then published."""

    def __init__(self) -> None:
        self.facts: list[RecorderFact] = []
        self.tell: Callable[[Entry], None] = lambda _entry: None

    async def note(self, facts: Sequence[RecorderFact]) -> None:
        self.facts.extend(facts)
        seq = len(self.facts)
        self.tell(Entry(seq=seq, at=Instant(seq), stream=RECORDER_STREAM, given=None, facts=tuple(facts)))
