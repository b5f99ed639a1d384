"""The lines against the plain rule: whatever stands in them, the first agent for a caller is the least of all."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.core.demand import Demand, Ordering, Profile, Standing, Weights
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
    Ordering, weights=WEIGHTS, best_first=st.booleans(), proficiency_ms=st.sampled_from([0, 2_000, 9_000])
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


@settings(max_examples=200, deadline=None)
@given(
    everybody=agents(),
    demands=st.lists(DEMANDS, min_size=1, max_size=6),
    moves=st.lists(st.integers(0, 40), min_size=12, max_size=60),
)
def test_whoever_comes_and_goes_the_first_agent_is_the_least_of_all(
    everybody: list[Agent], demands: list[Demand], moves: list[int]
) -> None:
    lines = Lines(groups_max=2)
    ready: dict[AgentId, Agent] = {}
    waiting: dict[InteractionId, tuple[int, Demand]] = {}
    for number, move in enumerate(moves):
        agent = everybody[move % len(everybody)]
        interaction_id = InteractionId(f"c{move % len(demands)}")
        if move % 3 and agent.agent_id in ready:
            del ready[agent.agent_id]
            lines.stop_standing(agent.agent_id)
        elif move % 3:
            ready[agent.agent_id] = agent
            lines.stand_ready(agent.profile, agent.standing, agent.agent_id)
        elif interaction_id in waiting:
            del waiting[interaction_id]
            lines.stop_waiting(interaction_id)
        else:
            waiting[interaction_id] = number, demands[move % len(demands)]
            lines.wait(waiting[interaction_id][1], caller_key(5, Instant(number), number, interaction_id))
        _agree(lines, ready, waiting)


def _agree(lines: Lines, ready: dict[AgentId, Agent], waiting: dict[InteractionId, tuple[int, Demand]]) -> None:
    for interaction_id, (_, demand) in waiting.items():
        offers = [offer for agent in ready.values() if (offer := offer_key(demand, agent)) is not None]
        assert lines.first_agent(interaction_id) == (min(offers)[-1][-1] if offers else None)
    for agent in ready.values():
        mine = [(number, one) for one, (number, demand) in waiting.items() if offer_key(demand, agent) is not None]
        first = lines.first_caller(agent.agent_id)
        assert (first and first[-1]) == (min(mine)[1] if mine else None)


@given(demand=DEMANDS, profile=agents())
def test_a_level_above_the_last_and_a_group_too_few_never_fit(demand: Demand, profile: list[Agent]) -> None:
    agent = profile[0]
    outside = replace(agent, settings=replace(agent.settings, level=demand.level_max + 1))

    assert offer_key(demand, outside) is None
    assert offer_key(replace(demand, groups=((GroupId("another"),),)), agent) is None


def test_a_long_idle_beats_the_bonus_of_the_more_proficient() -> None:
    english = SkillId("english")
    ordering = Ordering(weights=Weights(idle=1), proficiency_ms=1_000)
    demand = Demand(requirements=(Requirement(skill_id=english, level_min=1),), ordering=ordering)
    lines = Lines()
    lines.wait(demand, caller_key(5, Instant(0), 0, InteractionId("c1")))
    for level, idle_since in ((5, 9_000), (3, 2_000), (1, 8_000)):
        standing = Standing(idle_since=Instant(idle_since))
        lines.stand_ready(Profile(skills=((english, level),)), standing, AgentId(f"level-{level}"))

    assert lines.first_agent(InteractionId("c1")) == AgentId("level-3")
    lines.stop_standing(AgentId("level-3"))
    assert lines.first_agent(InteractionId("c1")) == AgentId("level-5")


def test_the_number_of_a_forgotten_class_gives_nobody_its_right() -> None:
    lines = Lines(groups_max=1)
    lines.stand_ready(Profile(), Standing(idle_since=Instant(0)), AgentId("ann"))
    lines.wait(Demand(), caller_key(5, Instant(0), 0, InteractionId("for-anybody")))
    lines.stop_waiting(InteractionId("for-anybody"))

    beyond = Requirement(skill_id=SkillId("english"), level_min=3)
    lines.wait(Demand(requirements=(beyond,)), caller_key(5, Instant(1), 1, InteractionId("for-english")))

    assert lines.first_caller(AgentId("ann")) is None
