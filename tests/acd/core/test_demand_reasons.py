"""The filters and the order of a demand, named: groups, levels, strategies."""

import pytest

from acd.core.demand import agent_rank, demand_of
from acd.core.demand_reasons import demand_filters
from acd.core.explanation import Choice
from acd.core.settings import Blend, Strategy
from acd.distributor import FROM_NOTHING
from acd.why import why
from kernel.ids import InteractionId
from tests.acd import makers as m
from tests.acd.journalled import JournalledFloor


async def offered(floor: JournalledFloor) -> Choice:
    return (await why(floor.journal, InteractionId("c1"), FROM_NOTHING)).choices[-1]


async def test_group_and_level_come_before_the_strategy_and_say_what_was_lacking() -> None:
    floor = JournalledFloor(m.queue(groups=("gold", "silver"), level_max=2))
    for agent_id, groups, level in (
        ("ann", ("silver",), 1),
        ("bob", ("gold",), 2),
        ("cid", ("gold", "silver"), 1),
        ("dan", ("gold",), 3),
        ("eve", ("bronze",), 1),
    ):
        floor.give(m.member(agent_id, groups, level))
        floor.seat(agent_id)
        floor.give(m.set_ready(agent_id), after_ms=1_000)
    floor.call("c1")

    choice = await offered(floor)

    assert [(each.agent_id, each.rank, each.lost_by) for each in choice.candidates] == [
        ("cid", 1, ""),
        ("bob", 2, "level"),
        ("ann", 3, "group"),
        ("dan", None, ""),
        ("eve", None, ""),
    ]
    failed = {str(each.agent_id): [one for one in each.filters if not one.passed] for each in choice.candidates}
    assert [(one.name, one.needed, one.found) for one in failed["dan"]] == [("level", "at most 2", "3")]
    assert [(one.name, one.needed, one.found) for one in failed["eve"]] == [("group", "gold or silver", "bronze")]


@pytest.mark.parametrize(
    ("strategy", "blend", "decided_by", "words"),
    [
        (Strategy.LEAST_OCCUPIED, None, "occupancy", "0%"),
        (Strategy.FEWEST_CALLS, None, "calls", "0.0"),
        (Strategy.ROUND_ROBIN, None, "last_offer", ""),
        (Strategy.BLEND, Blend(occupancy=1, calls=1), "blend", "occupancy 0%, calls 0.0"),
    ],
)
async def test_the_strategy_names_what_decided(
    strategy: Strategy, blend: Blend | None, decided_by: str, words: str
) -> None:
    floor = JournalledFloor(m.queue(strategy=strategy, blend=blend, wrap_up_ms=0), ready=("ann", "bob"))
    floor.call("c0")
    floor.give(m.picked_up("c0-r1"), after_ms=2_000)
    floor.give(m.hung_up("c0"), after_ms=600_000)
    floor.wait(1_000)
    floor.call("c1")

    first, second = (await offered(floor)).candidates

    assert (first.agent_id, second.agent_id, second.lost_by) == ("bob", "ann", decided_by)
    assert [part.words for part in first.key if part.name == decided_by] == [words]


async def test_the_best_proficiency_is_a_part_of_its_own() -> None:
    floor = JournalledFloor(m.queue(strategy=Strategy.BEST_PROFICIENCY, requirements=m.needs(english=1)))
    for agent_id, level in (("ann", 2), ("bob", 4)):
        floor.give(m.agent(agent_id, english=level))
        floor.seat(agent_id)
        floor.give(m.set_ready(agent_id))
    floor.call("c1")

    choice = await offered(floor)

    assert [(each.agent_id, each.lost_by) for each in choice.candidates] == [("bob", ""), ("ann", "proficiency")]


@pytest.mark.parametrize("groups", [(), ("gold",), ("silver", "gold")])
@pytest.mark.parametrize("level", [1, 5])
@pytest.mark.parametrize("english", [0, 2, 5])
def test_all_filters_pass_exactly_where_the_rule_gives_a_rank(
    groups: tuple[str, ...], level: int, english: int
) -> None:
    floor = JournalledFloor(m.member("ann", ("gold",), level, {"english": english}))
    settings = m.queue_settings(groups=groups, level_max=3, requirements=m.needs(english=2))
    demand, profile = demand_of(settings, ()), floor.agent("ann").profile

    assert all(each.passed for each in demand_filters(demand, profile)) == (agent_rank(demand, profile) is not None)
