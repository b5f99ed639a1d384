"""The diary of a simulated day: what is to happen when, in order; at the same instant, in the order it was put down."""

import heapq
from collections.abc import Callable
from typing import Any

Deed = Callable[[Any], None]


class Diary:
    """Deeds to come. ``now_ms`` is the time of the one that was taken last."""

    __slots__ = ("_count", "_heap", "now_ms")

    def __init__(self) -> None:
        self.now_ms = 0
        self._heap: list[tuple[int, int, Deed, Any]] = []
        self._count = 0

    def put(self, at_ms: int, deed: Deed, what: object) -> None:
        """``deed(what)`` is to be done then."""
        self._count += 1
        heapq.heappush(self._heap, (at_ms, self._count, deed, what))

    def next_ms(self) -> int | None:
        """When the next deed is due; None when there is none."""
        return self._heap[0][0] if self._heap else None

    def do_next(self) -> None:
        """Do it. Raises IndexError when there is none."""
        self.now_ms, _, deed, what = heapq.heappop(self._heap)
        deed(what)
