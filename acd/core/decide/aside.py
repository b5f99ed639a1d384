"""Aside: what the switch did by itself while the program was away, told afterwards, each thing at its own instant."""

from acd.core import facts, inputs
from acd.core.agent_states import AgentState
from acd.core.decide import outbound
from acd.core.decide.calls import release
from acd.core.decide.queueing import withdraw
from acd.core.decide.reservations import end_reservation, join_at_once
from acd.core.interaction_states import Phase
from acd.core.state import Interaction
from acd.core.step import Step
from kernel.ids import AgentId, DeviceId
from kernel.result_codes import EndedBy, RefusalCode, ReservationResult


def begin(step: Step, given: inputs.AsideBegan) -> None:
    if not step.state.suspended:
        step.record(facts.DistributionSuspended())


def end(step: Step, given: inputs.AsideEnded) -> None:
    if step.state.suspended:
        step.record(facts.DistributionResumed())


def take(step: Step, given: inputs.TakenAside) -> None:
    interaction = step.state.interactions.get(given.interaction_id)
    if interaction is None:
        step.refuse(RefusalCode.UNKNOWN_INTERACTION, given.interaction_id)
    elif interaction.phase is Phase.CONNECTED and _is_with(step, interaction, given.device_id):
        return
    elif interaction.wait is None or not interaction.has_leg:
        step.refuse(RefusalCode.WRONG_STATE, given.interaction_id)
    elif (agent_id := _free_agent_at(step, given.device_id)) is None:
        # Somebody picked up, and nobody can say who: an answer that is nobody's would be wrong in every report.
        withdraw(step, step.state.interactions[given.interaction_id])
    else:
        if interaction.reservation_id is not None:
            reservation = step.state.reservations.get(interaction.reservation_id)
            if reservation is not None:
                end_reservation(step, reservation, ReservationResult.CANCELLED)
        join_at_once(step, interaction.interaction_id, agent_id)


def leave(step: Step, given: inputs.LeftAside) -> None:
    interaction = step.state.interactions.get(given.interaction_id)
    if interaction is None:
        step.refuse(RefusalCode.UNKNOWN_INTERACTION, given.interaction_id)
    elif interaction.phase is not Phase.CONNECTED or interaction.reservation_id is None:
        step.refuse(RefusalCode.WRONG_STATE, given.interaction_id)
    else:
        release(step, step.state.connections[interaction.reservation_id], given.ended_by, seen=True)


def _is_with(step: Step, interaction: Interaction, device_id: DeviceId) -> bool:
    assert interaction.reservation_id is not None, "a connected interaction has its reservation's id"
    agent_id = step.state.connections[interaction.reservation_id].agent_id
    return step.state.agents[agent_id].device_id == device_id


def _free_agent_at(step: Step, device_id: DeviceId) -> AgentId | None:
    """The agent at a phone, out of whatever they were held to be in; None when nobody sits there (any more)."""
    device = step.state.devices.get(device_id)
    if device is None or device.agent_id is None:
        return None
    agent = step.state.agents[device.agent_id]
    if agent.reservation_id in step.state.reservations:
        end_reservation(step, step.state.reservations[agent.reservation_id], ReservationResult.CANCELLED)
    elif agent.state is AgentState.DIALLING and agent.interaction_id is not None:
        outbound.hang_up(step, step.state.interactions[agent.interaction_id], cause_code=0, seen=False)
    elif agent.reservation_id in step.state.connections:
        release(step, step.state.connections[agent.reservation_id], EndedBy.SYSTEM, seen=False)
    # Whoever had asked to log out after that has done so by now.
    return step.state.devices[device_id].agent_id
