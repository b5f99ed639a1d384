"""Another centre for a recorded span: what the engine is told at its beginning, and who is not, or newly, at work."""

from collections.abc import Set

from acd.core.checkpoint import EngineCheckpoint
from acd.core.inputs import DeviceConfigured, DevicePresenceSeen, Input, LogIn, LogOut, SetReady
from acd.core.settings import DeviceSettings
from acd.distributor import CONFIGURATION
from centre.model import Centre
from centre.to_inputs import Configured, configured, inputs_between
from kernel.ids import AgentId, DeviceId
from simulator.rerun.play import Other


def known_to(begins_with: EngineCheckpoint) -> Configured:
    """What the engine knew of its configuration."""
    return Configured(
        routing=begins_with.routing,
        queues=dict(begins_with.queues),
        agents={agent_id: agent.settings for agent_id, agent in begins_with.agents.items()},
        devices={device_id: device.settings for device_id, device in begins_with.devices.items()},
    )


def new_agents(centre: Centre, begins_with: EngineCheckpoint, at_work: Set[AgentId]) -> list[AgentId]:
    """Agents of the file whom the centre did not have."""
    return sorted({agent.id for agent in centre.agents} - begins_with.agents.keys() - at_work)


def absent_agents(centre: Centre, begins_with: EngineCheckpoint, at_work: Set[AgentId]) -> list[AgentId]:
    """Agents who were at work and are not in the file."""
    return sorted(at_work - {agent.id for agent in centre.agents})


def other_centre(centre: Centre, begins_with: EngineCheckpoint, at_work: Set[AgentId]) -> Other:
    """The centre in force from the span's first instant. Whoever is new works all the time, at a phone of their own."""
    known = known_to(begins_with)
    absent = absent_agents(centre, begins_with, at_work)
    seated = [agent_id for agent_id in absent if (agent := begins_with.agents.get(agent_id)) and agent.device_id]
    come = [given for agent_id in new_agents(centre, begins_with, at_work) for given in _come(agent_id)]
    return Other(
        begins_with=(
            *(LogOut(agent_id=agent_id) for agent_id in seated),
            *inputs_between(known, configured(centre)),
            *come,
        ),
        drops=CONFIGURATION,
        absent=frozenset(absent),
    )


def _come(agent_id: AgentId) -> list[Input]:
    device_id = DeviceId(f"what-if-{agent_id}")
    return [
        DeviceConfigured(settings=DeviceSettings(device_id=device_id, auto_answer=False)),
        DevicePresenceSeen(device_id=device_id, reachable=True, in_use=False),
        LogIn(agent_id=agent_id, device_id=device_id),
        SetReady(agent_id=agent_id),
    ]
