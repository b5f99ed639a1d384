"""What the program itself follows: who sits where, and which queues, agents and phones the engine knows."""

import asyncio

from acd.core.checkpoint import EngineCheckpoint
from acd.core.facts import (
    AgentDefined,
    AgentLoggedIn,
    AgentLoggedOut,
    AgentWithdrawn,
    AuxReasonDefined,
    AuxReasonWithdrawn,
    DeviceDefined,
    DeviceWithdrawn,
    InteractionAbandoned,
    InteractionAnswered,
    InteractionLeftQueue,
    QueueDefined,
    QueueWithdrawn,
)
from acd.core.rank_words import RoutingDefined
from acd.core.settings import AgentSettings, AuxReasonSettings, DeviceSettings, QueueSettings, RoutingSettings
from centre.to_inputs import Configured
from kernel.entry import Entry
from kernel.ids import AgentId, DeviceId, QueueId


class FloorFollower:
    """A FactSubscriber; implements ``agi_scripts.ports.Seats``.

    ``freed`` is set whenever somebody has left a phone or a queue: what could not be taken away may be free now.
    """

    def __init__(self) -> None:
        self.freed = asyncio.Event()
        self._routing = RoutingSettings()
        self._queues: dict[QueueId, QueueSettings] = {}
        self._agents: dict[AgentId, AgentSettings] = {}
        self._devices: dict[DeviceId, DeviceSettings] = {}
        self._aux_reasons: dict[str, AuxReasonSettings] = {}
        self._seats: dict[DeviceId, AgentId] = {}

    def agent_at(self, device_id: DeviceId) -> AgentId | None:
        """The agent logged in at a phone, None when nobody is."""
        return self._seats.get(device_id)

    @property
    def configured(self) -> Configured:
        """What the engine knows now."""
        return Configured(
            routing=self._routing,
            queues=dict(self._queues),
            agents=dict(self._agents),
            devices=dict(self._devices),
            aux_reasons=dict(self._aux_reasons),
        )

    def resume(self, checkpoint: EngineCheckpoint) -> None:
        """Know what the engine knew then."""
        self._routing = checkpoint.routing
        self._queues = dict(checkpoint.queues)
        self._agents = {agent_id: agent.settings for agent_id, agent in checkpoint.agents.items()}
        self._devices = {device_id: device.settings for device_id, device in checkpoint.devices.items()}
        self._aux_reasons = dict(checkpoint.aux_reasons)
        self._seats = {
            device_id: device.agent_id
            for device_id, device in checkpoint.devices.items()
            if device.agent_id is not None
        }

    def on_entry(self, entry: Entry) -> None:
        """Take note of one entry."""
        for fact in entry.facts:
            match fact:
                case AgentLoggedIn():
                    self._seats[fact.device_id] = fact.agent_id
                case AgentLoggedOut():
                    self._seats.pop(fact.device_id, None)
                    self.freed.set()
                case InteractionAnswered() | InteractionAbandoned() | InteractionLeftQueue():
                    self.freed.set()
                case QueueDefined():
                    self._queues[fact.settings.queue_id] = fact.settings
                case QueueWithdrawn():
                    self._queues.pop(fact.queue_id, None)
                case RoutingDefined():
                    self._routing = fact.settings
                case _:
                    self._people_and_phones(fact)

    def _people_and_phones(self, fact: object) -> None:
        match fact:
            case AgentDefined():
                self._agents[fact.settings.agent_id] = fact.settings
            case AgentWithdrawn():
                self._agents.pop(fact.agent_id, None)
            case DeviceDefined():
                self._devices[fact.settings.device_id] = fact.settings
            case DeviceWithdrawn():
                self._devices.pop(fact.device_id, None)
            case AuxReasonDefined():
                self._aux_reasons[fact.settings.reason_code] = fact.settings
            case AuxReasonWithdrawn():
                self._aux_reasons.pop(fact.reason_code, None)
            case _:
                pass
