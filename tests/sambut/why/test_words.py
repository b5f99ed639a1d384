"""An explanation as a supervisor reads it."""

from zoneinfo import ZoneInfo

from acd.distributor import FROM_NOTHING
from acd.why import why
from kernel.ids import AgentId, InteractionId
from sambut.why.words import lines_of
from tests.acd import makers as m
from tests.acd.journalled import JournalledFloor

JAKARTA = ZoneInfo("Asia/Jakarta")


async def told(floor: JournalledFloor, interaction_id: str, agent_id: str | None = None) -> str:
    explanation = await why(floor.journal, InteractionId(interaction_id), FROM_NOTHING)
    return "\n".join(lines_of(explanation, JAKARTA, agent_id=None if agent_id is None else AgentId(agent_id)))


TOLD = """\
c1: offered once, passed over once

15:00:00.000  Sales (sales): nobody could take it after 0.0 s
    Ann (ann) could not: is aux logged_in
    Bob (bob) could not: is aux logged_in
    Cid (cid) could not: is aux logged_in; skill english needs 3, has 2

15:00:01.000  Sales (sales): passed over after 1.0 s: Cid (cid) was given late
  late in Help (help) stood behind, but Cid: skill english needs 3, has 2

15:00:02.000  Sales (sales): offered to Bob (bob) after 2.0 s; answered after 3.5 s
  why Bob: the only one who could take it
    1. Bob (bob): idle since 15:00:02.000
    Ann (ann) could not: is aux logged_in
    Cid (cid) could not: is reserved; skill english needs 3, has 2
  why this caller: first in the line (priority 5, waiting since 15:00:00.000, order of entry 1)"""


async def test_each_choice_is_told_with_names_times_and_reasons() -> None:
    floor = JournalledFloor(m.queue("sales", requirements=m.needs(english=3)), m.queue("help"))
    for agent_id, level in (("ann", 4), ("bob", 3), ("cid", 2)):
        floor.give(m.agent(agent_id, english=level))
        floor.seat(agent_id)
    floor.call("c1")
    floor.call("late", "help", 1)
    floor.give(m.set_ready("cid"), after_ms=1_000)
    floor.give(m.set_ready("bob"), after_ms=1_000)
    floor.give(m.picked_up("c1-r1"), after_ms=3_500)

    assert await told(floor, "c1") == TOLD


async def test_of_one_agent_only() -> None:
    floor = JournalledFloor(ready=("ann", "bob"))
    floor.call("c1")

    lines = (await told(floor, "c1", "bob")).splitlines()

    assert [line for line in lines if line.startswith("    ")] == [
        "    2. Bob (bob): idle since 15:00:00.000; comes later by id"
    ]


async def test_a_long_wait_tells_the_first_times_of_being_passed_over_and_counts_the_rest() -> None:
    floor = JournalledFloor(m.queue(wrap_up_ms=0), ready=("ann",))
    for number in range(14):
        floor.call(f"vip{number}", "sales", 9)
    floor.call("c1", "sales", 1)
    for number in range(14):
        floor.give(m.picked_up(f"vip{number}-r1"), after_ms=1_000)
        floor.give(m.hung_up(f"vip{number}"), after_ms=1_000)

    lines = (await told(floor, "c1")).splitlines()

    assert lines[0] == "c1: offered once, passed over 13 times"
    assert sum("passed over after" in line for line in lines) == 10
    assert "  ... passed over 3 times more" in lines
    assert "  vip1 in Sales (sales) stood ahead: priority 9, here priority 1" in lines
