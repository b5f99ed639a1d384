"""A floor of any size on the real engine, and a stopwatch round its every choice."""

from dataclasses import dataclass, field
from random import Random
from time import perf_counter_ns

from acd.core import inputs
from acd.core.engine import Engine
from acd.core.matching import Chooser, Newcomers, Pair, next_pair, next_pair_naively
from acd.core.settings import AgentSettings, Channel, DeviceSettings, NoAnswerPolicy, QueueSettings, Requirement
from acd.core.state import State
from kernel.ids import AgentId, CallLegId, DeviceId, Did, InteractionId, QueueId, ReservationId, SkillId, TrunkId
from kernel.instants import Instant

SKILL_COUNT = 60
UNKNOWN_SKILL = SkillId("nobody-has-it")
HOUR_MS = 3_600_000


@dataclass(slots=True)
class Stopwatch:
    """A chooser that times the product's choice, and on demand holds it against the plain one."""

    times_ns: list[int] = field(default_factory=list)
    naive_ns: list[int] = field(default_factory=list)
    mismatches: int = 0
    is_on: bool = False
    compares: bool = False

    def reset(self) -> None:
        """Forget what was timed."""
        self.times_ns.clear()
        self.naive_ns.clear()
        self.mismatches = 0

    def choose(self, state: State, newcomers: Newcomers) -> Pair | None:
        """As ``next_pair``. Only the first choice of a step is timed: what follows finds nobody new."""
        if not self.is_on:
            return next_pair(state, newcomers)
        self.is_on = False
        started = perf_counter_ns()
        pair = next_pair(state, newcomers)
        self.times_ns.append(perf_counter_ns() - started)
        if self.compares:
            started = perf_counter_ns()
            expected = next_pair_naively(state, newcomers)
            self.naive_ns.append(perf_counter_ns() - started)
            self.mismatches += pair != expected
        return pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a floor is. ``classes`` is how many different requirements there are."""

    agents: int
    waiting: int
    classes: int


class MatchingFloor:
    """Agents in aux, ``classes`` queues of different requirements, and nobody waiting yet."""

    def __init__(self, size: Size, *, seed: int = 1) -> None:
        self.size = size
        self.watch = Stopwatch()
        chooser: Chooser = self.watch.choose
        self._engine = Engine(choose=chooser)
        self._chance = Random(seed)
        self._now = Instant(1_800_000_000_000)
        self._callers = 0
        self.agents = [AgentId(f"a{number}") for number in range(size.agents)]
        self._queues = [QueueId(f"q{number}") for number in range(size.classes)]
        self._configure()

    def _configure(self) -> None:
        skills = [SkillId(f"s{number}") for number in range(SKILL_COUNT)]
        classes: dict[tuple[Requirement, ...], None] = {}
        while len(classes) < self.size.classes:
            chosen = sorted(self._chance.sample(skills, self._chance.choice((1, 1, 2, 2, 3))))
            needs = tuple(Requirement(skill_id=skill, level_min=self._chance.randint(1, 4)) for skill in chosen)
            classes[needs] = None
        for queue_id, needs in zip(self._queues, classes, strict=True):
            self.give(inputs.QueueConfigured(settings=plain_queue(queue_id, needs)))
        self.give(
            inputs.QueueConfigured(
                settings=plain_queue(QueueId("hopeless"), (Requirement(skill_id=UNKNOWN_SKILL, level_min=5),))
            )
        )
        profiles = [
            tuple(
                (skill, self._chance.randint(1, 5))
                for skill in sorted(self._chance.sample(skills, self._chance.randint(3, 25)))
            )
            for _ in range(min(2_000, self.size.agents))
        ]
        for number, agent_id in enumerate(self.agents):
            self._seat(agent_id, profiles[number % len(profiles)])
        self._seat(AgentId("unskilled"), ())

    def _seat(self, agent_id: AgentId, skills: tuple[tuple[SkillId, int], ...]) -> None:
        device_id = DeviceId(f"phone-{agent_id}")
        self.give(inputs.AgentConfigured(settings=AgentSettings(agent_id=agent_id, name=agent_id, skills=skills)))
        self.give(inputs.DeviceConfigured(settings=DeviceSettings(device_id=device_id, auto_answer=False)))
        self.give(inputs.DevicePresenceSeen(device_id=device_id, reachable=True, in_use=False))
        self.give(inputs.LogIn(agent_id=agent_id, device_id=device_id))

    def give(self, given: inputs.Input) -> None:
        """One input, one millisecond after the last."""
        self._now = Instant(self._now + 1)
        self._engine.handle(given, self._now)

    def timed(self, given: inputs.Input) -> None:
        """One input whose choice is timed."""
        self.watch.is_on = True
        self.give(given)

    def caller(self, queue_id: QueueId | None = None) -> tuple[InteractionId, inputs.EnterQueue]:
        """A new caller, arrived, and the input that puts them into a queue (by chance one with requirements)."""
        self._callers += 1
        interaction_id = InteractionId(f"c{self._callers}")
        self.give(
            inputs.InteractionArrived(
                interaction_id=interaction_id,
                channel=Channel.VOICE,
                did=Did("169"),
                trunk_id=TrunkId("carrier"),
                leg_id=CallLegId(f"leg-{self._callers}"),
            )
        )
        priority = self._chance.choice((5, 5, 5, 9))
        chosen = self._chance.choice(self._queues) if queue_id is None else queue_id
        return interaction_id, inputs.EnterQueue(
            interaction_id=interaction_id, queue_id=chosen, priority=priority, requirements=()
        )

    def any_agent(self) -> AgentId:
        """One of them, by chance."""
        return self._chance.choice(self.agents)

    def reservation_of(self, agent_id: AgentId) -> ReservationId | None:
        """The reservation that is held for an agent."""
        return self._engine.state.agents[agent_id].reservation_id


def plain_queue(queue_id: QueueId, requirements: tuple[Requirement, ...]) -> QueueSettings:
    """A queue without wrap-up, announcements or a longest wait."""
    return QueueSettings(
        queue_id=queue_id,
        name=queue_id,
        requirements=requirements,
        priority=5,
        ring_ms_max=HOUR_MS,
        wrap_up_ms=0,
        wait_ms_max=None,
        short_abandon_ms=5_000,
        service_level_ms=20_000,
        no_answer_policy=NoAnswerPolicy.AUX,
        announcement=None,
        announcement_every_ms=0,
    )
