"""The record of a span: what came from outside, what followed from which milestone, and how late deadlines were taken.

Read from the journal's entries in order, and a while beyond the span's end, so that the talks and waits that began in it are
known to their ends.
"""

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from zlib import crc32

from acd.core import facts
from acd.core.engine import Engine
from acd.core.facts import Fact
from acd.core.inputs import Input, SetReady, TimePassed
from acd.own_entries import facts_in, given_in
from kernel.entry import ENGINE_STREAM, Entry
from kernel.ids import AgentId, InteractionId, QueueId, ReservationId
from kernel.instants import Instant, elapsed_ms
from kernel.result_codes import LeaveReason, ReservationResult
from simulator.rerun.causes import cause_of
from simulator.rerun.milestones import Anchor, Kind, Milestone, Milestones

READ_ON_MS_MAX = 2 * 3_600_000
"""So long after the span's end the ends of its talks are looked for."""

Place = tuple[Instant, int]
"""When, and in which order within the millisecond: twice the entry's number, one more for what comes right after it."""

_PHONES_DOING = frozenset(
    {
        ReservationResult.ANSWERED,
        ReservationResult.LAPSED,
        ReservationResult.DECLINED,
        ReservationResult.BUSY,
        ReservationResult.UNREACHABLE,
    }
)


@dataclass(frozen=True, slots=True)
class Item:
    """One input: ``delay_ms`` after its milestone, or at an instant of its own. ``order``: within the millisecond."""

    given: Input
    delay_ms: int
    order: int


@dataclass(frozen=True, slots=True)
class Late:
    """From ``since`` on a deadline was due; it was taken, or was not due any more, at ``until``."""

    since: Instant
    until: Place


@dataclass(frozen=True, slots=True)
class Stay:
    """How long one stay in a queue lasted, by what is known; ``gave_up``: by the caller's own patience."""

    queue_id: QueueId
    waited_ms: int
    gave_up: bool


@dataclass(slots=True, kw_only=True)
class Record:
    """All that a span's inputs say. ``offers``, ``talks``, ``departures``: where a length that nobody knows is borrowed."""

    begins_at: Instant
    ends_at: Instant
    at_work: set[AgentId] = field(default_factory=set)
    """Who was logged in when the span began, or came later."""
    outside: list[tuple[Place, Input]] = field(default_factory=list)
    scripts: dict[Anchor, list[Item]] = field(default_factory=dict)
    lates: list[Late] = field(default_factory=list)
    stays: dict[Anchor, Stay] = field(default_factory=dict)
    lasted_ms: dict[Anchor, int] = field(default_factory=dict)
    """Of every offer and every talk: how long it is known to have lasted."""
    finished: set[Anchor] = field(default_factory=set)
    """Offers that the agent's phone decided, and talks whose end is known."""
    offers: dict[AgentId, list[tuple[Instant, Anchor]]] = field(default_factory=dict)
    talks: dict[QueueId, list[tuple[Instant, Anchor]]] = field(default_factory=dict)
    departures: dict[tuple[QueueId, LeaveReason], list[tuple[Instant, Anchor]]] = field(default_factory=dict)
    overs: set[Anchor] = field(default_factory=set)
    """Offers that are known to have ended without an answer."""
    answers_ms: list[int] = field(default_factory=list)
    returns_ms: list[int] = field(default_factory=list)
    """How soon agents were ready again after an offer that they let lapse or declined."""
    steps: list[tuple[int, int]] = field(default_factory=list)
    """Of every entry of the span that has facts: its number, and the mark of its facts."""
    fact_count: int = 0
    interaction_count: int = 0

    def late_until(self, due: Instant, now: Place) -> Place | None:
        """When a deadline that is due then was taken, where the record shows that it was late; None: in time."""
        place = bisect_right(self.lates, due, key=lambda late: late.since) - 1
        found: Place | None = None
        while place >= 0 and self.lates[place].until[0] >= due and self.lates[place].until > now:
            found = self.lates[place].until
            place -= 1
        return found


class Reader:
    """Takes entries in order and makes the record of them. ``engine`` stands where the span begins."""

    def __init__(self, engine: Engine, *, begins_at: Instant, ends_at: Instant) -> None:
        logged_in = {each.agent_id for each in engine.state.agents.values() if each.device_id is not None}
        self.record = Record(begins_at=begins_at, ends_at=ends_at, at_work=logged_in)
        self._engine = engine
        self._milestones = Milestones(engine.state, begins_at)
        self._overdue_since: Instant | None = None
        self._last_at = begins_at
        self._queued: dict[InteractionId, Milestone] = {}
        self._answered: dict[ReservationId, Milestone] = {}
        self._reserved: dict[ReservationId, Milestone] = {}
        for milestone in (*self._milestones.of_interaction.values(), *self._milestones.of_reservation.values()):
            self._open(milestone)

    @property
    def is_enough(self) -> bool:
        """The span is over, and so are all waits and talks of it; or too much time has passed since."""
        record = self.record
        if self._last_at < record.ends_at:
            return False
        if elapsed_ms(record.ends_at, self._last_at) > READ_ON_MS_MAX:
            return True
        return all(one.arrived_at >= record.ends_at for one in self._engine.state.interactions.values())

    def take(self, entry: Entry) -> None:
        """One entry, of whatever stream."""
        if entry.stream != ENGINE_STREAM:
            return
        given = given_in(entry)
        self._note_input(given, entry)
        self._last_at = entry.at
        told = facts_in(entry)
        if entry.at < self.record.ends_at and told:
            self.record.steps.append((entry.seq, mark_of(told)))
            self.record.fact_count += len(told)
        for fact in told:
            self._engine.fold((fact,), entry.at)
            milestone = self._milestones.note(fact, entry.at)
            self._note_fact(fact, milestone, entry.at)
            if milestone is not None:
                self._open(milestone)
        self._note_lateness(given, entry)

    def finish(self) -> Record:
        """The record, once no more entries come: what is still open lasted at least until the last one."""
        for queued in self._queued.values():
            self._stay_of(queued, elapsed_ms(queued.since, self._last_at), gave_up=False)
        for milestone in (*self._answered.values(), *self._reserved.values()):
            self.record.lasted_ms[milestone.anchor] = elapsed_ms(milestone.at, self._last_at)
        for lenders in (*self.record.offers.values(), *self.record.talks.values()):
            lenders.sort(key=lambda one: one[0])
        if self._overdue_since is not None:
            self.record.lates.append(Late(self._overdue_since, (self.record.ends_at, 0)))
        return self.record

    def _open(self, milestone: Milestone) -> None:
        """What begins with a milestone has an end that is to be found."""
        match milestone.anchor.kind:
            case Kind.QUEUED:
                self._queued[milestone.anchor.interaction_id] = milestone
            case Kind.ANSWERED if milestone.reservation_id is not None:
                self._answered[milestone.reservation_id] = milestone
            case Kind.RESERVED if milestone.reservation_id is not None:
                self._reserved[milestone.reservation_id] = milestone
            case _:
                pass

    def _stay_of(self, queued: Milestone, waited_ms: int, *, gave_up: bool) -> None:
        if queued.queue_id is not None:
            self.record.stays[queued.anchor] = Stay(queued.queue_id, waited_ms, gave_up)

    # --- inputs ----------------------------------------------------------------------------------------------------

    def _note_input(self, given: Input, entry: Entry) -> None:
        due = self._engine.next_deadline()
        if due is not None and due <= entry.at and self._overdue_since is None:
            self._overdue_since = max(due, self._last_at)  # new rules may make something due that is long past
        if isinstance(given, TimePassed):
            return
        cause = cause_of(given, self._engine.state, self._milestones, entry.at)
        if cause is None:
            if entry.at < self.record.ends_at:
                self.record.outside.append(((entry.at, 2 * entry.seq), given))
        else:
            item = Item(given, elapsed_ms(cause.at, entry.at), 2 * entry.seq)
            self.record.scripts.setdefault(cause.anchor, []).append(item)
            if cause.anchor.kind is Kind.OVER and isinstance(given, SetReady):
                self.record.returns_ms.append(item.delay_ms)

    def _note_lateness(self, given: Input, entry: Entry) -> None:
        """A deadline that was due before this entry was taken by it, or is not due any more, or is late still."""
        if self._overdue_since is None:
            return
        due = self._engine.next_deadline()
        if isinstance(given, TimePassed):
            self.record.lates.append(Late(self._overdue_since, (entry.at, 2 * entry.seq)))
        elif due is None or due > entry.at:
            self.record.lates.append(Late(self._overdue_since, (entry.at, 2 * entry.seq + 1)))
        else:
            return
        self._overdue_since = None

    # --- facts -----------------------------------------------------------------------------------------------------

    def _note_fact(self, fact: Fact, milestone: Milestone | None, at: Instant) -> None:
        match fact:
            case facts.AgentLoggedIn() if at < self.record.ends_at:
                self.record.at_work.add(fact.agent_id)
            case facts.InteractionCreated() if at < self.record.ends_at:
                self.record.interaction_count += 1
            case facts.InteractionAbandoned() | facts.InteractionAnswered() | facts.InteractionLeftQueue():
                self._stayed(fact, milestone, at)
            case facts.InteractionReleased():
                self._talked(fact, at)
            case facts.ReservationEnded():
                self._offered(fact, at)
            case _:
                pass

    def _stayed(
        self,
        fact: facts.InteractionAbandoned | facts.InteractionAnswered | facts.InteractionLeftQueue,
        milestone: Milestone | None,
        at: Instant,
    ) -> None:
        gave_up = isinstance(fact, facts.InteractionAbandoned)
        queued = self._queued.pop(fact.interaction_id, None)
        if queued is not None:
            self._stay_of(queued, fact.waited_ms, gave_up=gave_up)
        if isinstance(fact, facts.InteractionLeftQueue) and milestone is not None:
            key = (fact.queue_id, fact.reason)
            self.record.departures.setdefault(key, []).append((at, milestone.anchor))

    def _talked(self, fact: facts.InteractionReleased, at: Instant) -> None:
        answered = self._answered.pop(fact.reservation_id, None)
        if answered is None:
            return
        self.record.lasted_ms[answered.anchor] = elapsed_ms(answered.at, at)
        self.record.finished.add(answered.anchor)
        self.record.talks.setdefault(fact.queue_id, []).append((answered.at, answered.anchor))

    def _offered(self, fact: facts.ReservationEnded, at: Instant) -> None:
        offered = self._reserved.pop(fact.reservation_id, None)
        if offered is None:
            return
        if fact.result is not ReservationResult.ANSWERED:
            self.record.overs.add(replace(offered.anchor, kind=Kind.OVER))
        self.record.lasted_ms[offered.anchor] = elapsed_ms(offered.at, at)
        if fact.result in _PHONES_DOING:
            self.record.finished.add(offered.anchor)
            self.record.offers.setdefault(fact.agent_id, []).append((offered.at, offered.anchor))
        if fact.result is ReservationResult.ANSWERED:
            self.record.answers_ms.append(elapsed_ms(offered.at, at))


def mark_of(told: tuple[Fact, ...]) -> int:
    """A mark of an entry's facts, by which two runs are compared."""
    return crc32(repr(told).encode())
