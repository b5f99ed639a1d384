"""The distributor: the one task that owns the engine. Inbox, engine, journal, followers, effects, in that order.

Whatever waits in the inbox is taken together, decided one by one, and written with one append (group commit). Only what
is written is published and performed. When the journal fails, the engine already knows what nobody may act on: then
``run`` raises, and the program must end and start again from the journal.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from acd.aside import told_aside
from acd.core import inputs
from acd.core.checkpoint import EngineCheckpoint
from acd.core.effects import Effect, effects_of_step
from acd.core.engine import Engine
from acd.core.facts import Fact
from acd.core.inputs import AsideEnded, Input, TimePassed
from acd.core.rank_words import RoutingConfigured
from acd.own_entries import facts_in, given_in
from acd.ports import Clock, DoorClosed, FactSubscriber, Journal, Switch, SwitchPicture
from acd.recovery import Asked, differences, recover
from kernel.entry import ENGINE_STREAM, Entry
from kernel.instants import Instant, elapsed_ms

log = structlog.get_logger(__name__)

T = TypeVar("T")

INBOX_MAX = 10_000
"""Inputs that may wait. A full inbox closes the door to more; half a minute of the busiest hour planned fits."""

BATCH_MAX = 200
"""Inputs that are written together at most, so that the first of a rush does not wait for the last."""

COMPANY_MS_MAX = 20
"""How long entries that nothing waits for and nothing follows from may wait for others to be written with."""

HOLD_MS_MAX = 5_000
"""So long everything waits for a look at the switch that is under way. Should it fail, people need not wait for it."""
HOLD_LOOK_S = 0.05

CONFIGURATION = (
    RoutingConfigured,
    inputs.QueueConfigured,
    inputs.QueueRemoved,
    inputs.AgentConfigured,
    inputs.AgentRemoved,
    inputs.DeviceConfigured,
    inputs.DeviceRemoved,
    inputs.AuxReasonConfigured,
    inputs.AuxReasonRemoved,
)


@dataclass(slots=True, kw_only=True)
class _Letter:
    """What lies in the inbox: an input, facts of another stream, a picture of the switch, or somebody who wants to look."""

    given: Input | None = None
    stream: str = ENGINE_STREAM
    facts: tuple[object, ...] = ()
    picture: SwitchPicture | None = None
    look: Callable[[], None] | None = None
    entries: asyncio.Future[tuple[Entry, ...]] | None = None

    @property
    def passes(self) -> bool:
        """Whether it need not wait for a look: it is the look, or has no time in it."""
        return self.picture is not None or self.look is not None or isinstance(self.given, CONFIGURATION)


@dataclass(slots=True)
class _Batch:
    """What is written together: each letter with its entries, and what is to be done once they are durable."""

    decided: list[tuple[_Letter, tuple[Entry, ...]]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    told: list[Fact] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    @property
    def is_urgent(self) -> bool:
        """Whether somebody waits for it: a phone that is to ring, or who has asked and wants to know."""
        asked = any(letter.entries is not None for letter, _ in self.decided)
        return asked or bool(self.effects)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where folding begins: at a checkpoint of the entry ``seq``, or (None, 0) at the journal's first entry.

    ``hear`` is told of every entry after it, in order, before the distributor takes anything new.
    """

    seq: int = 0
    checkpoint: EngineCheckpoint | None = None
    hear: Callable[[Entry], Awaitable[None]] | None = None


FROM_NOTHING = Start()


class Distributor:
    """The front door, and the task behind it. See ``acd.ports.FrontDoor``.

    ``comes_back``: the switch may have served callers by itself until now, and a look at it is under way. Until its
    picture is here nothing else is decided, so that what happened there is told before what happened after it.
    ``subscribers`` are told before effects are performed, ``counters`` after they have begun: a phone need not wait for them.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        last_seq: int,
        journal: Journal,
        switch: Switch,
        clock: Clock,
        subscribers: Sequence[FactSubscriber],
        counters: Sequence[FactSubscriber] = (),
        inbox_max: int = INBOX_MAX,
        batch_max: int = BATCH_MAX,
        in_sight: bool = True,
        comes_back: Callable[[], bool] = lambda: False,
    ) -> None:
        self._engine = engine
        self._seq = last_seq
        self._journal = journal
        self._switch = switch
        self._clock = clock
        self._subscribers = tuple(subscribers)
        self._counters = tuple(counters)
        self._inbox_max = inbox_max
        self._batch_max = batch_max
        self._comes_back = comes_back
        self._held_since: Instant | None = None
        self._inbox: deque[_Letter] = deque()
        self._news = asyncio.Event()
        self._closed = False
        self._in_sight = in_sight
        self._asked = Asked()

    # --- the front door --------------------------------------------------------------------------------------------

    async def submit(self, given: Input) -> tuple[Fact, ...]:
        """Hand in one input; its facts, once they are durable and published.

        Raises DoorClosed: stopping, the inbox is full, or the program stopped before the input was written.
        """
        (entry,) = await self._reply_to(_Letter(given=given))
        return facts_in(entry)

    def post(self, given: Input) -> None:
        """Hand in one input without waiting. Raises DoorClosed: stopping, or the inbox is full."""
        self._put(_Letter(given=given))

    async def note(self, stream: str, facts: Sequence[object]) -> int:
        """Write and publish facts of another stream; the ``seq`` of their entry. Raises DoorClosed as ``submit``."""
        (entry,) = await self._reply_to(_Letter(stream=stream, facts=tuple(facts)))
        return entry.seq

    def post_note(self, stream: str, facts: Sequence[object]) -> None:
        """Hand in facts of another stream without waiting. Raises DoorClosed: stopping, or the inbox is full.

        Nothing follows from them, so they wait a moment for company: one transaction less for most of them.
        """
        self._put(_Letter(stream=stream, facts=tuple(facts)))

    async def reconcile(self, picture: SwitchPicture) -> tuple[Input, ...]:
        """Compare the engine with the switch and hand in the differences, with nothing else in between.

        Returns the inputs that were handed in. Raises DoorClosed as ``submit`` does.
        """
        entries = await self._reply_to(_Letter(picture=picture))
        return tuple(given_in(entry) for entry in entries)

    async def at_rest(self, look: Callable[[int, EngineCheckpoint], T]) -> T:
        """Call ``look`` while the engine and every follower stand at the same entry, of which it is told the ``seq``.

        Nothing is decided meanwhile, so it must be quick. Returns what it returned, and raises what it raised. Raises
        DoorClosed as ``submit``.
        """
        seen: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def look_now() -> None:
            try:
                seen.set_result(look(self._seq, self._engine.checkpoint()))
            except Exception as wrong:  # the asker's own: nobody else's work is to end with it
                seen.set_exception(wrong)

        await self._reply_to(_Letter(look=look_now))
        return await seen

    def lose_sight(self) -> None:
        """The switch cannot be seen or spoken to: no deadline is taken until the next ``reconcile``.

        What happened there meanwhile was in time though it is told late, and nothing that a deadline leads to could be
        done. A pick-up must not be held against a lapse that was decided in the dark.
        """
        self._in_sight = False

    def close(self) -> None:
        """Take nothing more. What is in the inbox is still decided, then ``run`` returns."""
        self._closed = True
        self._news.set()

    async def _reply_to(self, letter: _Letter) -> tuple[Entry, ...]:
        letter.entries = asyncio.get_running_loop().create_future()
        self._put(letter)
        return await letter.entries

    def _put(self, letter: _Letter) -> None:
        if self._closed:
            raise DoorClosed("stopping")
        if len(self._inbox) >= self._inbox_max:
            raise DoorClosed("the inbox is full")
        self._inbox.append(letter)
        self._news.set()

    # --- behind it -------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Serve the inbox and the deadlines until ``close``.

        Raises JournalFailed when nothing can be written any more, and whatever the engine raised: a bug. Either way
        nothing was published or performed for what was not written, and the door is shut.
        """
        try:
            while not self._closed or self._inbox:
                await self._wait_for_news()
                await self._serve()
        finally:
            self._closed = True
            for letter in self._inbox:
                _reply(letter, DoorClosed("stopped"))
            self._inbox.clear()

    async def _wait_for_news(self) -> None:
        """Until something is in the inbox, a deadline is due, or the door was closed."""
        if self._is_held():
            await self._wait_for_look()
            return
        if self._inbox or self._closed:
            return
        self._news.clear()
        deadline = self._next_deadline()
        wait_s = None if deadline is None else max(0, deadline - self._clock.now()) / 1000
        try:
            async with asyncio.timeout(wait_s):
                await self._news.wait()
        except TimeoutError:
            pass

    def _is_held(self) -> bool:
        if self._closed or not self._comes_back():
            self._held_since = None
            return False
        if self._held_since is None:
            self._held_since = self._clock.now()
        return elapsed_ms(self._held_since, self._clock.now()) < HOLD_MS_MAX

    async def _wait_for_look(self) -> None:
        """Until something comes that need not wait, or a moment has passed."""
        if any(letter.passes for letter in self._inbox):
            return
        self._news.clear()
        try:
            async with asyncio.timeout(HOLD_LOOK_S):
                await self._news.wait()
        except TimeoutError:
            pass

    def _next_letters(self, count_max: int) -> list[_Letter]:
        if not self._is_held():
            return [self._inbox.popleft() for _ in range(min(len(self._inbox), count_max))]
        letters = [letter for letter in self._inbox if letter.passes]
        self._inbox = deque(letter for letter in self._inbox if not letter.passes)
        return letters

    async def _serve(self) -> None:
        """One batch: decide, write, publish, perform, reply."""
        batch = _Batch()
        try:
            self._decide_next(batch)
            if batch.entries and not batch.is_urgent:
                await self._wait_for_company(batch)
            if batch.entries:
                await self._journal.append(batch.entries)
        except BaseException:
            for letter, _ in batch.decided:
                _reply(letter, DoorClosed("stopped before it was written"))
            raise
        _tell(self._subscribers, batch.entries)
        for fact in batch.told:
            self._asked.note(fact, self._clock.now())
        for effect in batch.effects:
            self._switch.perform(effect)
        try:
            if batch.effects:
                await asyncio.sleep(0)  # what desks and phones are told is on its way before anything is counted
        finally:
            _tell(self._counters, batch.entries)
        for letter, of_letter in batch.decided:
            if letter.look is not None:
                letter.look()
            _reply(letter, of_letter)

    def _decide_next(self, batch: _Batch) -> None:
        """Decide what is in the inbox now, as far as the batch has room for it."""
        letters = self._next_letters(self._batch_max - len(batch.decided))
        first = len(batch.decided)
        batch.decided += [(letter, ()) for letter in letters]  # whatever happens, all of them are replied to
        for place, letter in enumerate(letters, start=first):
            entries = self._decide(letter)
            batch.decided[place] = (letter, entries)
            self._note(batch, entries)
        self._note(batch, self._take_deadlines())

    def _note(self, batch: _Batch, entries: Sequence[Entry]) -> None:
        batch.entries += entries
        for entry in entries:
            told = facts_in(entry)
            batch.told += told
            batch.effects += effects_of_step(told)

    async def _wait_for_company(self, batch: _Batch) -> None:
        """Let more come, until something does that must not wait: a transaction is not spent on each small thing."""
        with suppress(TimeoutError):
            async with asyncio.timeout(COMPANY_MS_MAX / 1000):
                while not (batch.is_urgent or self._closed or len(batch.decided) >= self._batch_max):
                    self._news.clear()
                    await self._news.wait()
                    self._decide_next(batch)

    def _decide(self, letter: _Letter) -> tuple[Entry, ...]:
        if letter.look is not None:
            return ()
        if letter.picture is not None:
            self._in_sight = True
            return tuple(self._compare(letter.picture))
        if letter.given is not None:
            return (self._enter(letter.given),)
        self._seq += 1
        return (Entry(seq=self._seq, at=self._clock.now(), stream=letter.stream, given=None, facts=letter.facts),)

    def _take_deadlines(self) -> tuple[Entry, ...]:
        """After the inputs, so that what happened in time counts as in time though it was told late."""
        deadline = self._next_deadline()
        return (self._enter(TimePassed()),) if deadline is not None and deadline <= self._clock.now() else ()

    def _next_deadline(self) -> Instant | None:
        return self._engine.next_deadline() if self._in_sight and not self._is_held() else None

    def _compare(self, picture: SwitchPicture) -> Iterator[Entry]:
        """First what the switch did by itself, each thing at its own instant; then what differs now."""
        for at, given in told_aside(self._engine.state, picture):
            yield self._enter(given, at=at)
        for given in differences(self._engine.state, picture, self._asked):
            yield self._enter(given)
        if self._engine.state.suspended:
            yield self._enter(AsideEnded())

    def _enter(self, given: Input, *, at: Instant | None = None) -> Entry:
        now = self._clock.now()
        if at is not None:
            # What is written down already comes before it, whatever the switch's clock says.
            now = max(self._engine.now, min(at, now))
        facts = self._engine.handle(given, now)
        self._seq += 1
        return Entry(seq=self._seq, at=now, stream=ENGINE_STREAM, given=given, facts=facts)


def _tell(subscribers: Sequence[FactSubscriber], entries: Sequence[Entry]) -> None:
    for entry in entries:
        for subscriber in subscribers:
            subscriber.on_entry(entry)


def _reply(letter: _Letter, outcome: tuple[Entry, ...] | DoorClosed) -> None:
    if letter.entries is None or letter.entries.done():  # nobody asked, or nobody waits any more
        return
    if isinstance(outcome, DoorClosed):
        letter.entries.set_exception(outcome)
    else:
        letter.entries.set_result(outcome)


async def open_distributor(
    *,
    journal: Journal,
    switch: Switch,
    clock: Clock,
    subscribers: Sequence[FactSubscriber],
    counters: Sequence[FactSubscriber] = (),
    start: Start = FROM_NOTHING,
    engine: Engine | None = None,
    comes_back: Callable[[], bool] = lambda: False,
) -> Distributor:
    """A distributor that knows all the journal knows; ``run`` it, then ``reconcile`` it with the switch.

    It takes no deadline before that. ``engine``: one that has heard nothing yet, for those who look into it; else a new
    one. Raises whatever the journal raises, and KeyError or AssertionError when the journal contradicts itself.
    """
    engine = engine or Engine()
    if start.checkpoint is not None:
        engine.resume(start.checkpoint)
    last_seq = await recover(journal, engine, after_seq=start.seq, hear=start.hear)
    log.info(
        "journal folded",
        checkpoint_seq=start.seq,
        last_seq=last_seq,
        open_interactions=len(engine.state.interactions),
    )
    return Distributor(
        engine=engine,
        last_seq=last_seq,
        journal=journal,
        switch=switch,
        clock=clock,
        subscribers=subscribers,
        counters=counters,
        in_sight=False,
        comes_back=comes_back,
    )
