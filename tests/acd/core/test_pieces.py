"""Skills, sort keys, lines, the timetable: the small pieces the engine is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.core.demand import Demand, Ordering, Profile, Standing, Weights, agent_key
from acd.core.lines import Lines
from acd.core.settings import Requirement
from acd.core.skills import may_take, merge
from acd.core.strategies import caller_key, caller_rank
from acd.core.timetable import DeadlineKind, Timetable
from kernel.ids import AgentId, InteractionId, QueueId, SkillId
from kernel.instants import Instant
from tests.acd.makers import needs

SKILLS = st.dictionaries(st.sampled_from(["english", "indonesian", "mandarin"]), st.integers(1, 5))
ENGLISH = ((SkillId("english"), 3),)


def test_the_higher_level_wins_when_requirements_meet() -> None:
    assert merge(needs(english=2, mandarin=4), needs(english=3, mandarin=1, dutch=1)) == needs(
        dutch=1, english=3, mandarin=4
    )


@given(SKILLS, SKILLS)
def test_merging_has_no_order_and_is_never_less(one: dict[str, int], other: dict[str, int]) -> None:
    both = merge(needs(**one), needs(**other))

    assert both == merge(needs(**other), needs(**one)) == merge(both, needs(**one))
    assert {need.skill_id for need in both} == {SkillId(skill_id) for skill_id in one.keys() | other.keys()}


@pytest.mark.parametrize(
    ("requirements", "fits"),
    [
        ((), True),
        (needs(english=3), True),
        (needs(english=4), False),
        (needs(mandarin=1), False),
        (needs(english=1, mandarin=1), False),
    ],
)
def test_an_agent_needs_every_skill_at_its_level(requirements: tuple[Requirement, ...], fits: bool) -> None:
    assert may_take(ENGLISH, requirements) is fits


def test_priority_then_wait_then_order_of_entry_then_id() -> None:
    one, two = InteractionId("c1"), InteractionId("c2")
    at = Instant(100)

    assert caller_key(-9, Instant(200), 7, two) < caller_key(-5, at, 1, one)
    assert caller_key(-5, at, 2, two) < caller_key(-5, Instant(101), 1, one)
    assert caller_key(-5, at, 1, two) < caller_key(-5, at, 2, one)


def test_without_a_step_no_wait_makes_up_for_a_priority() -> None:
    assert caller_rank(6, Instant(10**13), None) < caller_rank(5, Instant(0), None)


@given(own=st.integers(1, 10), other=st.integers(1, 10), came=st.integers(0, 10**6), step_ms=st.integers(1, 10**5))
def test_with_a_step_nobody_waits_longer_than_the_bound_for_those_who_came_later(
    own: int, other: int, came: int, step_ms: int
) -> None:
    mine, bound_ms = caller_rank(own, Instant(came), step_ms), (10 - own) * step_ms

    assert mine < caller_rank(other, Instant(came + bound_ms + 1), step_ms)
    if own < 10:
        assert mine > caller_rank(10, Instant(came + bound_ms - 1), step_ms)


def test_the_longest_idle_agent_comes_first_and_ties_go_by_id() -> None:
    longest_idle, one, two = Weights(idle=1), Standing(idle_since=Instant(1)), Standing(idle_since=Instant(2))

    assert agent_key(longest_idle, one, AgentId("zoe")) < agent_key(longest_idle, two, AgentId("ann"))
    assert agent_key(longest_idle, one, AgentId("ann")) < agent_key(longest_idle, one, AgentId("bob"))


def test_the_place_in_a_queue_counts_those_before() -> None:
    lines, queue_id = Lines(), QueueId("sales")
    for ordinal, priority in enumerate((5, 5, 9), start=1):
        lines.queue_up(queue_id, caller_key(-priority, Instant(0), ordinal, InteractionId(f"c{ordinal}")))

    assert lines.position(queue_id, caller_key(-5, Instant(0), 4, InteractionId("c4"))) == 4
    assert lines.position(queue_id, caller_key(-10, Instant(0), 4, InteractionId("c4"))) == 1
    assert lines.position(QueueId("help"), caller_key(-5, Instant(0), 4, InteractionId("c4"))) == 1


def test_lines_that_lose_somebody_say_so() -> None:
    lines = Lines()
    lines.wait(Demand(), caller_key(5, Instant(0), 1, InteractionId("c1")))

    with pytest.raises(KeyError, match="c0"):
        lines.stop_waiting(InteractionId("c0"))


def test_empty_groups_are_forgotten_before_they_are_too_many() -> None:
    lines = Lines(groups_max=8)
    ann, standing = AgentId("ann"), Standing(idle_since=Instant(0))
    lines.stand_ready(Profile(skills=ENGLISH), standing, ann)
    kept = caller_key(5, Instant(0), 0, InteractionId("kept"))
    lines.wait(Demand(requirements=needs(english=1)), kept)
    for level in range(30):
        key = caller_key(5, Instant(0), level, InteractionId(f"c{level}"))
        weights = Weights(idle=1, turns=level)
        lines.wait(Demand(requirements=needs(mandarin=level), ordering=Ordering(weights=weights)), key)
        lines.stop_waiting(key[-1])
        agent_id = AgentId(f"a{level}")
        lines.stand_ready(Profile(skills=((SkillId("dutch"), level),)), standing, agent_id)
        lines.stop_standing(agent_id)
    lines.wait(Demand(requirements=needs(dutch=1)), caller_key(5, Instant(0), 31, InteractionId("in-vain")))

    assert len(lines.rows()) <= 8
    assert lines.first_caller(ann) == kept
    assert lines.first_agent(InteractionId("kept")) == ann
    assert lines.first_agent(InteractionId("in-vain")) is None


def test_the_soonest_deadline_comes_first_and_moved_or_cleared_ones_do_not_come() -> None:
    timetable = Timetable()
    timetable.put(DeadlineKind.WAIT_ENDS, "c1", Instant(30))
    timetable.put(DeadlineKind.RESERVATION_LAPSES, "c1-r1", Instant(20))
    timetable.put(DeadlineKind.WRAP_UP_ENDS, "ann", Instant(10))

    timetable.put(DeadlineKind.WRAP_UP_ENDS, "ann", Instant(40))
    timetable.put(DeadlineKind.RESERVATION_LAPSES, "c1-r1", None)
    assert timetable.first() == (Instant(30), DeadlineKind.WAIT_ENDS, "c1")

    timetable.put(DeadlineKind.WAIT_ENDS, "c1", None)
    timetable.put(DeadlineKind.WRAP_UP_ENDS, "ann", None)
    assert timetable.first() is None
    assert timetable == Timetable()
    assert timetable.at(DeadlineKind.WAIT_ENDS, "c1") is None
