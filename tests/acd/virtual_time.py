"""An event loop on virtual time: when nobody has anything to do it jumps to the next timer instead of waiting."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from kernel.instants import Instant
from tests.acd.floor import NOON

T = TypeVar("T")


class _JumpingSelector(selectors.DefaultSelector):
    """Never waits; tells the loop how far it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.jumped_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits, and nothing will ever happen")
        self.jumped_s += max(0.0, timeout)
        return super().select(0)


class _VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.jumped_s


class VirtualClock:
    """Implements ``acd.ports.Clock`` on the running loop's time."""

    def now(self) -> Instant:
        return Instant(NOON + round(asyncio.get_running_loop().time() * 1_000))


def run_virtually(story: Coroutine[Any, Any, T]) -> T:
    """Run a story to its end on a loop of its own. Raises RuntimeError when it would wait for ever."""
    with asyncio.Runner(loop_factory=_VirtualLoop) as runner:
        return runner.run(story)
