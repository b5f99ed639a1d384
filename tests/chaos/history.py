"""The history checker: what callers, phones, the journal and the reports say must be one and the same story. Pure.

The rules are named as in the list of faults: I1 nobody lost, I2 no call at two agents, I3 no agent with two calls, I4 no
agent stuck, I5 one final record each, I6 the order kept, I7 the counters agree with the ledgers, I8 every talk recorded
whole or missed, I9 no clock runs backwards.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from acd.core import facts
from acd.core.agent_states import CALL_STATES, OFFERED_STATES, AgentState
from kernel.entry import Entry
from kernel.ids import InteractionId, ReservationId
from kernel.result_codes import Disposition, EndedBy
from reports.rows import InteractionRow, QueueIntervalRow
from tests.chaos.ledgers import CallerCall, PhoneCall
from tests.chaos.outages import Kind, Outage
from tests.chaos.recordings import Recordings, Talk, read_recordings, wrong_recordings
from tests.chaos.stories import Span, Stories, read_stories

TOLD_MS = 2_000
"""What happens is in the journal so soon: after it happened, or after the program was back."""
SAME_MS = 1_000
"""Two clocks' words on one moment differ by no more."""
SEEN_MS = 50
"""So long a program may take to write down what it hears."""
CROSSED_MS = 300
"""A phone may be told so much later that its ring is over than another that it rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One thing that is not as it must be."""

    rule: str
    words: str


@dataclass(frozen=True, kw_only=True)
class History:
    """All that was written down. ``numbers``: who called, by interaction. ``ring_ms_max``: phones pick up within it.

    ``sounds``: how long each recording on the shelf is to hear, ms.
    """

    callers: Sequence[CallerCall]
    phones: Sequence[PhoneCall]
    entries: Sequence[Entry]
    numbers: Mapping[InteractionId, str]
    rows: Sequence[InteractionRow]
    intervals: Sequence[QueueIntervalRow]
    outages: Sequence[Outage]
    sounds: Mapping[ReservationId, int] = field(default_factory=dict)
    ring_ms_max: int = 1_000

    @cached_property
    def stories(self) -> Stories:
        """The journal, read."""
        return read_stories(self.entries)

    @cached_property
    def ids(self) -> Mapping[str, list[InteractionId]]:
        """The interactions of each number."""
        found: dict[str, list[InteractionId]] = defaultdict(list)
        for interaction_id, number in self.numbers.items():
            found[number].append(interaction_id)
        return found

    @cached_property
    def at_phones(self) -> Mapping[str, list[PhoneCall]]:
        """The phones' calls with each number."""
        found: dict[str, list[PhoneCall]] = defaultdict(list)
        for call in self.phones:
            found[call.number].append(call)
        return found

    @cached_property
    def cut(self) -> frozenset[str]:
        """The numbers of those who were on the line when Asterisk died: it took their calls with it."""
        return frozenset(call.number for call in self.callers if any(_covers(call, each) for each in self.deaths))

    @cached_property
    def deaths(self) -> Sequence[Outage]:
        """Asterisk's deaths."""
        return [each for each in self.outages if each.kind is Kind.ASTERISK]

    @cached_property
    def recordings(self) -> Recordings:
        """What the recorder says, and the shelf."""
        return read_recordings(self.entries, self.sounds)

    def joined(self, number: str) -> PhoneCall | None:
        """The call in which an agent talked to a caller."""
        return next((call for call in self.at_phones.get(number, ()) if call.is_talk), None)

    def told_by(self, at_ms: int) -> int:
        """By when what happened then must be in the journal: soon, but for outages in between."""
        limit = at_ms + TOLD_MS
        for outage in self.outages:
            if outage.began_ms <= limit and outage.back_ms >= at_ms:
                limit = max(limit, outage.back_ms + TOLD_MS)
        return limit

    def is_unseen(self, call: PhoneCall) -> bool:
        """Whether a talk began and was over while the program was away: known to nobody but the two who had it.

        A limit of the product: unless Asterisk has served the two by itself, such a talk counts as a wait given up.
        """
        if not call.is_talk or call.joined_ms is None or call.over_ms is None:
            return False
        return any(each.began_ms - SEEN_MS <= call.joined_ms and call.over_ms <= each.back_ms for each in self.outages)

    def over_ms(self, call: PhoneCall) -> int | None:
        """When a phone's call was over; with Asterisk's death at the latest."""
        died = [death.began_ms for death in self.deaths if call.invited_ms <= death.began_ms]
        return min([at for at in (call.over_ms, *died) if at is not None], default=None)


def _covers(call: CallerCall, death: Outage) -> bool:
    over_ms = call.over_ms
    is_placed = call.placed_ms <= death.began_ms or (call.answered_ms is None and call.placed_ms <= death.back_ms)
    return is_placed and (over_ms is None or over_ms >= death.began_ms - SAME_MS)


def broken(history: History) -> tuple[Broken, ...]:
    """Every rule that does not hold; empty when all do."""
    rules: tuple[tuple[str, Callable[[History], Iterator[str]]], ...] = (
        ("I1", lost_callers),
        ("I2", calls_at_two_agents),
        ("I3", agents_with_two_calls),
        ("I4", stuck_agents),
        ("I5", final_records),
        ("I6", order),
        ("I7", counters),
        ("I7", rows_against_ledgers),
        ("I8", recordings),
        ("I9", backward_clocks),
    )
    return tuple(Broken(rule=name, words=words) for name, rule in rules for words in rule(history))


def lost_callers(history: History) -> Iterator[str]:
    """I1: whoever has not hung up is served until an agent hangs up, unless Asterisk died."""
    for call in history.callers:
        if call.number in history.cut or call.left_ms is not None:
            continue
        talk = history.joined(call.number)
        if call.answered_ms is None:
            yield f"{call.number}: placed at {call.placed_ms}, never answered"
        elif call.ended_ms is None:
            yield f"{call.number}: answered at {call.answered_ms}, and then nothing more (talk: {talk})"
        elif talk is None:
            yield f"{call.number}: sent away at {call.ended_ms} without having met an agent"
        elif not talk.by_agent:
            yield f"{call.number}: parted from {talk.phone} at {call.ended_ms}, by neither of the two"


def calls_at_two_agents(history: History) -> Iterator[str]:
    """I2: nobody rings for, or talks to, a caller whom another phone has."""
    for number, calls in history.at_phones.items():
        for former, later in pairwise(calls):
            over_ms = history.over_ms(former)
            grace_ms = 0 if former.is_talk else CROSSED_MS
            if former.is_talk and later.is_talk:
                yield f"{number}: joined with {former.phone} at {former.joined_ms} and {later.phone} at {later.joined_ms}"
            elif over_ms is None or over_ms > later.invited_ms + grace_ms:
                yield f"{number}: at {former.phone} until {over_ms} and at {later.phone} from {later.invited_ms}"


def agents_with_two_calls(history: History) -> Iterator[str]:
    """I3: a phone has one call at a time."""
    by_phone: dict[str, list[PhoneCall]] = defaultdict(list)
    for call in history.phones:
        by_phone[call.phone].append(call)
    for phone, calls in by_phone.items():
        for former, later in pairwise(calls):
            over_ms = history.over_ms(former)
            grace_ms = 0 if former.is_talk else CROSSED_MS
            if over_ms is None or over_ms > later.invited_ms + grace_ms:
                yield f"{phone}: with {former.number} until {over_ms}, and rung for {later.number} at {later.invited_ms}"


def stuck_agents(history: History) -> Iterator[str]:
    """I4: who has no call is ready, within two seconds; nobody falls out of the line, for nobody wished to."""
    seen_ready: set[str] = set()
    for span in sorted(history.stories.spans, key=lambda span: span.began):
        if span.state is AgentState.READY:
            seen_ready.add(span.agent_id)
        elif span.agent_id in seen_ready:
            yield from _stuck(history, span)


def _stuck(history: History, span: Span) -> Iterator[str]:
    where = f"{span.agent_id}: {span.state} {span.reason_code} from {span.began} until {span.ended}"
    if span.state in (AgentState.AUX, AgentState.LOGGED_OUT):
        yield f"{where}, which nobody asked for"
        return
    free_ms: int = span.began
    if span.state in OFFERED_STATES:
        free_ms += history.ring_ms_max
    elif span.state in CALL_STATES and span.interaction_id is not None:
        talk = history.joined(history.numbers.get(span.interaction_id, ""))
        over_ms = None if talk is None else history.over_ms(talk)
        free_ms = span.began if over_ms is None else max(free_ms, over_ms)
    if span.ended is None or span.ended > history.told_by(free_ms):
        yield f"{where}, free from {free_ms}"


def final_records(history: History) -> Iterator[str]:
    """I5: one interaction for each caller, one final record and one row for each interaction."""
    rows = {row.interaction_id: row for row in history.rows}
    for call in history.callers:
        ids = history.ids.get(call.number, [])
        if len(ids) > 1:
            yield f"{call.number}: {len(ids)} interactions: {', '.join(ids)}"
        if not ids and call.answered_ms is not None and not _unknown_for_good(history, call):
            yield f"{call.number}: answered at {call.answered_ms}, over at {call.over_ms}, and no interaction"
    known = {call.number for call in history.callers}
    for interaction_id in history.stories.by_interaction:
        if history.numbers.get(interaction_id) not in known:
            yield f"{interaction_id}: an interaction of nobody"
        created = history.stories.of(interaction_id, facts.InteractionCreated)
        ended = history.stories.of(interaction_id, facts.InteractionEnded)
        if (len(created), len(ended)) != (1, 1):
            yield f"{interaction_id}: begins {len(created)} times and ends {len(ended)} times"
        elif (row := rows.get(interaction_id)) is None:
            yield f"{interaction_id}: no row"
        elif row.disposition is not ended[0][1].disposition:
            yield f"{interaction_id}: {ended[0][1].disposition} in the journal, {row.disposition} in its row"
    if len(rows) != len(history.rows):
        yield f"{len(history.rows)} rows of {len(rows)} interactions"


def _unknown_for_good(history: History, call: CallerCall) -> bool:
    """Whether Asterisk took this call with it before a program could hear of it."""
    if call.number not in history.cut or call.answered_ms is None:
        return False
    away = [each for each in history.outages if each.began_ms <= call.answered_ms <= each.back_ms + TOLD_MS]
    return bool(away) or any(0 <= death.began_ms - call.answered_ms <= TOLD_MS for death in history.deaths)


def order(history: History) -> Iterator[str]:
    """I6: who has waited longest comes first, and a place in the line is never given away."""
    yield from history.stories.disorder


def counters(history: History) -> Iterator[str]:
    """I7: the sums of the half hours are what the journal tells, and balance."""
    told: dict[str, int] = defaultdict(int)
    for interaction_id in history.stories.by_interaction:
        of = history.stories.of
        told["offered"] += len(of(interaction_id, facts.InteractionQueued))
        told["answered"] += len(of(interaction_id, facts.InteractionAnswered))
        told["handled"] += len(of(interaction_id, facts.InteractionReleased))
        told["reserved"] += len(of(interaction_id, facts.AgentReserved))
        told["left"] += len(of(interaction_id, facts.InteractionLeftQueue))
        for _, abandoned in of(interaction_id, facts.InteractionAbandoned):
            told["short_abandoned" if abandoned.short else "abandoned"] += 1
    for name, count in sorted(told.items()):
        counted = sum(_left(row) if name == "left" else getattr(row, f"{name}_count") for row in history.intervals)
        if counted != count:
            yield f"{name}: {counted} in the half hours, {count} in the journal"
    gone = told["answered"] + told["abandoned"] + told["short_abandoned"] + told["left"]
    if told["offered"] != gone:
        yield f"{told['offered']} offered, but {gone} answered, abandoned or left"


def _left(row: QueueIntervalRow) -> int:
    names = ("timeout", "overflow", "closed", "key", "withdrawn", "no_agent", "system_failure")
    return sum(getattr(row, f"left_{name}_count") for name in names)


def rows_against_ledgers(history: History) -> Iterator[str]:
    """I7: a row says of a call what its caller and its agent's phone say."""
    callers = {call.number: call for call in history.callers}
    for row in history.rows:
        call = callers.get(history.numbers.get(row.interaction_id, ""))
        if call is None:
            continue  # told by I5
        talk = history.joined(call.number)
        if call.number in history.cut:
            yield from _cut_off(history, row, call)
        elif _have_missed_each_other(history, call) or (
            talk is not None and history.is_unseen(talk) and row.disposition is not Disposition.ANSWERED
        ):
            continue
        elif talk is None:
            # A talk that the caller left at once looks to the phone like a pick-up that came too late.
            picked_up = {each.phone for each in history.at_phones.get(call.number, ()) if each.joined_ms is not None}
            if row.disposition is Disposition.ANSWERED and row.agent_id not in picked_up:
                yield f"{row.interaction_id}: answered in its row, and no agent has met {call.number}"
        else:
            yield from _talked(history, row, call, talk)


def _have_missed_each_other(history: History, call: CallerCall) -> bool:
    """Whether an agent picked up when the caller had just gone, or nearly so: a talk of nobody, however it is told."""
    if call.left_ms is None:
        return False
    picked_up = [each.joined_ms for each in history.at_phones.get(call.number, ()) if each.joined_ms is not None]
    return any(joined_ms > call.left_ms - CROSSED_MS for joined_ms in picked_up)


def _cut_off(history: History, row: InteractionRow, call: CallerCall) -> Iterator[str]:
    """What Asterisk's death ended is closed with that cause; what had ended just before may have its own."""
    death = next(each for each in history.deaths if _covers(call, each))
    if row.ended_at is None or row.ended_at > death.back_ms + TOLD_MS:
        return  # told by I5 when it never ended; later when it went on with the new Asterisk
    if row.ended_at < death.began_ms or row.ended_by is EndedBy.SYSTEM:
        return
    talk = history.joined(call.number)
    ends = (call.over_ms, None if talk is None else talk.over_ms)
    if not any(end is not None and end <= death.began_ms for end in ends):
        yield f"{row.interaction_id}: ended by {row.ended_by} as {row.disposition} when Asterisk died"


def _talked(history: History, row: InteractionRow, call: CallerCall, talk: PhoneCall) -> Iterator[str]:
    where = f"{row.interaction_id} ({call.number} with {talk.phone})"
    if row.disposition is not Disposition.ANSWERED or row.agent_id != talk.phone or row.answered_at is None:
        yield f"{where}: {row.disposition} by {row.agent_id}, answered at {row.answered_at}"
        return
    assert talk.joined_ms is not None
    if not talk.joined_ms - SAME_MS <= row.answered_at <= history.told_by(talk.joined_ms):
        yield f"{where}: joined at {talk.joined_ms}, in the row at {row.answered_at}"
    over_ms = talk.over_ms if talk.over_ms is not None else call.over_ms
    if row.ended_at is None or over_ms is None:
        return  # told by I1 and I5
    if not over_ms - SAME_MS <= row.ended_at <= history.told_by(over_ms):
        yield f"{where}: over at {over_ms}, in the row at {row.ended_at}"
    if (
        not over_ms - history.told_by(talk.joined_ms) - SAME_MS
        <= row.talk_ms + row.hold_ms
        <= history.told_by(over_ms) - talk.joined_ms
    ):
        yield f"{where}: talked from {talk.joined_ms} to {over_ms}, in the row for {row.talk_ms} and {row.hold_ms} on hold"
    was_seen = not any(each.began_ms <= over_ms and each.back_ms >= talk.joined_ms for each in history.outages)
    if was_seen and abs(row.hold_ms - talk.held_ms) > SAME_MS:
        yield f"{where}: on hold for {talk.held_ms}, in the row for {row.hold_ms}"
    by = EndedBy.AGENT if talk.by_agent else EndedBy.CALLER
    if row.ended_by is not by and not (row.ended_by is EndedBy.SYSTEM and _is_unseen(history, over_ms)):
        yield f"{where}: hung up by the {by} at {over_ms}, in the row by the {row.ended_by}"


def _is_unseen(history: History, at_ms: int) -> bool:
    """Whether nobody may have heard what happened then."""
    return any(each.began_ms - SAME_MS <= at_ms <= each.back_ms for each in history.outages)


def recordings(history: History) -> Iterator[str]:
    """I8: every talk has its recording, as long as the talk to a second, or an alarm."""
    yield from wrong_recordings(_recorded_talks(history), history.recordings)


def _recorded_talks(history: History) -> Iterator[Talk]:
    for interaction_id in history.stories.by_interaction:
        talk = history.joined(history.numbers.get(interaction_id, ""))
        over_ms = None if talk is None else history.over_ms(talk)
        for _, answered in history.stories.of(interaction_id, facts.InteractionAnswered):
            if talk is not None and talk.joined_ms is not None and over_ms is not None:
                yield Talk(
                    reservation_id=answered.reservation_id,
                    joined_ms=talk.joined_ms,
                    over_ms=over_ms,
                    unsure_ms=SAME_MS,
                )


def backward_clocks(history: History) -> Iterator[str]:
    """I9: no length of time is below nothing, and time goes on from entry to entry."""
    yield from history.stories.negative
    last: dict[str, Entry] = {}
    for entry in history.entries:
        former = last.get(entry.stream, entry)
        if entry.at < former.at:
            yield f"entry {entry.seq} is {former.at - entry.at} ms before the one before it"
        last[entry.stream] = entry
    for row in history.rows:
        for name in ("flow_ms", "wait_ms", "ring_ms", "talk_ms", "hold_ms", "wrap_up_ms"):
            if getattr(row, name) < 0:
                yield f"{row.interaction_id}: {name} {getattr(row, name)}"
