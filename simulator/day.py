"""One run: a floor is opened, people call, things go wrong, and at the end every caller is accounted for."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from acd.core.agent_states import AgentState
from acd.core.interaction_states import Phase
from kernel.entry import Entry
from kernel.ids import ReservationId
from simulator.centre import Centre
from simulator.disk import Disk
from simulator.exchange import Exchange
from simulator.flows import FlowServer
from simulator.ledger import Ledger, rows_of
from simulator.legs import AgentLeg, End
from simulator.news import Report
from simulator.people import Crowd
from simulator.plan import MORNING_MS, Fault, plan_of
from simulator.program import ZONE, Program
from simulator.shelf import Shelf
from simulator.virtual_time import Process, VirtualClock, VirtualLoop
from simulator.watch import LOOK_MS, Watch
from simulator.world import Broken, World

EVENING_MS_MAX = 150_000
"""How long after the morning the last caller may take to be served, or to lose patience."""
FROZEN_MS_MAX = 3_000
QUIET_MS = 5_000
"""So long nobody is there before the books are closed: the slowest disk has written all by then."""
HOUR_MS = 3_600_000
DEATHS_MAX = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a run."""

    seed: int
    steps: int
    callers: int
    answered: int
    deaths: int
    broken: Broken | None
    bug: BaseException | None


class Day:
    """Everything that takes part, and what goes wrong when."""

    def __init__(self, world: World, loop: VirtualLoop) -> None:
        self.world = world
        self._loop = loop
        self.centre = Centre(world.plan)
        self.ledger = Ledger(world.fail)
        self.flows = FlowServer(world, self.centre)
        self.crowd = Crowd(world, self.centre, lambda: self.flows.program)
        self.exchange = Exchange(world, tell=self._tell, flows=self.flows, people=self.crowd)
        self.exchange.away_ms, self.exchange.is_in_force = self._away_ms, self._is_in_force
        self.exchange.may_part = self._may_part
        self.disk = Disk(world, self._durable)
        self.shelf = Shelf(world)
        self.watch = Watch(world, self.exchange)
        self.processes: list[Process] = []
        self.programs: list[Program] = []
        self._served_at_ms = 0
        self._ahead_ms = 0
        self._quiet_ms = 0

    def begin(self) -> None:
        """Everything starts."""
        world, has = self.world, self.world.plan.has
        self._start_program()
        self.crowd.come(self.exchange)
        world.later(LOOK_MS, self._look)
        world.later(MORNING_MS, self._evening)
        for fault, do, times in (
            (Fault.FREEZE, self._freeze, 3),
            (Fault.LINK_LOSS, self._lose_link, 4),
            (Fault.SWITCH_DEATH, self._switch_dies, 1),
            (Fault.DISK_FAILS, self._disk_fails, 2),
            (Fault.OUTAGE, self._outage, 1),
            (Fault.CHANGES, self._change, 8),
            (Fault.CRASH, self._crash, 3),
        ):
            for _ in range(world.chance.randint(1, times) if has(fault) else 0):
                world.later(world.between(4_000, MORNING_MS - 5_000), do)

    # --- the program -----------------------------------------------------------------------------------------------------

    def _start_program(self) -> None:
        world, has = self.world, self.world.plan.has
        if has(Fault.CLOCK_JUMPS) and self.processes:
            self._ahead_ms += world.chance.choice((0, HOUR_MS, -HOUR_MS))
        may_die = self.crowd.is_morning and len(self.processes) < DEATHS_MAX
        process = Process(self._loop, on_death=self._died)
        if has(Fault.CRASH) and may_die and world.is_so(0.6):
            process.steps_max = world.chance.randint(5, 900)
        self.processes.append(process)
        number = len(self.processes)
        world.tell(lambda: f"program {number} starts")
        program = Program(
            world=world,
            process=process,
            disk=self.disk,
            shelf=self.shelf,
            exchange=self.exchange,
            clock=VirtualClock(self._ahead_ms),
            epoch=f"program-{number}",
            centre=self.centre.inputs,
        )
        if has(Fault.TORN_COMMANDS) and may_die and world.is_so(0.6):
            program.link.commands_max = world.chance.randint(5, 120)
        self.flows.program = program
        self.programs.append(program)
        program.start()

    def _died(self) -> None:
        world, program = self.world, self.flows.program
        if program is None or world.over.is_set():
            return
        world.tell(lambda: f"program {len(self.processes)} is dead")
        self.flows.program = None
        for over in program.sessions:
            world.later(world.between(0.2, 10), over)
        world.later(world.between(300, 3_000), self._start_program)

    def _serving(self) -> Program | None:
        program = self.flows.program
        return program if program is not None and program.serves and program.listens else None

    def _away_ms(self) -> int:
        return 0 if self._serving() is not None else self.world.now_ms - self._served_at_ms

    def _is_in_force(self, reservation_id: ReservationId) -> bool:
        """Whether the engine, as far as it is durable, holds a caller for this reservation."""
        return self._serving() is not None and reservation_id in self.ledger.shadow.state.reservations

    def _may_part(self, leg: AgentLeg) -> bool:
        """Two whom the engine does not accept together, and is right: they went apart as the phone was picked up."""
        program = self.flows.program
        if program is None:
            return False
        interaction = program.engine.state.interactions.get(leg.interaction_id)
        has_left = interaction is not None and interaction.phase is Phase.FLOW
        return has_left or leg.reservation_id in program.engine.kept_apart

    def _tell(self, report: Report) -> None:
        if self.flows.program is not None:
            self.flows.program.link.tell(report)

    def _durable(self, entries: Sequence[Entry]) -> None:
        self.ledger.take(entries)
        program = self.flows.program
        if program is not None and program.process.is_alive:
            self.ledger.agrees_with(program.engine)

    # --- what goes wrong -------------------------------------------------------------------------------------------------

    def _crash(self) -> None:
        if self.flows.program is not None:
            self.flows.program.process.kill()

    def _outage(self) -> None:
        """Dead, and dead again as soon as it is back, for longer than the waiting room waits."""
        until_ms = self.world.now_ms + self.world.between(12_000, 25_000)

        def again() -> None:
            if self.world.now_ms < until_ms:
                self._crash()
                self.world.later(400, again)

        again()

    def _freeze(self) -> None:
        program = self.flows.program
        if program is None or program.process.is_frozen:
            return
        self.world.tell(lambda: "the program freezes")
        program.process.freeze()
        lasts_ms = self.world.between(50, 4_000)
        if lasts_ms >= FROZEN_MS_MAX:
            self.world.later(FROZEN_MS_MAX, program.process.kill)
        else:
            self.world.later(lasts_ms, self._thaw, program)

    def _thaw(self, program: Program) -> None:
        self.world.tell(lambda: "the program goes on")
        program.process.thaw()

    def _lose_link(self) -> None:
        program = self.flows.program
        if program is None:
            return
        program.link.cut()
        self.world.later(self.world.between(20, 4_000), program.link.connect)

    def _switch_dies(self) -> None:
        self.exchange.die()
        if self.flows.program is not None:
            self.flows.program.link.cut()
        self.world.later(self.world.between(500, 3_000), self._switch_back)

    def _switch_back(self) -> None:
        self.world.tell(lambda: "the switch is back")
        self.exchange.is_up = True
        if self.flows.program is not None:
            self.world.later(self.world.between(5, 1_000), self.flows.program.link.connect)

    def _disk_fails(self) -> None:
        self.disk.fails = True
        self.world.tell(lambda: "the disk takes nothing")
        self.world.later(self.world.between(10, 2_000), self._disk_back)

    def _disk_back(self) -> None:
        self.disk.fails = False

    def _change(self) -> None:
        if self._serving() is None:
            return
        change = self.centre.change()
        program = self._serving()
        if program is not None:
            program.ask(change)

    # --- looking on, and the end -----------------------------------------------------------------------------------------

    def _look(self) -> None:
        if self._serving() is not None:
            self._served_at_ms = self.world.now_ms
        self.watch.look(self.flows.program)
        if self.world.now_ms > MORNING_MS + EVENING_MS_MAX:
            self.world.fail("I1", f"still there in the end: {[*self.exchange.callers]}")
        self._quiet_ms = self._quiet_ms + LOOK_MS if self._is_quiet() else 0
        if self.world.now_ms > MORNING_MS + QUIET_MS and self._quiet_ms >= QUIET_MS:
            self._account()
            self.world.over.set()
            return
        self.world.later(LOOK_MS, self._look)

    def _evening(self) -> None:
        """From now on everything is well."""
        self.world.tell(lambda: "evening")
        program = self.flows.program
        if program is not None:
            program.process.steps_max, program.link.commands_max = None, None

    def _is_quiet(self) -> bool:
        program = self._serving()
        if program is None or self.exchange.callers or self.exchange.agent_legs:
            return False
        if self.world.plan.follows_rows and self.shelf.seq < len(self.disk.entries):
            return False
        state = program.engine.state
        idle = (AgentState.READY, AgentState.AUX, AgentState.LOGGED_OUT, AgentState.UNREACHABLE)
        return not state.interactions and all(agent.state in idle for agent in state.agents.values())

    def _account(self) -> None:
        """Every caller has one record, every count is the sum of the facts, and the rows say the same."""
        program = self._serving()
        assert program is not None, "it is quiet only while the program serves"
        for interaction_id, end in self.crowd.ends.items():
            records = self.ledger.records[interaction_id]
            known = self.ledger.created[interaction_id] or end is End.TURNED_AWAY
            if records != 1 and known:
                self.world.fail("I5", f"{interaction_id}, who {end}, has {records} final records")
        for interaction_id in self.ledger.created:
            if interaction_id not in self.crowd.arrived:
                self.world.fail("I5", f"{interaction_id} never called")
        if self.ledger.waiting_count():
            self.world.fail("I7", "somebody waits, and nobody is there")
        self.ledger.rows_agree(rows_of(self.disk.entries, ZONE), "the rows")
        if self.world.plan.follows_rows:
            self.ledger.rows_agree(self.shelf.sums.values(), "the kept rows")


def run(seed: int, without: Iterable[Fault] = ()) -> Outcome:
    """One seed from morning to evening."""
    loop = VirtualLoop()
    bugs: list[BaseException] = []
    try:
        asyncio.set_event_loop(loop)
        world = World(plan_of(seed, without), loop)

        def bug(_loop: asyncio.AbstractEventLoop, told: dict[str, object]) -> None:
            problem = told.get("exception")
            bugs.append(problem if isinstance(problem, BaseException) else RuntimeError(str(told.get("message"))))
            world.fail("raised", f"{type(bugs[-1]).__name__}: {bugs[-1]}")

        loop.set_exception_handler(bug)
        day = loop.run_until_complete(_play(world, loop))
        loop.set_exception_handler(lambda _loop, _told: None)
        _bury(loop, day.processes)
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    return Outcome(
        seed=seed,
        steps=world.steps,
        callers=len(day.crowd.arrived),
        answered=len(day.ledger.answered),
        deaths=len(day.processes) - 1,
        broken=world.broken,
        bug=bugs[0] if bugs else None,
    )


async def _play(world: World, loop: VirtualLoop) -> Day:
    day = Day(world, loop)
    day.begin()
    await world.over.wait()
    return day


def _bury(loop: VirtualLoop, processes: list[Process]) -> None:
    """Take apart what is left of every program."""
    for process in processes:
        process.is_alive = False
        process.bury()
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=60))
