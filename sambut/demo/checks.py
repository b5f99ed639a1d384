"""Whether a call was as its script meant: every difference in words."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from kernel.ids import AgentId
from kernel.instants import Instant
from kernel.result_codes import EndedBy
from phones.caller_script import CallOutcome
from reports.rows import InteractionRow
from sambut.demo.scripts import DemoCall, FirstOffer, Talks
from sambut.demo.watch import CallSeen

RECORDING_MS_OFF = 1_000
TALK_MS_OFF = 3_000
"""People are not punctual, nor is a busy machine: how long a talk may differ from its script."""

_REASON_OF = {FirstOffer.DECLINED: "agent_reject", FirstOffer.RINGS_OUT: "timeout"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A recording as it was heard again: its length, and which tones each channel has of those that could be."""

    duration_ms: int
    caller_side: frozenset[int]
    agent_side: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that is known of a call after its end. ``agent_hz``: the tone of the phone at which the agent sat."""

    outcome: CallOutcome
    seen: CallSeen
    row: InteractionRow | None
    sound: Sound | None
    agent_hz: int | None


def problems_of(
    call: DemoCall, told: Told, *, able: Collection[AgentId], others: Iterable[CallSeen]
) -> tuple[str, ...]:
    """Every way in which a call was not as meant. ``able``: the agents with the skills for its queue."""
    if told.outcome.ending == "failed":
        return (f"the caller's SIPp failed: {told.outcome.errors.strip()[-200:] or 'it said nothing'}",)
    row = told.row
    if row is None or row.disposition is None:
        return ("it has no ended row in the reports",)
    return (
        *_of_ending(call, told, row),
        *(_of_answer(call, told, row, able) if call.meant.answered else _of_none(row)),
        *_of_first_offer(call, told.seen),
        *(_of_overtaking(told.seen, others) if call.overtakes else ()),
    )


def _of_ending(call: DemoCall, told: Told, row: InteractionRow) -> Iterator[str]:
    meant = call.meant
    if row.disposition not in meant.dispositions:
        wanted = " or ".join(sorted(meant.dispositions))
        yield f"it ended as {row.disposition}, not as {wanted}"
    if row.ended_by is not meant.ended_by:
        yield f"{row.ended_by or 'nobody'} ended it, not {meant.ended_by}"
    if row.queue_id != meant.queue:
        yield f"it was in queue {row.queue_id or '-'}, not {meant.queue or '-'}"
    ending = "hung_up_here" if meant.ended_by is EndedBy.CALLER else "hung_up_far"
    if told.outcome.ending != ending:
        yield f"the caller's side saw {told.outcome.ending}, not {ending}"
    if call.key and not told.outcome.keys_are_pressed:
        yield "the caller's keys were not all pressed"


def _of_answer(call: DemoCall, told: Told, row: InteractionRow, able: Collection[AgentId]) -> Iterator[str]:
    if row.agent_id not in able:
        yield f"agent {row.agent_id or '-'} has not the skills for it"
    if isinstance(call.conduct, Talks) and abs(row.talk_ms - call.conduct.ms) > TALK_MS_OFF:
        yield f"they talked for {row.talk_ms} ms, not {call.conduct.ms} ms"
    sound = told.sound
    if sound is None:
        yield "there is no recording"
        return
    if abs(sound.duration_ms - row.talk_ms - row.hold_ms) > RECORDING_MS_OFF:
        yield f"the recording lasts {sound.duration_ms} ms, the talk {row.talk_ms + row.hold_ms} ms"
    if sound.caller_side != {call.tone_hz}:
        yield f"the recording's left channel has the tones {sorted(sound.caller_side)}, not the caller's {call.tone_hz}"
    if sound.agent_side != {told.agent_hz}:
        yield f"the recording's right channel has the tones {sorted(sound.agent_side)}, not the agent's {told.agent_hz}"


def _of_none(row: InteractionRow) -> Iterator[str]:
    if row.agent_id is not None:
        yield f"agent {row.agent_id} answered it, and nobody was to"


def _of_first_offer(call: DemoCall, seen: CallSeen) -> Iterator[str]:
    match call.first_offer:
        case FirstOffer.TAKEN:
            return
        case FirstOffer.DECLINED | FirstOffer.RINGS_OUT:
            first = seen.offers[0].ended if seen.offers else "no offer"
            if first != _REASON_OF[call.first_offer]:
                yield f"the first offer ended with {first or 'an answer'}, not with {_REASON_OF[call.first_offer]}"
        case _:
            assert_never(call.first_offer)


def _of_overtaking(vip: CallSeen, others: Iterable[CallSeen]) -> Iterator[str]:
    """Whoever stood before it in the line and had no phone ringing yet must have come after it."""
    if vip.queued_at is None or not vip.offers:
        yield "it was never offered to an agent"
        return
    queued_at, offered_at = vip.queued_at, vip.offers[0].at
    same_queue = [one for one in others if one is not vip and one.queue_id == vip.queue_id]
    if not any(_waits_at(one, queued_at) for one in same_queue):
        yield "nobody waited whom it could have overtaken"
    for one in same_queue:
        if any(queued_at < offer.at < offered_at for offer in one.offers):
            yield f"call {one.ordinal} was offered to an agent before it"


def _waits_at(seen: CallSeen, moment: Instant) -> bool:
    return (
        seen.queued_at is not None
        and seen.queued_at < moment
        and (seen.answered_at is None or seen.answered_at > moment)
        and (seen.ended_at is None or seen.ended_at > moment)
        and not any(offer.stands_at(moment) for offer in seen.offers)
    )
