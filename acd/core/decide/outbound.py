"""Calls that agents make: may it be dialled, was it answered, is it over."""

from acd.core import facts, outbound_words
from acd.core.agent_states import MAY_CALL_STATES, AgentState, ReasonCode, Trigger
from acd.core.call_usage import CallUsage
from acd.core.decide.calls import release
from acd.core.decide.ending import end
from acd.core.decide.moves import apply_next, choose_next, free_phone, move, seat_of, settle
from acd.core.interaction_states import Phase
from acd.core.outbound_words import CallOut, CallOutBegun, CallOutRefused, TrunkOffer
from acd.core.settings import Channel, Direction
from acd.core.state import Agent, DialledCall, Interaction
from acd.core.step import Step
from kernel.ids import Did, InteractionId, ReservationId
from kernel.instants import elapsed_ms
from kernel.result_codes import CallOutRefusal, Disposition, EndedBy, RefusalCode


def call_out(step: Step, given: CallOut) -> None:
    if given.interaction_id in step.state.interactions or given.interaction_id in step.state.past_interactions:
        step.refuse(RefusalCode.DUPLICATE_INTERACTION, given.interaction_id)
        return
    device = step.state.devices.get(given.device_id)
    agent = None if device is None or device.agent_id is None else step.state.agents[device.agent_id]
    trunks = tuple(offer for offer in given.trunks if _has_room(step, offer))
    reason = _why_not(step, given, agent, trunks)
    if reason is not None or agent is None or given.route_id is None:
        step.record(
            CallOutRefused(
                interaction_id=given.interaction_id,
                device_id=given.device_id,
                agent_id=None if agent is None else agent.agent_id,
                route_id=given.route_id,
                reason=reason or CallOutRefusal.NO_ROUTE,
            )
        )
        return
    if agent.state is AgentState.AUX:
        choose_next(step, agent.agent_id, AgentState.AUX, agent.reason_code)  # and back to it afterwards
    step.record(
        facts.InteractionCreated(
            interaction_id=given.interaction_id,
            channel=Channel.VOICE,
            did=given.shown or Did(""),
            trunk_id=trunks[0].trunk_id,
            leg_id=given.leg_id,
            direction=Direction.OUTBOUND,
        )
    )
    step.record(
        CallOutBegun(
            interaction_id=given.interaction_id,
            agent_id=agent.agent_id,
            device_id=given.device_id,
            route_id=given.route_id,
            trunk_ids=tuple(offer.trunk_id for offer in trunks),
            wrap_up_ms=given.wrap_up_ms,
        )
    )
    move(step, agent.agent_id, Trigger.CALLS_OUT, interaction_id=given.interaction_id)


def _why_not(step: Step, given: CallOut, agent: Agent | None, trunks: tuple[TrunkOffer, ...]) -> CallOutRefusal | None:
    if agent is None:
        return CallOutRefusal.NOT_LOGGED_IN
    if given.refused is not None:
        return given.refused
    if agent.state not in MAY_CALL_STATES:
        return CallOutRefusal.AGENT_BUSY
    usage = step.state.agent_calls_out.get(agent.agent_id, CallUsage())
    per_hour_max, per_day_max = agent.settings.calls_out_per_hour_max, agent.settings.calls_out_per_day_max
    if not usage.allows(step.now, per_hour_max=per_hour_max, per_day_max=per_day_max):
        return CallOutRefusal.AGENT_LIMIT
    return None if trunks else CallOutRefusal.TRUNK_LIMIT


def _has_room(step: Step, offer: TrunkOffer) -> bool:
    at_once = sum(call.trunk_id == offer.trunk_id for call in step.state.calls_out.values())
    usage = step.state.trunk_calls_out.get(offer.trunk_id, CallUsage())
    return at_once < offer.at_once_max and usage.allows(
        step.now, per_hour_max=offer.per_hour_max, per_day_max=offer.per_day_max
    )


def try_trunk(step: Step, given: outbound_words.CallOutTried) -> None:
    call = _dialled(step, given.interaction_id)
    if call is not None and call.trunk_id != given.trunk_id:
        step.record(outbound_words.CallOutMoved(interaction_id=given.interaction_id, trunk_id=given.trunk_id))


def pick_up(step: Step, given: outbound_words.CallOutPickedUp) -> None:
    call = _dialled(step, given.interaction_id)
    if call is None or step.state.interactions[given.interaction_id].phase is not Phase.DIALLING:
        return  # told twice: once by the event, once by a look at the switch
    step.record(
        outbound_words.CallOutAnswered(
            interaction_id=given.interaction_id,
            agent_id=call.agent_id,
            reservation_id=ReservationId(f"{given.interaction_id}-r1"),
            rang_ms=elapsed_ms(step.state.interactions[given.interaction_id].arrived_at, step.now),
        )
    )
    move(step, call.agent_id, Trigger.CALLED_ANSWERED, interaction_id=given.interaction_id)


def over(step: Step, given: outbound_words.CallOutOver) -> None:
    if _dialled(step, given.interaction_id) is None:
        return
    interaction = step.state.interactions[given.interaction_id]
    _let_go(step, interaction, EndedBy.CALLER, seen=True, phone_freed=False)
    end(step, given.interaction_id, given.disposition, EndedBy.CALLER, cause_code=0)


def hang_up(step: Step, interaction: Interaction, *, cause_code: int, seen: bool, lost: bool = False) -> None:
    """The agent's own leg of a call out is gone: they hung up, or (``lost``) the switch died."""
    ended_by = EndedBy.AGENT if seen else EndedBy.SYSTEM
    disposition = Disposition.CANCELLED if seen else Disposition.UNKNOWN
    _let_go(step, interaction, ended_by, seen=seen, phone_freed=True)
    if lost:
        disposition = Disposition.SYSTEM_FAILURE
    end(step, interaction.interaction_id, disposition, ended_by, cause_code=cause_code)


def _let_go(step: Step, interaction: Interaction, ended_by: EndedBy, *, seen: bool, phone_freed: bool) -> None:
    """The agent has done with the call. They may have been taken out of it before, for a caller whom the switch brought."""
    if interaction.phase is Phase.CONNECTED:
        assert interaction.reservation_id is not None, "a connected interaction has its reservation's id"
        release(step, step.state.connections[interaction.reservation_id], ended_by, seen=seen)
    elif interaction.phase is Phase.DIALLING:
        _stop_dialling(step, interaction, phone_freed=phone_freed)


def _stop_dialling(step: Step, interaction: Interaction, *, phone_freed: bool) -> None:
    """Nobody was reached: the agent goes back to what they were. ``phone_freed``: their leg is gone, too."""
    agent = step.state.agents[step.state.calls_out[interaction.interaction_id].agent_id]
    if phone_freed:
        free_phone(step, seat_of(step, agent).settings.device_id)
    if not apply_next(step, agent.agent_id):
        settle(step, agent.agent_id, Trigger.NOT_REACHED, AgentState.READY, ReasonCode.NONE)


def _dialled(step: Step, interaction_id: InteractionId) -> DialledCall | None:
    call = step.state.calls_out.get(interaction_id)
    if call is None:
        step.refuse(RefusalCode.UNKNOWN_INTERACTION, interaction_id)
    return call
