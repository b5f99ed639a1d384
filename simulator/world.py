"""Where a run takes place: its time, its chance, what has been seen so far, and what was broken first."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from random import Random

from kernel.instants import Instant
from simulator.plan import Plan
from simulator.virtual_time import NOON

TRACE_LENGTH = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A rule that did not hold: its name, what was seen, when, and what led there."""

    rule: str
    words: str
    at_ms: int
    steps: int
    trace: tuple[str, ...]


class World:
    """One run's stage. Everything that happens outside the program happens by ``later``."""

    def __init__(self, plan: Plan, loop: asyncio.AbstractEventLoop) -> None:
        self.plan = plan
        self.chance = Random(f"world {plan.seed}")
        self.steps = 0
        self.broken: Broken | None = None
        self.over = asyncio.Event()
        self._loop = loop
        self._outside = Context()
        self._trace: deque[tuple[int, Callable[[], str | None]]] = deque(maxlen=TRACE_LENGTH)

    @property
    def now_ms(self) -> int:
        """Milliseconds since the run began."""
        return round(self._loop.time() * 1_000)

    @property
    def time_ms(self) -> float:
        """The same, to the fraction: what keeps the order of things."""
        return self._loop.time() * 1_000

    @property
    def instant(self) -> Instant:
        """What a right clock shows."""
        return Instant(NOON + self.now_ms)

    def later(self, ms: float, do: Callable[..., object], *args: object) -> None:
        """Let something happen in so many milliseconds."""
        self._loop.call_at(self._loop.time() + ms / 1_000, self._step, do, args, context=self._outside)

    def between(self, ms_min: float, ms_max: float) -> float:
        """Some length of time."""
        return self.chance.uniform(ms_min, ms_max)

    def is_so(self, probability: float) -> bool:
        """Whether chance has it so."""
        return self.chance.random() < probability

    def tell(self, words: Callable[[], str | None]) -> None:
        """For the trace; worded only when somebody wants to read it."""
        self._trace.append((self.now_ms, words))

    def fail(self, rule: str, words: str) -> None:
        """A rule is broken: the first one ends the run."""
        if self.broken is not None:
            return
        lines = [f"{at_ms / 1_000:>9.3f}  {said}" for at_ms, said_later in self._trace if (said := said_later())]
        self.broken = Broken(rule=rule, words=words, at_ms=self.now_ms, steps=self.steps, trace=tuple(lines))
        self.over.set()

    def _step(self, do: Callable[..., object], args: tuple[object, ...]) -> None:
        if self.over.is_set():
            return
        self.steps += 1
        do(*args)
