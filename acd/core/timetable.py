"""The timetable: every deadline that is still to come, soonest first."""

import heapq
from enum import IntEnum, unique

from kernel.instants import Instant


@unique
class DeadlineKind(IntEnum):
    """What is due. The order decides between deadlines of the same instant."""

    RESERVATION_LAPSES = 1
    WRAP_UP_ENDS = 2
    PHONE_RETRIED = 3
    WAIT_ENDS = 4
    ANNOUNCEMENT_DUE = 5
    RELAXATION_DUE = 6
    AUX_OVERSTAYED = 7
    CALLBACK_DUE = 20
    CALLBACK_EXPIRES = 21


Due = tuple[Instant, DeadlineKind, str]
"""When, what, and the id of whom or what it is about."""


class Timetable:
    """Deadlines by kind and id: one each. Two timetables are equal when the same things are due at the same instants.

    Setting and clearing leave the old line in the heap; it is passed over when it comes up.
    """

    __slots__ = ("_at", "_heap")

    def __init__(self) -> None:
        self._at: dict[tuple[DeadlineKind, str], Instant] = {}
        self._heap: list[Due] = []

    def put(self, kind: DeadlineKind, subject: str, at: Instant | None) -> None:
        """Set a deadline, move it, or (None) clear it."""
        if at is None:
            self._at.pop((kind, subject), None)
        elif self._at.get((kind, subject)) != at:
            self._at[kind, subject] = at
            heapq.heappush(self._heap, (at, kind, subject))

    def at(self, kind: DeadlineKind, subject: str) -> Instant | None:
        """When this is due; None when it is not."""
        return self._at.get((kind, subject))

    def first(self) -> Due | None:
        """The soonest deadline; None when there is none."""
        while self._heap:
            at, kind, subject = self._heap[0]
            if self._at.get((kind, subject)) == at:
                return self._heap[0]
            heapq.heappop(self._heap)
        return None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Timetable) and self._at == other._at
