"""One run of the program: the real distributor, engine, recovery and row follower, between a pretend disk and switch."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from zoneinfo import ZoneInfo

from acd.core import facts, inputs
from acd.core.engine import Engine
from acd.core.facts import Fact, InputRefused
from acd.core.inputs import Input
from acd.distributor import Distributor, Start, open_distributor
from acd.own_entries import facts_in
from acd.ports import AgentLegPhase, DoorClosed, JournalFailed, SwitchPicture
from acd.recovery import last_instant
from kernel.entry import ENGINE_STREAM, Entry
from kernel.ids import ReservationId
from kernel.instants import Instant
from kernel.result_codes import ReservationResult
from reports.follower import RowFollower
from simulator.checked_engine import CheckedEngine
from simulator.disk import Disk, Journal
from simulator.ear import Ear
from simulator.exchange import Exchange, picture_of
from simulator.link import Link
from simulator.news import Report
from simulator.shelf import Shelf
from simulator.switchboard import Switchboard, interaction_of
from simulator.virtual_time import Process, VirtualClock
from simulator.words import given_in_words, words_of
from simulator.world import World

BEAT_S = 2.0
LOOK_S = 5.0
"""How often all is compared though no link was lost: a single report can be lost without anybody noticing."""
ROWS_PACE_S = 20.0
ZONE = ZoneInfo("Asia/Jakarta")


class Program:
    """``start`` it; it runs until its process dies. ``listens``: its FastAGI server and its doors are open."""

    def __init__(
        self,
        *,
        world: World,
        process: Process,
        disk: Disk,
        shelf: Shelf,
        exchange: Exchange,
        clock: VirtualClock,
        epoch: str,
        centre: Callable[[], Sequence[Input]],
    ) -> None:
        self._world = world
        self._disk = disk
        self._shelf = shelf
        self._exchange = exchange
        self._clock = clock
        self._centre = centre
        self.process = process
        self.epoch = epoch
        self.engine = CheckedEngine(fail=world.fail, tell=self._tell)
        self.link = Link(world, exchange, process)
        self.link.hear, self.link.on_up, self.link.on_down = self._hear, self._link_up, self._link_down
        self.ear = Ear()
        self._resync = asyncio.Event()
        self.switchboard = Switchboard(
            link=self.link,
            exchange=exchange,
            ear=self.ear,
            epoch=epoch,
            now=clock.now,
            post=self.post,
            look=self._resync.set,
        )
        self.distributor: Distributor | None = None
        self.listens = False
        self.in_step = False
        self.sessions: list[Callable[[], None]] = []
        self._in_force: dict[ReservationId, None] = {}
        self._heard: list[Report] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def serves(self) -> bool:
        """Running, linked, and in step with the switch."""
        return self.process.runs and self.link.is_up and self.in_step

    def start(self) -> None:
        """Begin."""
        self.keep(self.process.spawn(self._run()))

    # --- life ------------------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        journal = Journal(self._world, self._disk, self.process)
        self._clock.not_before(await last_instant(journal))
        followers: list[RowFollower] = []
        if self._world.plan.follows_rows:
            followers.append(RowFollower(journal, self._shelf, ZONE, pace_s=ROWS_PACE_S))
        self.distributor = await open_distributor(
            journal=journal,
            switch=self.switchboard,
            clock=self._clock,
            subscribers=[self],
            counters=followers,
            engine=self.engine,
            start=_from_checkpoint(self._disk.entries),
        )
        async for entry in journal.read():
            self.on_entry(entry)
        deciding = asyncio.create_task(self.distributor.run())
        for follower in followers:
            self.keep(asyncio.create_task(follower.run()))
        self.keep(asyncio.create_task(self._open()))
        try:
            await deciding
        except JournalFailed:
            self._world.tell(lambda: "the program ends: its journal takes nothing")
            self.process.kill()
        except Exception as bug:  # whatever the product raised: that is what is looked for
            self._world.fail("raised", f"{type(bug).__name__}: {bug}")

    async def _open(self) -> None:
        self.listens = True
        self._world.later(self._world.between(5, 200), self.link.connect)
        for given in self._centre():
            await self.submit(given)
        self.keep(asyncio.create_task(self._beat()))
        self.keep(asyncio.create_task(self._compare()))

    async def _beat(self) -> None:
        while True:
            self.link.send(lambda: self._exchange.beat(self.epoch))
            await asyncio.sleep(BEAT_S)

    # --- the ear -----------------------------------------------------------------------------------------------------------

    def _link_up(self) -> None:
        self.link.send(lambda: self._exchange.beat(self.epoch))
        self._resync.set()

    def _link_down(self) -> None:
        self.in_step = False
        if self.distributor is not None:
            self.distributor.lose_sight()

    def _hear(self, report: Report) -> None:
        # Reports of a time before the comparison wait for it: applied after it, they change nothing twice.
        if self.in_step:
            self._take(report)
        else:
            self._heard.append(report)

    def _take(self, report: Report) -> None:
        for given in self.ear.hear(report):
            if isinstance(given, inputs.AgentPickedUp):
                self.keep(asyncio.create_task(self._joined(given)))
            else:
                self.post(given)

    async def _joined(self, given: inputs.AgentPickedUp) -> None:
        taken = await self.submit(given)
        if any(isinstance(fact, InputRefused) for fact in taken or ()):
            self.switchboard.part(interaction_of(given.reservation_id), given.reservation_id)

    async def _compare(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._resync.wait()
            except TimeoutError:
                pass
            self._resync.clear()
            if not self.link.is_up or self.distributor is None:
                continue
            self.in_step = False
            picture = await self._look()
            if picture is None:
                continue
            await self._adopt(picture)

    async def _look(self) -> SwitchPicture | None:
        begun_at = self._clock.now()
        former = await self.link.send(lambda: self._exchange.beat(self.epoch))
        channels = await self.link.send(self._exchange.channels)
        devices = await self.link.send(self._exchange.devices)
        turned_away = await self.link.send(lambda: dict(self._exchange.turned_away))
        if former is None or channels is None or devices is None or turned_away is None:
            return None
        # The four answers have the types that their questions have.
        return picture_of(channels, devices, turned_away, begun_at=begun_at, is_new=not former)  # type: ignore[arg-type]

    async def _adopt(self, picture: SwitchPicture) -> None:
        for reservation_id, phase in picture.agent_legs.items():
            self.ear.adopted(reservation_id, joined=phase is AgentLegPhase.JOINED)
            self.switchboard.lines.found(reservation_id)
        try:
            assert self.distributor is not None
            await self.distributor.reconcile(picture)
        except DoorClosed:
            return
        for lost in picture.turned_away:
            self.link.send(partial(self._exchange.turned_away.pop, lost, None))
        self.switchboard.take_over(picture.agent_legs, self._in_force)
        if not self.link.is_up:
            return
        self.in_step = True
        heard, self._heard = self._heard, []
        for report in heard:
            self._take(report)

    # --- the door ------------------------------------------------------------------------------------------------------------

    async def submit(self, given: Input) -> tuple[Fact, ...] | None:
        """Hand in one input; None when the door is closed."""
        try:
            return await self.distributor.submit(given) if self.distributor is not None else None
        except DoorClosed:
            return None

    def post(self, given: Input) -> None:
        """Hand in one input without waiting."""
        try:
            if self.distributor is not None:
                self.distributor.post(given)
        except DoorClosed:
            pass

    def ask(self, given: Input) -> None:
        """Somebody outside hands in one input, if the program is there to take it."""
        if self.listens:
            self.process.deliver(self.post, given)

    def on_entry(self, entry: Entry) -> None:
        """See FactSubscriber."""
        for fact in entry.facts:
            match fact:
                case facts.InteractionCreated():
                    for given in self.ear.caller_known(fact.interaction_id):
                        self.post(given)
                case facts.InteractionEnded():
                    self.ear.caller_over(fact.interaction_id)
                case facts.AgentReserved():
                    self._in_force[fact.reservation_id] = None
                    self.switchboard.lines.reserved(fact.reservation_id, fact.device_id)
                case facts.InteractionAnswered():
                    self._in_force[fact.reservation_id] = None
                case facts.ReservationEnded() if fact.result is not ReservationResult.ANSWERED:
                    self._in_force.pop(fact.reservation_id, None)
                case facts.InteractionReleased():
                    self._in_force.pop(fact.reservation_id, None)
                    self.ear.released(fact.reservation_id)
                case _:
                    pass

    # --- for the trace -------------------------------------------------------------------------------------------------------

    def _tell(self, given: Input, now: Instant, decided: tuple[Fact, ...]) -> None:
        start = self._world.instant - self._world.now_ms

        def in_words() -> str | None:
            follows = [words for fact in decided if (words := words_of(fact, Instant(start)))]
            asked = given_in_words(given)
            if not follows and isinstance(given, inputs.TimePassed):
                return None
            return f"{asked:<44}  {'; '.join(follows)}".rstrip()

        self._world.tell(in_words)
        self._world.steps += 1

    def keep(self, task: "asyncio.Task[None]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _from_checkpoint(entries: Sequence[Entry]) -> Start:
    """A start from what a former run knew after two thirds of the journal."""
    seq, former = len(entries) * 2 // 3, Engine()
    for entry in entries[:seq]:
        if entry.stream == ENGINE_STREAM:
            former.fold(facts_in(entry), entry.at)
    return Start(seq=seq, checkpoint=former.checkpoint())
