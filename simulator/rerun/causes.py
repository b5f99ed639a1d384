"""Causes: what an input followed from. An input without one came from outside, at its own instant.

Everything that names an offer or an interaction followed from the last milestone of it: a pick-up from the offer, a
caller's hanging up from entering the queue or from the answer. Of what agents do by themselves only the end of a wrap-up
and the way back after an offer that failed follow from a milestone; log-ins, breaks and log-outs are their own.
"""

from acd.core import inputs
from acd.core.agent_states import CALL_STATES, OFFERED_STATES, AgentState, ReasonCode
from acd.core.inputs import Input
from acd.core.state import Agent, State
from kernel.ids import InteractionId, ReservationId
from kernel.instants import Instant, elapsed_ms
from simulator.rerun.milestones import Kind, Milestone, Milestones

ECHO_MS_MAX = 5_000
"""So long after the end of an offer or a call the switch may still report of that phone what came of it."""

_OUTSIDE = (
    inputs.InteractionArrived,
    inputs.CallerLost,
    inputs.LogIn,
    inputs.LogOut,
    inputs.SetAux,
    inputs.DeviceMoved,
    inputs.AsideBegan,
    inputs.TakenAside,
    inputs.AsideEnded,
)
_AFTER_OFFER = frozenset({str(ReasonCode.RONA), str(ReasonCode.DECLINED)})


def cause_of(given: Input, state: State, milestones: Milestones, at: Instant) -> Milestone | None:
    """The milestone that an input followed from; None: it came from outside. ``state``: just before it."""
    if isinstance(given, _OUTSIDE):
        return None
    if isinstance(given, inputs.SetReady | inputs.ExtendWrapUp):
        return _of_wish(state.agents.get(given.agent_id), milestones)
    if isinstance(given, inputs.DevicePresenceSeen):
        return _of_presence(given, state, milestones, at)
    reservation_id: ReservationId | None = getattr(given, "reservation_id", None)
    if reservation_id is not None:
        return milestones.of_reservation.get(reservation_id)
    interaction_id: InteractionId | None = getattr(given, "interaction_id", None)
    return None if interaction_id is None else milestones.of_interaction.get(interaction_id)


def _of_wish(agent: Agent | None, milestones: Milestones) -> Milestone | None:
    last = None if agent is None else milestones.of_agent.get(agent.agent_id)
    if agent is None or last is None:
        return None
    if agent.state is AgentState.WRAP_UP:
        return last if last.anchor.kind is Kind.RELEASED else None
    failed = agent.state is AgentState.AUX and agent.reason_code in _AFTER_OFFER
    return last if failed and last.anchor.kind is Kind.OVER else None


def _of_presence(
    given: inputs.DevicePresenceSeen, state: State, milestones: Milestones, at: Instant
) -> Milestone | None:
    device = state.devices.get(given.device_id)
    if device is None or device.agent_id is None or not (device.reachable and given.reachable):
        return None  # a phone that is lost, or found again, is a thing of its own
    agent = state.agents[device.agent_id]
    if agent.state in (*OFFERED_STATES, *CALL_STATES) and agent.reservation_id is not None:
        return milestones.of_reservation.get(agent.reservation_id)
    last = milestones.of_agent.get(agent.agent_id)
    if last is None or (agent.state is not AgentState.WRAP_UP and elapsed_ms(last.at, at) > ECHO_MS_MAX):
        return None
    return last
