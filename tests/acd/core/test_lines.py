"""The lines against the plain rule: whatever stands in them, the first agent for a caller is the least of all."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.core.demand import Demand, Ordering, Weights
from acd.core.lines import Lines
from acd.core.matching import offer_key
from acd.core.settings import AgentSettings, Requirement
from acd.core.state import Agent
from acd.core.strategies import caller_key
from acd.core.workload import Workload
from kernel.ids import AgentId, GroupId, InteractionId, SkillId
from kernel.instants import Instant

SKILLS = st.sampled_from([SkillId("english"), SkillId("mandarin")])
GROUPS = st.sampled_from([GroupId("gold"), GroupId("silver"), GroupId("office")])
INSTANTS = st.integers(0, 40_000).map(Instant)
WEIGHTS = st.builds(Weights, idle=st.integers(1, 9), turns=st.integers(0, 9)) | st.sampled_from(
    [Weights(idle=1), Weights(occupancy=1), Weights(calls=1), Weights(turns=1)]
)
ORDERINGS = st.builds(
    Ordering, weights=WEIGHTS, best_first=st.booleans(), proficiency_ms=st.sampled_from([0, 2_000, 30_000])
)
NEEDS = st.dictionaries(SKILLS, st.integers(1, 4), max_size=2).map(
    lambda least: tuple(Requirement(skill_id=one, level_min=least[one]) for one in sorted(least))
)
RANKS = st.lists(GROUPS, max_size=3, unique=True).flatmap(
    lambda some: st.sampled_from([tuple((one,) for one in some), (tuple(sorted(some)),) if some else ()])
)
DEMANDS = st.builds(Demand, requirements=NEEDS, groups=RANKS, level_max=st.sampled_from([1, 2, 9]), ordering=ORDERINGS)
LOADS = st.builds(
    Workload,
    at=INSTANTS,
    occupancy=st.floats(0, 1),
    calls=st.floats(0, 9),
    offered_at=INSTANTS,
)


@st.composite
def agents(draw: st.DrawFn) -> list[Agent]:
    """Some ready ones, of few profiles so that they share lines."""
    skills = st.dictionaries(SKILLS, st.integers(1, 5)).map(lambda level: tuple(sorted(level.items())))
    groups = st.sets(GROUPS, max_size=2).map(lambda some: tuple(sorted(some)))
    profiles = draw(st.lists(st.tuples(skills, groups, st.integers(1, 3)), min_size=1, max_size=6))
    found = []
    for number in range(draw(st.integers(1, 12))):
        of_skills, of_groups, level = draw(st.sampled_from(profiles))
        agent_id = AgentId(f"a{number}")
        named = AgentSettings(agent_id=agent_id, name=agent_id, skills=of_skills, groups=of_groups, level=level)
        found.append(Agent(settings=named, idle_since=draw(INSTANTS), workload=draw(LOADS)))
    return found


@settings(max_examples=300, deadline=None)
@given(
    ready=agents(), demands=st.lists(DEMANDS, min_size=1, max_size=4), early=st.booleans(), leaving=st.integers(0, 6)
)
def test_the_first_agent_is_the_least_of_all(
    ready: list[Agent], demands: list[Demand], early: bool, leaving: int
) -> None:
    lines = Lines(groups_max=3)
    ids = [InteractionId(f"c{number}") for number in range(len(demands))]
    if early:
        _wait(lines, demands, ids)
    for agent in ready:
        lines.stand_ready(agent.profile, agent.standing, agent.agent_id)
    if not early:
        _wait(lines, demands, ids)
    for agent in ready[:leaving]:
        lines.stop_standing(agent.agent_id)

    for interaction_id, demand in zip(ids, demands, strict=True):
        offers = [offer for agent in ready[leaving:] if (offer := offer_key(demand, agent)) is not None]
        assert lines.first_agent(interaction_id) == (min(offers)[-1][-1] if offers else None)
    for agent in ready[leaving:]:
        mine = [one for one, demand in zip(ids, demands, strict=True) if offer_key(demand, agent) is not None]
        first = lines.first_caller(agent.agent_id)
        assert (first and first[-1]) == (mine[0] if mine else None)


@given(demand=DEMANDS, profile=agents())
def test_a_level_above_the_last_and_a_group_too_few_never_fit(demand: Demand, profile: list[Agent]) -> None:
    agent = profile[0]
    outside = replace(agent, settings=replace(agent.settings, level=demand.level_max + 1))

    assert offer_key(demand, outside) is None
    assert offer_key(replace(demand, groups=((GroupId("another"),),)), agent) is None


def _wait(lines: Lines, demands: list[Demand], ids: list[InteractionId]) -> None:
    for number, (demand, interaction_id) in enumerate(zip(demands, ids, strict=True)):
        lines.wait(demand, caller_key(5, Instant(number), number, interaction_id))
