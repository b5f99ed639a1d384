"""A made-up centre: queues, agents and phones, as they are told to the engine, and how they change."""

from collections.abc import Sequence
from random import Random

from acd.core import inputs
from acd.core.inputs import Input
from acd.core.rank_words import RoutingConfigured
from acd.core.settings import (
    AgentSettings,
    DeviceSettings,
    NoAnswerPolicy,
    QueueSettings,
    Requirement,
    RoutingSettings,
)
from kernel.ids import AgentId, DeviceId, QueueId, SkillId
from simulator.plan import Plan

SKILLS = (SkillId("english"), SkillId("mandarin"))


class Centre:
    """What is in force. Everybody has a seat: the phone of the same number."""

    def __init__(self, plan: Plan) -> None:
        self._chance = Random(f"centre {plan.seed}")
        self._ageing = Random(f"ageing {plan.seed}")
        self.routing = self._routing()
        queue_ids = [QueueId(name) for name in ("sales", "help", "vip")[: plan.queues]]
        self.queues: dict[QueueId, QueueSettings] = {one: self._queue(one) for one in queue_ids}
        agent_ids = [AgentId(name) for name in ("ann", "bob", "cat", "dan", "eve", "fay")[: plan.agents]]
        self.agents: dict[AgentId, AgentSettings] = {one: self._agent(one) for one in agent_ids}
        self.seats: dict[AgentId, DeviceId] = {one: DeviceId(f"phone-{one}") for one in agent_ids}
        self.devices: dict[DeviceId, DeviceSettings] = {
            one: DeviceSettings(device_id=one, auto_answer=self._chance.random() < 0.2) for one in self.seats.values()
        }

    def inputs(self) -> Sequence[Input]:
        """All of it, as a program that has just started tells its engine."""
        return [
            *(() if self.routing == RoutingSettings() else (RoutingConfigured(settings=self.routing),)),
            *(inputs.QueueConfigured(settings=one) for one in self.queues.values()),
            *(inputs.AgentConfigured(settings=one) for one in self.agents.values()),
            *(inputs.DeviceConfigured(settings=one) for one in self.devices.values()),
        ]

    def change(self) -> Input:
        """Something else from now on."""
        if self._ageing.random() < 0.15:
            self.routing = self._routing()
            return RoutingConfigured(settings=self.routing)
        if self._chance.random() < 0.5:
            queue_id = self._chance.choice(list(self.queues))
            self.queues[queue_id] = self._queue(queue_id)
            return inputs.QueueConfigured(settings=self.queues[queue_id])
        agent_id = self._chance.choice(list(self.agents))
        self.agents[agent_id] = self._agent(agent_id)
        return inputs.AgentConfigured(settings=self.agents[agent_id])

    def _routing(self) -> RoutingSettings:
        return RoutingSettings(priority_step_ms=self._ageing.choice((None, None, 1_000, 5_000)))

    def _queue(self, queue_id: QueueId) -> QueueSettings:
        chance = self._chance
        needs = tuple(
            Requirement(skill_id=skill, level_min=chance.randint(1, 3)) for skill in SKILLS if chance.random() < 0.3
        )
        return QueueSettings(
            queue_id=queue_id,
            name=queue_id.title(),
            requirements=needs,
            priority=chance.choice((5, 5, 8)),
            ring_ms_max=chance.choice((6_000, 12_000)),
            wrap_up_ms=chance.choice((0, 2_000, 6_000)),
            wait_ms_max=chance.choice((None, None, 20_000)),
            short_abandon_ms=3_000,
            service_level_ms=10_000,
            no_answer_policy=chance.choice(tuple(NoAnswerPolicy)),
            announcement=None,
            announcement_every_ms=0,
            waiting_max=chance.choice((None, None, None, 4)),
        )

    def _agent(self, agent_id: AgentId) -> AgentSettings:
        skills = tuple((skill, self._chance.randint(1, 5)) for skill in SKILLS if self._chance.random() < 0.8)
        return AgentSettings(agent_id=agent_id, name=agent_id.title(), skills=skills)
