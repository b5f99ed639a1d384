"""Configuration: queues, agents and devices come, change and go. What is told again unchanged is no news."""

from acd.core import facts, inputs
from acd.core.agent_states import AgentState
from acd.core.step import Step
from kernel.result_codes import RefusalCode


def configure_queue(step: Step, given: inputs.QueueConfigured) -> None:
    if step.state.queues.get(given.settings.queue_id) != given.settings:
        step.record(facts.QueueDefined(settings=given.settings))


def remove_queue(step: Step, given: inputs.QueueRemoved) -> None:
    if given.queue_id not in step.state.queues:
        step.refuse(RefusalCode.UNKNOWN_QUEUE, given.queue_id)
    elif step.state.lines.in_queue(given.queue_id):
        step.refuse(RefusalCode.STILL_IN_USE, given.queue_id)
    else:
        step.record(facts.QueueWithdrawn(queue_id=given.queue_id))


def configure_agent(step: Step, given: inputs.AgentConfigured) -> None:
    known = step.state.agents.get(given.settings.agent_id)
    if known is None or known.settings != given.settings:
        step.record(facts.AgentDefined(settings=given.settings))


def remove_agent(step: Step, given: inputs.AgentRemoved) -> None:
    agent = step.state.agents.get(given.agent_id)
    if agent is None:
        step.refuse(RefusalCode.UNKNOWN_AGENT, given.agent_id)
    elif agent.state is not AgentState.LOGGED_OUT:
        step.refuse(RefusalCode.STILL_IN_USE, given.agent_id)
    else:
        step.record(facts.AgentWithdrawn(agent_id=given.agent_id))


def configure_device(step: Step, given: inputs.DeviceConfigured) -> None:
    known = step.state.devices.get(given.settings.device_id)
    if known is None or known.settings != given.settings:
        step.record(facts.DeviceDefined(settings=given.settings))


def remove_device(step: Step, given: inputs.DeviceRemoved) -> None:
    device = step.state.devices.get(given.device_id)
    if device is None:
        step.refuse(RefusalCode.UNKNOWN_DEVICE, given.device_id)
    elif device.agent_id is not None:
        step.refuse(RefusalCode.STILL_IN_USE, given.device_id)
    else:
        step.record(facts.DeviceWithdrawn(device_id=given.device_id))


def configure_aux_reason(step: Step, given: inputs.AuxReasonConfigured) -> None:
    if step.state.aux_reasons.get(given.settings.reason_code) != given.settings:
        step.record(facts.AuxReasonDefined(settings=given.settings))


def remove_aux_reason(step: Step, given: inputs.AuxReasonRemoved) -> None:
    if given.reason_code not in step.state.aux_reasons:
        step.refuse(RefusalCode.UNKNOWN_REASON, given.reason_code)
    else:
        step.record(facts.AuxReasonWithdrawn(reason_code=given.reason_code))
