"""Demand: what a waiting interaction asks for, what an agent offers, and in which order those who fit are offered it.

``agent_rank`` and ``agent_key`` are the rule itself. The lines keep it prepared, the plain choice asks it of everybody,
and whoever explains a choice asks it as well.
"""

from dataclasses import dataclass, field, replace

from acd.core.settings import LEVEL_LAST, Blend, QueueSettings, RelaxationStep, Requirement, Strategy
from acd.core.skills import Requirements, Skills, may_take, merge
from acd.core.workload import Workload
from kernel.ids import AgentId, GroupId
from kernel.instants import Instant

GroupRanks = tuple[tuple[GroupId, ...], ...]
"""Groups in their order; those within one rank are on one footing. Empty: everybody."""

AgentRank = tuple[int, int, int]
"""Smallest goes before all others: rank of the group, level, proficiency (negative; 0 where it does not decide)."""

AgentKey = tuple[int, Instant, AgentId]
"""Within a rank the smallest is first: a mean of instants by the ordering, then the longest idle, then the id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """The share of each instant in the mean: idle since, occupied at, called at, offered at."""

    idle: int = 0
    occupancy: int = 0
    calls: int = 0
    turns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """How agents of one rank are put in order: the weighted mean of instants that only an agent's own doing changes.

    ``best_first``: proficiency goes before all that. ``proficiency_ms``: what one level of it is worth.
    """

    weights: Weights
    best_first: bool = False
    proficiency_ms: int = 0


_BY_IDLE = Weights(idle=1)
_ORDERINGS: dict[Strategy, Ordering] = {
    Strategy.LONGEST_IDLE: Ordering(weights=_BY_IDLE),
    Strategy.LEAST_OCCUPIED: Ordering(weights=Weights(occupancy=1)),
    Strategy.FEWEST_CALLS: Ordering(weights=Weights(calls=1)),
    Strategy.ROUND_ROBIN: Ordering(weights=Weights(turns=1)),
    Strategy.BEST_PROFICIENCY: Ordering(weights=_BY_IDLE, best_first=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What one interaction asks for at present. Those with equal demands form one class."""

    requirements: Requirements = ()
    groups: GroupRanks = ()
    level_max: int = LEVEL_LAST
    ordering: Ordering = _ORDERINGS[Strategy.LONGEST_IDLE]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What an agent offers. ``groups`` and ``skills`` sorted."""

    skills: Skills = ()
    groups: tuple[GroupId, ...] = ()
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An agent's own part of the order: since when they wait, and what they had before."""

    idle_since: Instant
    workload: Workload = field(default_factory=Workload)


def demand_of(
    queue: QueueSettings, added: Requirements, *, steps_taken: int = 0, reserves_called: bool = False
) -> Demand:
    """What an interaction asks for in a queue, with what it brought itself, after so many relaxation steps."""
    demand = Demand(
        requirements=merge(queue.requirements, added),
        groups=tuple((group_id,) for group_id in queue.groups),
        level_max=queue.level_max,
        ordering=_ordering_of(queue),
    )
    for step in queue.relaxations[:steps_taken]:
        demand = _relaxed(demand, step)
    if reserves_called and queue.reserves is not None:
        demand = replace(demand, groups=_widened(demand.groups, queue.reserves.groups))
    return demand


def agent_rank(demand: Demand, profile: Profile) -> AgentRank | None:
    """Before whom an agent of that profile comes; None when they may not take it at all."""
    if profile.level > demand.level_max or not may_take(profile.skills, demand.requirements):
        return None
    group_rank = 0
    if demand.groups:
        ranks = [rank for rank, groups in enumerate(demand.groups) if not set(groups).isdisjoint(profile.groups)]
        if not ranks:
            return None
        group_rank = min(ranks)
    return group_rank, profile.level, -_proficiency(demand, profile) if demand.ordering.best_first else 0


def agent_bonus_ms(demand: Demand, profile: Profile) -> int:
    """By how much proficiency puts an agent's instant earlier."""
    return demand.ordering.proficiency_ms * _proficiency(demand, profile) if demand.ordering.proficiency_ms else 0


def agent_key(weights: Weights, standing: Standing, agent_id: AgentId) -> AgentKey:
    """An agent's place among those of one rank, proficiency apart."""
    idle, load = standing.idle_since, standing.workload
    total = (
        weights.idle * idle
        + weights.occupancy * load.occupied_at
        + weights.calls * load.called_at
        + weights.turns * load.offered_at
    )
    return total // (weights.idle + weights.occupancy + weights.calls + weights.turns), idle, agent_id


def _ordering_of(queue: QueueSettings) -> Ordering:
    if queue.strategy is not Strategy.BLEND:
        return _ORDERINGS[queue.strategy]
    blend = queue.blend or Blend(idle=1)
    return Ordering(
        weights=Weights(idle=blend.idle, occupancy=blend.occupancy, calls=blend.calls, turns=blend.turns),
        proficiency_ms=blend.proficiency_ms,
    )


def _relaxed(demand: Demand, step: RelaxationStep) -> Demand:
    lower = dict(step.lower)
    requirements = tuple(
        Requirement(skill_id=need.skill_id, level_min=min(need.level_min, lower.get(need.skill_id, need.level_min)))
        for need in demand.requirements
        if need.skill_id not in step.drop
    )
    groups = _widened(demand.groups, step.add_groups)
    if step.together and groups:
        groups = (tuple(sorted({one for rank in groups for one in rank})),)
    return replace(
        demand,
        requirements=() if step.anybody else requirements,
        groups=groups,
        level_max=LEVEL_LAST if step.anybody else max(demand.level_max, step.level_max or 0),
    )


def _widened(groups: GroupRanks, more: tuple[GroupId, ...]) -> GroupRanks:
    """With more groups behind the others; where everybody may, nobody is to be added."""
    known = {one for rank in groups for one in rank}
    return (*groups, *((one,) for one in more if one not in known)) if groups else groups


def _proficiency(demand: Demand, profile: Profile) -> int:
    level = dict(profile.skills)
    return sum(level.get(need.skill_id, 0) for need in demand.requirements)
