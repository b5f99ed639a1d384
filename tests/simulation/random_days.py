"""Random days of a small centre, each read from a seed: every rule of routing that there is, and everything that may go wrong.

``python -m tests.simulation.random_days FIRST COUNT`` prints what these days decided, for a process of any hash seed.
"""

import hashlib
import sys
from collections import Counter
from dataclasses import dataclass
from random import Random
from zoneinfo import ZoneInfo

from acd.core import facts
from acd.core.engine import Engine
from acd.core.facts import Fact
from acd.core.inputs import AgentConfigured, DeviceConfigured, Input, QueueConfigured
from acd.core.invariants import broken
from acd.core.rank_words import RoutingConfigured
from acd.core.settings import (
    AgentSettings,
    Blend,
    DeviceSettings,
    NoAnswerPolicy,
    QueueSettings,
    RelaxationStep,
    Requirement,
    Reserves,
    RoutingSettings,
    Strategy,
)
from kernel.entry import Entry
from kernel.ids import AgentId, DeviceId, GroupId, InteractionId, QueueId, SkillId
from kernel.instants import Instant
from simulator.whole_centre.description import Break, Day, Fault, FaultKind, Habits, Rate, Shift, Stream
from simulator.whole_centre.lengths import exponential, fixed, log_normal
from simulator.whole_centre.play import play
from store.fact_json import FactJson

LASTS_MS = 20 * 60_000
SKILLS = (SkillId("english"), SkillId("mandarin"))
GROUPS = (GroupId("first"), GroupId("second"))
LOOK_EVERY = 16
"""So many inputs between two looks at whether the facts alone give the same state; the rules are asked after each."""


def random_day(seed: int) -> Day:
    """Twenty minutes of up to seven agents and some two dozen callers."""
    chance = Random(f"random day {seed}")
    queue_ids = [QueueId(name) for name in ("sales", "help", "vip")[: chance.randint(1, 3)]]
    agent_ids = [AgentId(f"a{number}") for number in range(1, chance.randint(2, 7) + 1)]
    shifts = tuple(_shift(chance, agent_id) for agent_id in agent_ids)
    configuration: list[Input] = [
        RoutingConfigured(settings=RoutingSettings(priority_step_ms=chance.choice((None, 1_000, 30_000)))),
        *(QueueConfigured(settings=_queue(chance, queue_id)) for queue_id in queue_ids),
        *(AgentConfigured(settings=_agent(chance, agent_id)) for agent_id in agent_ids),
        *(
            DeviceConfigured(settings=DeviceSettings(device_id=one.device_id, auto_answer=chance.random() < 0.2))
            for one in shifts
        ),
    ]
    return Day(
        name=f"random day {seed}",
        seed=seed,
        begins_at=Instant(1_800_000_000_000),
        lasts_ms=LASTS_MS,
        zone=ZoneInfo("Asia/Jakarta"),
        configuration=tuple(configuration),
        streams=tuple(_stream(chance, queue_id) for queue_id in queue_ids),
        shifts=shifts,
        habits=Habits(
            rings_after=fixed(chance.choice((0, 200))),
            reaction=log_normal(3_000, 1.5),
            ignores=chance.choice((0.0, 0.15)),
            declines=chance.choice((0.0, 0.1)),
            comes_back=exponential(20_000),
        ),
        faults=tuple(_fault(chance) for _ in range(chance.randint(0, 2))),
    )


def _queue(chance: Random, queue_id: QueueId) -> QueueSettings:
    needs = tuple(
        Requirement(skill_id=skill_id, level_min=chance.randint(2, 4)) for skill_id in SKILLS if chance.random() < 0.4
    )
    groups = chance.choice(((), (), GROUPS[:1], GROUPS))
    return QueueSettings(
        queue_id=queue_id,
        name=queue_id.title(),
        requirements=needs,
        priority=chance.randint(3, 8),
        ring_ms_max=chance.choice((4_000, 12_000)),
        wrap_up_ms=chance.choice((0, 5_000, 20_000)),
        wait_ms_max=chance.choice((None, 60_000)),
        short_abandon_ms=5_000,
        service_level_ms=20_000,
        no_answer_policy=chance.choice(tuple(NoAnswerPolicy)),
        announcement=None,
        announcement_every_ms=0,
        waiting_max=chance.choice((None, 3)),
        groups=groups,
        level_max=chance.choice((9, 9, 1)),
        strategy=chance.choice(tuple(Strategy)),
        blend=Blend(idle=2, occupancy=3, calls=1, turns=1, proficiency_ms=5_000),
        relaxations=_relaxations(chance, groups),
        reserves=Reserves(groups=GROUPS[1:], call_at=3, release_at=1) if groups == GROUPS[:1] else None,
    )


def _relaxations(chance: Random, groups: tuple[GroupId, ...]) -> tuple[RelaxationStep, ...]:
    steps = (
        RelaxationStep(after_ms=8_000, lower=((SKILLS[0], 1),)),
        RelaxationStep(after_ms=20_000, drop=SKILLS[1:], add_groups=GROUPS[1:] if groups else (), together=True),
        RelaxationStep(after_ms=40_000, level_max=9, anybody=True),
    )
    return steps[: chance.randint(0, 3)]


def _agent(chance: Random, agent_id: AgentId) -> AgentSettings:
    skills = tuple((skill_id, chance.randint(1, 5)) for skill_id in SKILLS if chance.random() < 0.7)
    groups = tuple(group for group in GROUPS if chance.random() < 0.6)
    return AgentSettings(
        agent_id=agent_id, name=agent_id, skills=skills, groups=groups, level=chance.choice((1, 1, 2, 3))
    )


def _stream(chance: Random, queue_id: QueueId) -> Stream:
    return Stream(
        queue_id=queue_id,
        rates=(Rate(from_ms=0, to_ms=LASTS_MS, calls_per_hour=chance.choice((20, 40, 80))),),
        talk=log_normal(90_000, 1.0),
        work=log_normal(10_000, 1.0),
        patience=chance.choice((None, exponential(60_000))),
        priority=chance.choice((None, 1, 10)),
        requirements=(Requirement(skill_id=SKILLS[0], level_min=3),) if chance.random() < 0.2 else (),
    )


def _shift(chance: Random, agent_id: AgentId) -> Shift:
    pause = Break(at_ms=chance.randint(0, LASTS_MS), lasts_ms=120_000)
    return Shift(
        agent_id=agent_id,
        device_id=DeviceId(f"phone-{agent_id}"),
        begins_ms=chance.choice((0, 0, 120_000)),
        ends_ms=chance.choice((LASTS_MS, LASTS_MS, LASTS_MS // 2)),
        breaks=(pause,) if chance.random() < 0.5 else (),
    )


def _fault(chance: Random) -> Fault:
    return Fault(
        kind=chance.choice(tuple(FaultKind)),
        at_ms=chance.randint(0, LASTS_MS),
        lasts_ms=chance.choice((5_000, 60_000)),
        share=0.5,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What became of a day. ``digest``: of everything that was decided in it."""

    seed: int
    inputs: int
    callers: int
    answered: int
    digest: str
    problems: tuple[str, ...] = ()


class Strict(Engine):
    """The engine, with every rule asked after each input, and its facts folded beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.folded = Engine()
        self._count = 0

    def handle(self, given: Input, now: Instant) -> tuple[Fact, ...]:
        """See Engine."""
        made = super().handle(given, now)
        self.folded.fold(made, now)
        self.problems.extend(broken(self.state))
        joined = Counter(one.agent_id for one in self.state.connections.values())
        self.problems.extend(f"{agent_id} talks to {count} callers" for agent_id, count in joined.items() if count > 1)
        self._count += 1
        if self._count % LOOK_EVERY == 0:
            self.compare()
        return made

    def compare(self) -> None:
        """Do the facts alone give the same state?"""
        if self.folded.state != self.state or self.folded.next_deadline() != self.next_deadline():
            self.problems.append("the facts alone give another state")


def live(seed: int, *, strictly: bool = True) -> Lived:
    """Play one day. ``strictly`` False: without asking the rules, only for what it decides."""
    engine = Strict() if strictly else Engine()
    fact_json, digest = FactJson(), hashlib.sha256()
    kinds: Counter[type] = Counter()
    exits: Counter[InteractionId] = Counter()

    def read(entry: Entry) -> None:
        digest.update(fact_json.dump_all(entry.facts).encode())
        for fact in entry.facts:
            kinds[type(fact)] += 1
            if isinstance(fact, facts.InteractionCreated):
                exits[fact.interaction_id] += 0
            elif isinstance(fact, facts.InteractionEnded):
                exits[fact.interaction_id] += 1

    played = play(random_day(seed), readers=(read,), engine=engine)
    problems: list[str] = []
    if isinstance(engine, Strict):
        engine.compare()
        problems += engine.problems
    problems += [f"{one} has {count} ends" for one, count in exits.items() if count != 1]
    return Lived(
        seed=seed,
        inputs=played.input_count,
        callers=kinds[facts.InteractionCreated],
        answered=kinds[facts.InteractionAnswered],
        digest=digest.hexdigest(),
        problems=tuple(problems),
    )


def digests(first: int, count: int) -> list[str]:
    """What so many days decided, in short."""
    return [live(seed, strictly=False).digest for seed in range(first, first + count)]


if __name__ == "__main__":
    sys.stdout.write("\n".join(digests(int(sys.argv[1]), int(sys.argv[2]))) + "\n")
