"""The links between a program and the pretend switch: in order and quick when all is well, and everything else."""

import asyncio
from collections.abc import Callable

from simulator.exchange import Exchange
from simulator.news import Report
from simulator.plan import Fault
from simulator.virtual_time import Process
from simulator.world import World

DELAY_MS_MIN, DELAY_MS_MAX = 0.3, 3.0


class Link:
    """One program's links. A command's future has its answer, or None when the link was lost under it."""

    def __init__(self, world: World, exchange: Exchange, process: Process) -> None:
        self._world = world
        self._exchange = exchange
        self._process = process
        self.connection = 0
        self._commands_at = 0.0
        self._reports_at = 0.0
        self._open: dict[asyncio.Future[object], None] = {}
        self.is_up = False
        self.commands_max: int | None = None
        self.commands = 0
        self.hear: Callable[[Report], None] = lambda _: None
        self.on_up: Callable[[], None] = lambda: None
        self.on_down: Callable[[], None] = lambda: None

    # --- from the program ----------------------------------------------------------------------------------------------

    def send(self, do: Callable[[], object]) -> "asyncio.Future[object]":
        """Have something done in the switch."""
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        if not self.is_up or not self._process.is_alive:
            answer.set_result(None)
            return answer
        self.commands += 1
        if self.commands_max is not None and self.commands > self.commands_max:
            self._process.kill()
            return answer
        self._open[answer] = None
        now_ms = self._world.time_ms
        self._commands_at = max(self._commands_at + 0.05, now_ms + self._delay_ms())
        self._world.later(self._commands_at - now_ms, self._arrive, do, answer, self.connection)
        return answer

    def _arrive(self, do: Callable[[], object], answer: "asyncio.Future[object]", connection: int) -> None:
        if connection != self.connection or not self._exchange.is_up:
            return
        done = do()
        self._world.later(self._delay_ms(), self._answer, answer, done, connection)

    def _answer(self, answer: "asyncio.Future[object]", done: object, connection: int) -> None:
        if connection == self.connection:
            self._process.deliver(self._resolve, answer, done)

    def _resolve(self, answer: "asyncio.Future[object]", done: object) -> None:
        self._open.pop(answer, None)
        if not answer.done():
            answer.set_result(done)

    # --- from the switch -----------------------------------------------------------------------------------------------

    def tell(self, report: Report) -> None:
        """A report sets out for the program."""
        if not self.is_up:
            return
        plan, now_ms = self._world.plan, self._world.time_ms
        if plan.has(Fault.LOSSES) and self._world.is_so(0.04):
            self._world.tell(lambda: f"(the report {report.news} {report.subject} is lost)")
            return
        at = max(self._reports_at, now_ms + self._delay_ms())
        if plan.has(Fault.DISORDER) and self._world.is_so(0.15):
            at += self._world.between(0, 60)  # and those behind it do not wait
        else:
            self._reports_at = at
        self._world.later(at - now_ms, self._reach, report, self.connection)
        if plan.has(Fault.DUPLICATES) and self._world.is_so(0.15):
            self._world.later(at - now_ms + self._world.between(0, 400), self._reach, report, self.connection)

    def _reach(self, report: Report, connection: int) -> None:
        if connection == self.connection:
            self._process.deliver(self.hear, report)

    def _delay_ms(self) -> float:
        return self._world.between(DELAY_MS_MIN, DELAY_MS_MAX)

    # --- up and down ---------------------------------------------------------------------------------------------------

    def connect(self) -> None:
        """The links come up."""
        if self._process.is_alive and self._exchange.is_up and not self.is_up:
            self.is_up = True
            self._process.deliver(self.on_up)

    def cut(self) -> None:
        """The links are lost, with everything under way on them."""
        if not self.is_up:
            return
        self._world.tell(lambda: "the links are cut")
        self.is_up = False
        self.connection += 1
        self._process.deliver(self.on_down)
        lost, self._open = list(self._open), {}
        for answer in lost:
            self._process.deliver(self._resolve, answer, None)
