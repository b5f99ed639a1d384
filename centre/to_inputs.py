"""From the centre to the engine: what it is told of queues, agents and devices, and in which order. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from acd.core.inputs import (
    AgentConfigured,
    AgentRemoved,
    AuxReasonConfigured,
    AuxReasonRemoved,
    DeviceConfigured,
    DeviceRemoved,
    Input,
    QueueConfigured,
    QueueRemoved,
)
from acd.core.rank_words import RoutingConfigured
from acd.core.settings import (
    AgentSettings,
    AuxReasonSettings,
    DeviceSettings,
    NoAnswerPolicy,
    QueueSettings,
    Requirement,
    RoutingSettings,
)
from centre.model import Agent, AuxReason, Centre, Device, Queue
from kernel.ids import AgentId, DeviceId, QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """What an engine knows, or should know, of queues, agents and devices, and of the rules for all of them."""

    routing: RoutingSettings = field(default_factory=RoutingSettings)
    queues: Mapping[QueueId, QueueSettings] = field(default_factory=dict)
    agents: Mapping[AgentId, AgentSettings] = field(default_factory=dict)
    devices: Mapping[DeviceId, DeviceSettings] = field(default_factory=dict)
    aux_reasons: Mapping[str, AuxReasonSettings] = field(default_factory=dict)


def configured(centre: Centre) -> Configured:
    """What an engine should know of a centre."""
    return Configured(
        routing=routing_settings(centre),
        queues={queue.id: queue_settings(queue) for queue in centre.queues},
        agents={agent.id: agent_settings(agent) for agent in centre.agents},
        devices={device.id: device_settings(device) for device in centre.devices},
        aux_reasons={reason.id: aux_reason_settings(reason) for reason in centre.aux_reasons},
    )


def inputs_between(known: Configured, wanted: Configured) -> tuple[Input, ...]:
    """The inputs that bring an engine from what it knows to what it should know; none when that is the same.

    What is new comes first, what holds for all at its head, and queues before those who serve them; what is gone comes last, and queues at the very
    end. An engine may refuse a removal (``still_in_use``); the rest stands, and the same call later gives it again.
    """
    return (
        *(() if known.routing == wanted.routing else (RoutingConfigured(settings=wanted.routing),)),
        *(
            QueueConfigured(settings=settings)
            for queue_id, settings in sorted(wanted.queues.items())
            if known.queues.get(queue_id) != settings
        ),
        *(
            AgentConfigured(settings=settings)
            for agent_id, settings in sorted(wanted.agents.items())
            if known.agents.get(agent_id) != settings
        ),
        *(
            DeviceConfigured(settings=settings)
            for device_id, settings in sorted(wanted.devices.items())
            if known.devices.get(device_id) != settings
        ),
        *(
            AuxReasonConfigured(settings=settings)
            for reason_code, settings in sorted(wanted.aux_reasons.items())
            if known.aux_reasons.get(reason_code) != settings
        ),
        *(AuxReasonRemoved(reason_code=code) for code in sorted(known.aux_reasons.keys() - wanted.aux_reasons.keys())),
        *(AgentRemoved(agent_id=agent_id) for agent_id in sorted(known.agents.keys() - wanted.agents.keys())),
        *(DeviceRemoved(device_id=device_id) for device_id in sorted(known.devices.keys() - wanted.devices.keys())),
        *(QueueRemoved(queue_id=queue_id) for queue_id in sorted(known.queues.keys() - wanted.queues.keys())),
    )


def routing_settings(centre: Centre) -> RoutingSettings:
    """The rules for all queues together."""
    return RoutingSettings(priority_step_ms=centre.priority_step_s * 1000 or None)


def queue_settings(queue: Queue) -> QueueSettings:
    """A queue's rules in milliseconds."""
    return QueueSettings(
        queue_id=queue.id,
        name=queue.name,
        requirements=tuple(Requirement(skill_id=skill_id, level_min=level) for skill_id, level in queue.requires),
        priority=queue.priority,
        ring_ms_max=queue.ring_s_max * 1000,
        wrap_up_ms=queue.wrap_up_s * 1000,
        wait_ms_max=queue.wait_s_max * 1000 or None,
        waiting_max=queue.waiting_max or None,
        short_abandon_ms=queue.short_abandon_s * 1000,
        service_level_ms=queue.service_level_s * 1000,
        no_answer_policy=NoAnswerPolicy(queue.on_no_answer),
        announcement=queue.announcement,
        announcement_every_ms=queue.announcement_every_s * 1000,
        tells_wait=queue.tells_wait,
        exit_key=queue.exit_key,
        expected_wait_ms_max=queue.expected_wait_min_max * 60_000 or None,
    )


def agent_settings(agent: Agent) -> AgentSettings:
    """What the engine knows of a person."""
    return AgentSettings(
        agent_id=agent.id,
        name=agent.name,
        skills=agent.skills,
        calls_out_per_hour_max=agent.calls_out_per_hour_max,
        calls_out_per_day_max=agent.calls_out_per_day_max,
        wrap_up_ms=None if agent.wrap_up_s < 0 else agent.wrap_up_s * 1000,
    )


def aux_reason_settings(reason: AuxReason) -> AuxReasonSettings:
    """A reason's limits."""
    return AuxReasonSettings(
        reason_code=reason.id, agents_max=reason.agents_max or None, ms_max=reason.minutes_max * 60_000 or None
    )


def device_settings(device: Device) -> DeviceSettings:
    """What the engine knows of a phone."""
    return DeviceSettings(device_id=device.id, auto_answer=device.auto_answer)
