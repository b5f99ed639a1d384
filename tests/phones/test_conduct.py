"""A phone does what its plan says, when it says it."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from phones.conduct import follow
from phones.plans import (
    AnyPlan,
    Declines,
    DoesNotDisturb,
    Forwards,
    IsBusy,
    LetsItRing,
    PicksUp,
    PicksUpWhenTold,
)

TOLD = {"Alert-Info": "info=alert-autoanswer"}


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop that jumps to its next timer instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        ready: Any = self._ready  # type: ignore[attr-defined] # the base loop's own queues
        scheduled: Any = self._scheduled  # type: ignore[attr-defined] # the same
        if not ready and scheduled:
            self._now = max(self._now, scheduled[0]._when)
        super()._run_once()  # type: ignore[misc] # the same


class NotedCall:
    """A ringing call that notes what is done with it, and when."""

    def __init__(self, time: Callable[[], float]) -> None:
        self._time = time
        self.notes: list[tuple[str, int]] = []

    def _note(self, what: str) -> None:
        self.notes.append((what, round(self._time() * 1000)))

    async def pick_up(self) -> None:
        self._note("pick up")

    async def refuse(self, status: int) -> None:
        self._note(f"refuse {status}")

    async def forward(self, uri: str) -> None:
        self._note(f"forward to {uri}")

    async def hang_up(self) -> None:
        self._note("hang up")


@pytest.mark.parametrize(
    ("plan", "headers", "notes"),
    [
        (PicksUp(), {}, [("pick up", 0)]),
        (PicksUp(after_ms=800, hang_up_after_ms=60_000), {}, [("pick up", 800), ("hang up", 60_800)]),
        (PicksUpWhenTold(hang_up_after_ms=500), TOLD, [("pick up", 0), ("hang up", 500)]),
        (PicksUpWhenTold(), {"Call-Info": "<sip:x>;answer-after=3"}, [("pick up", 3000)]),
        (PicksUpWhenTold(), {}, []),
        (PicksUpWhenTold(otherwise_after_ms=4000), {}, [("pick up", 4000)]),
        (PicksUpWhenTold(otherwise_after_ms=4000), TOLD, [("pick up", 0)]),
        (Declines(after_ms=700), {}, [("refuse 603", 700)]),
        (IsBusy(), {}, [("refuse 486", 0)]),
        (DoesNotDisturb(after_ms=50), {}, [("refuse 480", 50)]),
        (Forwards(to="sip:0812@x", after_ms=10), {}, [("forward to sip:0812@x", 10)]),
        (LetsItRing(), TOLD, []),
    ],
)
def test_a_plan_is_followed_to_the_millisecond(
    plan: AnyPlan, headers: dict[str, str], notes: list[tuple[str, int]]
) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        call = NotedCall(runner.get_loop().time)

        runner.run(follow(plan, call, headers))

    assert call.notes == notes
