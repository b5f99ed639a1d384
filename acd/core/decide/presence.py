"""Presence: what the switch sees of the phones, and what it means for those who sit at them."""

from acd.core import facts, inputs
from acd.core.agent_states import OFFERED_STATES, AgentState, ReasonCode, Trigger
from acd.core.decide.moves import come_back, phone_trouble, settle
from acd.core.decide.reservations import end_reservation
from acd.core.state import Agent
from acd.core.step import Step
from kernel.ids import AgentId
from kernel.result_codes import RefusalCode, ReservationResult


def see_device(step: Step, given: inputs.DevicePresenceSeen) -> None:
    device = step.state.devices.get(given.device_id)
    if device is None:
        step.refuse(RefusalCode.UNKNOWN_DEVICE, given.device_id)
        return
    changed = (device.reachable, device.in_use) != (given.reachable, given.in_use)
    if changed:
        step.record(
            facts.DevicePresenceChanged(device_id=given.device_id, reachable=given.reachable, in_use=given.in_use)
        )
    if device.agent_id is not None:
        _follow(step, step.state.agents[device.agent_id], given, changed=changed)


def move_device(step: Step, given: inputs.DeviceMoved) -> None:
    device = step.state.devices.get(given.device_id)
    if device is None:
        step.refuse(RefusalCode.UNKNOWN_DEVICE, given.device_id)
        return
    if device.agent_id is None:
        return
    agent = step.state.agents[device.agent_id]
    if agent.state in OFFERED_STATES and agent.reservation_id is not None:
        end_reservation(step, step.state.reservations[agent.reservation_id], ReservationResult.UNREACHABLE)
    if step.state.agents[device.agent_id].state is AgentState.UNREACHABLE:
        come_back(step, device.agent_id)


def _follow(step: Step, agent: Agent, given: inputs.DevicePresenceSeen, *, changed: bool) -> None:
    """During a call, and in wrap-up, nothing: our own leg is what makes the phone in use."""
    match agent.state:
        case AgentState.READY | AgentState.AUX:
            if phone_trouble(step.state.devices[given.device_id], agent.state) is not None:
                settle(step, agent.agent_id, Trigger.PHONE_LOST, agent.state, agent.reason_code)
        case AgentState.RESERVED | AgentState.ALERTING:
            if not given.reachable and agent.reservation_id is not None:
                end_reservation(step, step.state.reservations[agent.reservation_id], ReservationResult.UNREACHABLE)
        case AgentState.UNREACHABLE:
            # A phone that says busy while the switch knows of no call there will say so again: only news of it counts.
            if changed or agent.reason_code != ReasonCode.BUSY_ELSEWHERE:
                come_back(step, agent.agent_id)
        case _:
            pass


def retry_phone(step: Step, agent_id: AgentId) -> None:
    """A phone that failed when it was rung gets another chance."""
    come_back(step, agent_id)
