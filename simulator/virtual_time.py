"""An event loop on virtual time, and the processes in it: they can freeze and die at any moment, as real ones do.

When nobody has anything to do the loop jumps to the next timer instead of waiting. A callback that belongs to a process
(its context says so, as it does for every task made there) runs only while the process does. So a death takes effect
between any two steps of any of its tasks, and nothing of it runs afterwards: no ``finally``, no farewell.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar

from kernel.instants import Instant

T = TypeVar("T")

NOON = Instant(1_800_000_000_000)
"""When virtual time begins."""


class Process:
    """One run of a program. ``steps`` counts the callbacks that ran in it; it dies before the one after ``steps_max``."""

    def __init__(self, loop: "VirtualLoop", *, on_death: Callable[[], None], steps_max: int | None = None) -> None:
        self._loop = loop
        self._on_death = on_death
        self._held: list[_Gate] = []
        self.steps = 0
        self.steps_max = steps_max
        self.is_alive = True
        self.is_frozen = False
        self.is_buried = False
        self.context = copy_context()
        self.context.run(_PROCESS.set, self)

    @property
    def runs(self) -> bool:
        """Alive, and not frozen."""
        return self.is_alive and not self.is_frozen

    def spawn(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """A task of this process."""
        return self._loop.create_task(work, context=self.context)

    def deliver(self, take: Callable[..., object], *args: object) -> None:
        """Something from outside arrives here: taken as soon as the process runs."""
        self._loop.call_soon(take, *args, context=self.context)

    def kill(self) -> None:
        """As ``kill -9`` does."""
        if self.is_alive:
            self.is_alive = False
            self._loop.call_soon(self._on_death, context=Context())

    def freeze(self) -> None:
        """As ``kill -STOP`` does: time goes on without it."""
        self.is_frozen = True

    def thaw(self) -> None:
        """What has come meanwhile is taken now, in order."""
        self.is_frozen = False
        self._release()

    def bury(self) -> None:
        """The story is over: let what is left of its tasks be taken apart."""
        self.is_buried = True
        self._release()

    def admits(self, gate: "_Gate") -> bool:
        """Whether a callback may run now; if not, it is kept."""
        if not self.is_buried:
            if self.runs and self.steps_max is not None and self.steps >= self.steps_max:
                self.kill()
            if not self.runs:
                self._held.append(gate)
                return False
        self.steps += 1
        return True

    def _release(self) -> None:
        held, self._held = self._held, []
        for gate in held:
            self._loop.call_soon(gate.resume, context=gate.context)


_PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)


class _Gate:
    """A callback of a process, which runs only while the process does, and not once its handle is cancelled."""

    __slots__ = ("args", "callback", "context", "handle", "process")

    def __init__(
        self, process: Process, callback: Callable[..., object], args: tuple[Any, ...], context: Context
    ) -> None:
        self.process = process
        self.callback = callback
        self.args = args
        self.context = context
        self.handle: asyncio.Handle | None = None

    def __call__(self) -> None:
        if self.process.admits(self):
            self.callback(*self.args)

    def resume(self) -> None:
        if self.handle is None or not self.handle.cancelled():
            self()


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


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop; see the module."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.jumped_s

    # The stubs tie the arguments to the callback's own; this passes on whatever it is given.
    def call_soon(  # type: ignore[override]
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        process = _PROCESS.get() if context is None else context.get(_PROCESS)
        if process is None or isinstance(getattr(callback, "__self__", None), _Gate):
            return super().call_soon(callback, *args, context=context)
        gate = _Gate(process, callback, args, copy_context() if context is None else context)
        gate.handle = super().call_soon(gate, context=gate.context)
        return gate.handle

    # As above.
    def call_at(  # type: ignore[override]
        self, when: float, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        process = _PROCESS.get() if context is None else context.get(_PROCESS)
        if process is None:
            return super().call_at(when, callback, *args, context=context)
        gate = _Gate(process, callback, args, copy_context() if context is None else context)
        timer = super().call_at(when, gate, context=gate.context)
        gate.handle = timer
        return timer


class VirtualClock:
    """Implements ``acd.ports.Clock`` on the running loop's time. ``ahead_ms``: how far it goes wrong."""

    def __init__(self, ahead_ms: int = 0) -> None:
        self._ahead_ms = ahead_ms

    def not_before(self, at: Instant) -> None:
        """Never earlier than that from now on."""
        self._ahead_ms += max(0, at - self.now())

    def now(self) -> Instant:
        return Instant(NOON + self._ahead_ms + round(asyncio.get_running_loop().time() * 1_000))


def run_virtually(story: Coroutine[Any, Any, T]) -> T:
    """Run a story to its end on a loop of its own. Raises RuntimeError when it would wait for ever."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(story)
