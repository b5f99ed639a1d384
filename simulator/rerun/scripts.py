"""Scripts: what follows from a milestone when the span is played again; as recorded, or else borrowed or assumed."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median_low
from typing import Any

from acd.core.inputs import AgentLeft, AgentPickedUp, CallerHungUp, EnterQueue, FlowEnded, Input, SetReady
from kernel.instants import Instant
from kernel.result_codes import Disposition, EndedBy
from simulator.rerun.milestones import Anchor, Kind, Milestone
from simulator.rerun.patience import Patience
from simulator.rerun.record import Item, Record

ANSWER_MS = 3_000
TALK_MS = 180_000
RETURN_MS = 60_000
"""What is assumed where the record knows of no answered offer, finished talk, or return after a lapse at all."""
GOOD_BYE_MS = 500
"""A caller whose agent has left, and of whom nothing more is known, hangs up after this."""
LAST = 2**62
"""The order of what no record says: after everything recorded of the same millisecond."""

_Q850_NORMAL = 16


class Scripts:
    """What comes next, by milestone. ``borrowed`` counts for what the record had no length."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._patience = Patience(list(record.stays.values()))
        self._answer_ms = median_low(record.answers_ms) if record.answers_ms else ANSWER_MS
        self._return_ms = median_low(record.returns_ms) if record.returns_ms else RETURN_MS
        self._lender_of: dict[Anchor, Anchor] = {}
        self.borrowed = dict.fromkeys(("answer", "talk", "departure"), 0)

    def after(self, milestone: Milestone) -> Iterator[Item]:
        """The inputs that follow from a milestone, each with its delay."""
        match milestone.anchor.kind:
            case Kind.QUEUED:
                yield from self._stay(milestone)
            case Kind.RESERVED:
                yield from self._offer(milestone)
            case Kind.ANSWERED:
                yield from self._talk(milestone)
            case Kind.LEFT:
                yield from self._departure(milestone)
            case Kind.OVER | Kind.RELEASED:
                yield from self._end(milestone)
            case _:
                yield from self._recorded(milestone.anchor)

    def _recorded(self, anchor: Anchor) -> Sequence[Item]:
        return self._record.scripts.get(anchor, ())

    def _lent(self, lender: Anchor, milestone: Milestone) -> Iterator[Item]:
        for item in self._recorded(lender):
            yield Item(in_place_of(item.given, milestone), item.delay_ms, LAST)

    # --- waiting ---------------------------------------------------------------------------------------------------

    def _stay(self, milestone: Milestone) -> Iterator[Item]:
        yield from self._recorded(milestone.anchor)
        stay = self._record.stays.get(milestone.anchor)
        if milestone.queue_id is None or (stay is not None and stay.gave_up):
            return
        anchor = milestone.anchor
        known_ms = -1 if stay is None else stay.waited_ms
        patience_ms = self._patience.of(anchor.interaction_id, anchor.ordinal, milestone.queue_id, known_ms)
        if patience_ms is not None:
            hung_up = CallerHungUp(interaction_id=anchor.interaction_id, cause_code=_Q850_NORMAL)
            waited_before_ms = milestone.at - milestone.since
            yield Item(hung_up, patience_ms - waited_before_ms, LAST)

    def _departure(self, milestone: Milestone) -> Iterator[Item]:
        anchor = milestone.anchor
        own = self._recorded(anchor)
        if own or milestone.queue_id is None or milestone.reason is None:
            yield from own
            return
        known = self._record.departures.get((milestone.queue_id, milestone.reason), [])
        if any(each == anchor for _, each in known):
            return  # as recorded: nothing followed, by the end of the record
        self.borrowed["departure"] += 1
        lender = _nearest(known, milestone.at)
        if lender is not None and self._recorded(lender):
            yield from self._lent(lender, milestone)
        else:
            ended = FlowEnded(interaction_id=anchor.interaction_id, disposition=Disposition.FLOW_ENDED)
            yield Item(ended, 1, LAST)

    # --- offers ----------------------------------------------------------------------------------------------------

    def _offer(self, milestone: Milestone) -> Iterator[Item]:
        anchor, record = milestone.anchor, self._record
        yield from self._recorded(anchor)
        if anchor in record.finished or milestone.agent_id is None or milestone.reservation_id is None:
            return
        known_ms = record.lasted_ms.get(anchor, -1)
        lender = _nearest(record.offers.get(milestone.agent_id, []), milestone.at)
        if known_ms < 0:
            self.borrowed["answer"] += 1
            if lender is not None:
                self._lender_of[replace(anchor, kind=Kind.OVER)] = replace(lender, kind=Kind.OVER)
                yield from self._lent(lender, milestone)
                return
        # It was withdrawn before the agent's phone decided it: had it gone on, they would have picked up later.
        picked_up = AgentPickedUp(reservation_id=milestone.reservation_id)
        yield Item(picked_up, max(self._answer_ms, known_ms + 1), LAST)

    # --- talks -----------------------------------------------------------------------------------------------------

    def _talk(self, milestone: Milestone) -> Iterator[Item]:
        anchor, record = milestone.anchor, self._record
        yield from self._recorded(anchor)
        if anchor in record.finished or milestone.queue_id is None or milestone.reservation_id is None:
            return
        known_ms = record.lasted_ms.get(anchor, -1)
        lender = _nearest(record.talks.get(milestone.queue_id, []), milestone.at)
        if known_ms < 0:
            self.borrowed["talk"] += 1
            if lender is not None:
                self._lender_of[replace(anchor, kind=Kind.RELEASED)] = replace(lender, kind=Kind.RELEASED)
                yield from self._lent(lender, milestone)
                return
        lent_ms = TALK_MS if lender is None else record.lasted_ms[lender]
        left = AgentLeft(reservation_id=milestone.reservation_id, ended_by=EndedBy.CALLER)
        yield Item(left, max(lent_ms, known_ms + 1), LAST)

    def _end(self, milestone: Milestone) -> Iterator[Item]:
        """After an offer or a talk: what the agent and the caller do then."""
        anchor = milestone.anchor
        lender = self._lender_of.get(anchor)
        if lender is None:
            yield from self._recorded(anchor)
        else:
            yield from self._lent(lender, milestone)
        if anchor.kind is Kind.OVER and (lender or anchor) not in self._record.overs and milestone.agent_id is not None:
            yield Item(SetReady(agent_id=milestone.agent_id), self._return_ms, LAST)
        known = anchor.ordinal == 0 or replace(anchor, kind=Kind.ANSWERED) in self._record.finished
        if anchor.kind is not Kind.RELEASED or known:
            return
        items = () if lender is None else self._recorded(lender)
        if not any(isinstance(item.given, CallerHungUp | FlowEnded | EnterQueue) for item in items):
            hung_up = CallerHungUp(interaction_id=anchor.interaction_id, cause_code=_Q850_NORMAL)
            yield Item(hung_up, GOOD_BYE_MS, LAST)


def in_place_of(given: Input, milestone: Milestone) -> Input:
    """The same input about this milestone's interaction, offer, agent and phone."""
    ids: dict[str, Any] = {
        "interaction_id": milestone.anchor.interaction_id,
        "reservation_id": milestone.reservation_id,
        "agent_id": milestone.agent_id,
        "device_id": milestone.device_id,
    }
    told = {name: value for name, value in ids.items() if value is not None and hasattr(given, name)}
    if all(getattr(given, name) == value for name, value in told.items()):
        return given
    changed: Input = replace(given, **told)
    return changed


def _nearest(known: Sequence[tuple[Instant, Anchor]], at: Instant) -> Anchor | None:
    """What was nearest in time; of two as near the earlier."""
    if not known:
        return None
    place = bisect_left(known, at, key=lambda one: one[0])
    near = known[max(0, place - 1) : place + 1]
    return min(near, key=lambda one: (abs(one[0] - at), one[0]))[1]
