"""Facts into CTI events. Pure. The n-th event follows from the journal alone, so its number never changes.

Personal data is not here: where an event shows it, the place is left empty and filled at delivery (``cti.disclose``).
"""

from dataclasses import dataclass

from acd.core import facts as acd
from acd.core import outbound_words as out
from acd.core.agent_states import AgentState
from acd.core.rank_words import PriorityChanged
from acd.core.transfer_words import InteractionTransferred
from cti import wire
from cti.picture import Picture, goes_on
from ivr.core import facts as flow
from kernel.entry import Entry
from kernel.ids import AgentId, InteractionId
from kernel.instants import Instant, elapsed_ms, to_iso
from kernel.result_codes import ReservationResult
from recorder import facts as rec

WITHDRAWN: dict[ReservationResult, str] = {
    ReservationResult.LAPSED: "timeout",
    ReservationResult.DECLINED: "agent_reject",
    ReservationResult.BUSY: "busy",
    ReservationResult.UNREACHABLE: "unreachable",
    ReservationResult.CALLER_LEFT: "caller_hangup",
    ReservationResult.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event without its number, and who is concerned: what topics are matched with ("" for nobody)."""

    data: wire.EventData
    agent_id: str
    queue_id: str
    call_id: str


def seconds(ms: int) -> float:
    """Milliseconds as the wire's seconds."""
    return ms / 1000


def recording_url(recording_id: str) -> str:
    """Where the API serves a recording's sound."""
    return f"/api/v1/recordings/{recording_id}.wav"


class Translator:
    """Turns entries into drafts and keeps the live picture that this needs."""

    def __init__(self) -> None:
        self.picture = Picture()

    def take(self, entry: Entry) -> list[Draft]:
        """The events of one entry, in order; afterwards the picture is as this entry leaves it."""
        drafts: list[Draft] = []
        for fact in entry.facts:
            drafts += drafts_of(fact, entry.at, self.picture)
            self.picture.apply(fact, entry.at)
        return drafts


def drafts_of(fact: object, at: Instant, picture: Picture) -> list[Draft]:
    """What one fact tells, given the picture just before it."""
    match fact:
        case acd.AuxOverstayed():
            overstayed = wire.AgentOverstayed(agent_id=fact.agent_id, reason_code=fact.reason_code)
            return [_agent_draft(overstayed, fact.agent_id, picture)]
        case acd.AgentLoggedIn() | acd.AgentLoggedOut() | acd.AgentStateChanged() | acd.NextStateChosen():
            return _of_agent(fact, at, picture)
        case out.CallOutAnswered() | out.CallOutRefused():
            return [_of_call_out(fact, picture)]
        case acd.AgentReserved() | acd.ReservationEnded() | acd.InteractionAnswered():
            return _of_offer(fact, picture)
        case flow.FlowStarted() | flow.NodeLeft() | flow.FlowStopped():
            return [_of_flow(fact, picture)]
        case rec.RecordingStored() | rec.RecordingFailed():
            return [_of_recording(fact)]
        case _:
            return _of_call(fact, at, picture)


def _agent_draft(data: wire.EventData, agent_id: str, picture: Picture, call_id: str = "") -> Draft:
    call = picture.calls.get(InteractionId(call_id))
    return Draft(data=data, agent_id=agent_id, queue_id=(call.queue_id or "") if call else "", call_id=call_id)


def _of_agent(
    fact: acd.AgentLoggedIn | acd.AgentLoggedOut | acd.AgentStateChanged | acd.NextStateChosen,
    at: Instant,
    picture: Picture,
) -> list[Draft]:
    match fact:
        case acd.AgentLoggedIn():
            known = picture.agents.get(fact.agent_id)
            name = known.settings.name if known else ""
            came = wire.AgentLoggedIn(agent_id=fact.agent_id, name=name, device=fact.device_id)
            return [_agent_draft(came, fact.agent_id, picture)]
        case acd.AgentLoggedOut():
            left = wire.AgentLoggedOut(agent_id=fact.agent_id, device=fact.device_id, reason_code=fact.reason_code)
            return [_agent_draft(left, fact.agent_id, picture)]
        case acd.NextStateChosen():
            chosen = wire.AgentNextStateChosen(
                agent_id=fact.agent_id, state=fact.state.value, reason_code=fact.reason_code
            )
            return [_agent_draft(chosen, fact.agent_id, picture)]
        case acd.AgentStateChanged():
            return _of_state(fact, at, picture)


_IN_CALL = frozenset({AgentState.TALKING, AgentState.HOLD, AgentState.WRAP_UP})


def _of_state(fact: acd.AgentStateChanged, at: Instant, picture: Picture) -> list[Draft]:
    agent = picture.agents.get(fact.agent_id)
    was_wrapping = fact.previous is AgentState.WRAP_UP and fact.state is not AgentState.WRAP_UP
    begins_wrapping = fact.state is AgentState.WRAP_UP and fact.previous is not AgentState.WRAP_UP
    call_id = fact.interaction_id
    if call_id is None and fact.state is AgentState.WRAP_UP and agent is not None:
        call_id = agent.call_id
    drafts: list[Draft] = []
    if was_wrapping and agent is not None and agent.call_id is not None:
        done = wire.CallWrapupCompleted(
            call_id=agent.call_id, agent_id=fact.agent_id, wrapup_s=seconds(elapsed_ms(agent.since, at))
        )
        drafts.append(_agent_draft(done, fact.agent_id, picture, agent.call_id))
    chosen = agent.next_state if agent is not None and fact.state in _IN_CALL else None
    changed = wire.AgentStateChanged(
        agent_id=fact.agent_id,
        state=fact.state.value,
        reason_code=fact.reason_code,
        previous=fact.previous.value,
        since=to_iso(agent.since if agent is not None and goes_on(fact) else at),
        until=None if fact.until is None else to_iso(fact.until),
        routable=fact.state is AgentState.READY,
        next_state=None if chosen is None else chosen.value,
        device=fact.device_id,
        call_id=call_id,
    )
    drafts.append(_agent_draft(changed, fact.agent_id, picture, call_id or ""))
    if begins_wrapping and call_id is not None:
        begun = wire.CallWrapupStarted(call_id=call_id, agent_id=fact.agent_id, until=changed.until)
        drafts.append(_agent_draft(begun, fact.agent_id, picture, call_id))
    return drafts


def _of_offer(
    fact: acd.AgentReserved | acd.ReservationEnded | acd.InteractionAnswered, picture: Picture
) -> list[Draft]:
    data: wire.EventData
    match fact:
        case acd.AgentReserved():
            data = wire.CallOffered(
                call_id=fact.interaction_id,
                offer_id=fact.reservation_id,
                agent_id=fact.agent_id,
                device=fact.device_id,
                ani=wire.HIDDEN,
                name="",
                ivr_attributes={},
                queue=fact.queue_id,
                wait_s=seconds(fact.waited_ms),
                expires_at=to_iso(fact.until),
                auto_answer=fact.auto_answer,
                pop=None,
            )
        case acd.ReservationEnded():
            if fact.result is ReservationResult.ANSWERED:
                return []
            data = wire.CallOfferWithdrawn(
                call_id=fact.interaction_id,
                offer_id=fact.reservation_id,
                agent_id=fact.agent_id,
                queue=fact.queue_id,
                reason=WITHDRAWN[fact.result],
                ring_s=seconds(fact.rang_ms),
            )
        case acd.InteractionAnswered():
            agent = picture.agents.get(fact.agent_id)
            data = wire.CallConnected(
                call_id=fact.interaction_id,
                offer_id=fact.reservation_id,
                agent_id=fact.agent_id,
                device=agent.device_id if agent else None,
                queue=fact.queue_id,
                wait_s=seconds(fact.waited_ms),
                ring_s=seconds(fact.rang_ms),
            )
    return [Draft(data=data, agent_id=fact.agent_id, queue_id=fact.queue_id, call_id=fact.interaction_id)]


def _of_call_out(fact: out.CallOutAnswered | out.CallOutRefused, picture: Picture) -> Draft:
    data: wire.EventData
    if isinstance(fact, out.CallOutRefused):
        data = wire.CallOutRefused(
            call_id=fact.interaction_id,
            agent_id=fact.agent_id,
            device=fact.device_id,
            route=fact.route_id,
            reason=fact.reason.value,
        )
        return Draft(data=data, agent_id=fact.agent_id or "", queue_id="", call_id=fact.interaction_id)
    agent = picture.agents.get(fact.agent_id)
    data = wire.CallConnected(
        call_id=fact.interaction_id,
        offer_id=fact.reservation_id,
        agent_id=fact.agent_id,
        device=agent.device_id if agent else None,
        queue="",
        wait_s=0.0,
        ring_s=seconds(fact.rang_ms),
    )
    return Draft(data=data, agent_id=fact.agent_id, queue_id="", call_id=fact.interaction_id)


def _of_flow(fact: flow.FlowFact, picture: Picture) -> Draft:
    kind, step, outcome = "", "started", ""
    match fact:
        case flow.NodeLeft():
            kind, step, outcome = fact.kind, "left", fact.exit
        case flow.FlowStopped():
            step, outcome = "stopped", fact.reason
        case _:
            pass
    data = wire.CallFlowStep(
        call_id=fact.interaction_id,
        flow=fact.flow_id,
        version=fact.version,
        node=fact.node_id,
        kind=kind,
        step=step,
        outcome=outcome,
    )
    return _agent_draft(data, "", picture, fact.interaction_id)


def _of_recording(fact: rec.RecorderFact) -> Draft:
    data: wire.EventData
    agent_id, queue_id = "", ""
    match fact:
        case rec.RecordingStored():
            agent_id, queue_id = fact.agent_id, fact.queue_id
            data = wire.RecordingAvailable(
                call_id=fact.interaction_id,
                recording_id=fact.reservation_id,
                agent_id=agent_id,
                queue=queue_id,
                url=recording_url(fact.reservation_id),
                sha256=fact.sha256,
                channels=("caller", "agent"),
                started_at=to_iso(fact.started_at),
                duration_s=seconds(fact.duration_ms),
                byte_count=fact.byte_count,
            )
        case rec.RecordingFailed():
            data = wire.RecordingFailed(
                call_id=fact.interaction_id, recording_id=fact.reservation_id, problem=fact.problem
            )
    return Draft(data=data, agent_id=agent_id, queue_id=queue_id, call_id=fact.interaction_id)


def _of_call(fact: object, at: Instant, picture: Picture) -> list[Draft]:
    match fact:
        case acd.InteractionCreated():
            created = wire.CallCreated(
                call_id=fact.interaction_id,
                direction=fact.direction.value,
                channel=fact.channel.value,
                ani=wire.HIDDEN,
                dnis=fact.did,
                trunk=fact.trunk_id,
                leg_id=fact.leg_id,
            )
            return [_call_draft(created, fact.interaction_id, picture)]
        case acd.InteractionQueued():
            skills = tuple(wire.Skill(skill_id=need.skill_id, level=need.level_min) for need in fact.requirements)
            queued = wire.CallQueued(
                call_id=fact.interaction_id,
                queue=fact.queue_id,
                skills=skills,
                priority=fact.priority,
                position=fact.position,
            )
            return [_call_draft(queued, fact.interaction_id, picture, fact.queue_id)]
        case PriorityChanged():
            changed = wire.CallPriorityChanged(
                call_id=fact.interaction_id, queue=fact.queue_id, priority=fact.priority, position=fact.position
            )
            return [_call_draft(changed, fact.interaction_id, picture, fact.queue_id)]
        case acd.InteractionAbandoned():
            reason = "short_abandoned" if fact.short else "abandoned"
            return [_left_queue(fact, reason, picture)]
        case acd.InteractionLeftQueue():
            return [_left_queue(fact, fact.reason.value, picture)]
        case acd.CallerHeld():
            held = wire.CallHeld(
                call_id=fact.interaction_id,
                offer_id=fact.reservation_id,
                agent_id=_agent_of(picture, fact.interaction_id),
            )
            return [_call_draft(held, fact.interaction_id, picture)]
        case acd.CallerResumed():
            resumed = wire.CallResumed(
                call_id=fact.interaction_id,
                offer_id=fact.reservation_id,
                agent_id=_agent_of(picture, fact.interaction_id),
                held_s=seconds(fact.held_ms),
            )
            return [_call_draft(resumed, fact.interaction_id, picture)]
        case InteractionTransferred():
            transferred = wire.CallTransferred(
                call_id=fact.interaction_id,
                offer_id=fact.reservation_id,
                agent_id=fact.agent_id,
                queue=fact.queue_id,
                kind=fact.kind.value,
                to=fact.to.value,
                target=fact.target,
            )
            return [_call_draft(transferred, fact.interaction_id, picture, fact.queue_id)]
        case acd.InteractionEnded():
            return [_call_draft(_ended(fact, at, picture), fact.interaction_id, picture)]
        case _:
            return []


def _agent_of(picture: Picture, call_id: InteractionId) -> AgentId | None:
    call = picture.calls.get(call_id)
    return call.agent_id if call else None


def _call_draft(data: wire.EventData, call_id: InteractionId, picture: Picture, queue_id: str = "") -> Draft:
    call = picture.calls.get(call_id)
    return Draft(
        data=data,
        agent_id=_agent_of(picture, call_id) or "",
        queue_id=queue_id or ((call.queue_id or "") if call else ""),
        call_id=call_id,
    )


def _left_queue(fact: acd.InteractionAbandoned | acd.InteractionLeftQueue, reason: str, picture: Picture) -> Draft:
    data = wire.CallLeftQueue(
        call_id=fact.interaction_id, queue=fact.queue_id, reason=reason, wait_s=seconds(fact.waited_ms)
    )
    return _call_draft(data, fact.interaction_id, picture, fact.queue_id)


def _ended(fact: acd.InteractionEnded, at: Instant, picture: Picture) -> wire.CallEnded:
    call = picture.calls.get(fact.interaction_id)
    flow_ms = fact.lasted_ms
    if call is not None and call.flow_ms is not None:
        flow_ms = call.flow_ms
    elif call is not None:
        flow_ms = elapsed_ms(call.arrived_at, at)
    durations = wire.Durations(
        ivr_s=seconds(flow_ms),
        queue_s=seconds(call.queue_ms if call else 0),
        ring_s=seconds(call.ring_ms if call else 0),
        talk_s=seconds(call.talk_ms if call else 0),
        hold_s=seconds(call.hold_ms if call else 0),
        total_s=seconds(fact.lasted_ms),
    )
    return wire.CallEnded(
        call_id=fact.interaction_id,
        reason=fact.disposition.value,
        by=fact.ended_by.value,
        cause_code=fact.cause_code,
        queue=call.queue_id if call else None,
        agent_id=call.agent_id if call else None,
        durations=durations,
    )
