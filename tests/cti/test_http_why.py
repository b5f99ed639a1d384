"""Over REST: why an interaction was offered to whom it was."""

from acd.core.explanation import Explanation
from acd.distributor import FROM_NOTHING
from acd.why import why
from kernel.ids import InteractionId
from tests.acd.journalled import JournalledFloor
from tests.cti.asking import get
from tests.cti.conftest import Floor, Serve


async def explained() -> Explanation:
    played = JournalledFloor(ready=("ann", "bob"))
    played.call("c1-1")
    played.wait(20_000)
    return await why(played.journal, InteractionId("c1-1"), FROM_NOTHING)


async def test_every_choice_is_told_with_candidates_keys_and_reasons(floor: Floor, serve: Serve) -> None:
    floor.explainer.explanations[InteractionId("c1-1")] = await explained()

    status, told = await get(await serve(floor), "/interactions/c1-1/why", "wall")

    assert status == 200
    lapsed, again = told["choices"]
    assert (lapsed["kind"], lapsed["agent_name"], lapsed["result"], lapsed["rang_s"]) == (
        "reserved",
        "Ann",
        "lapsed",
        15.0,
    )
    assert (again["agent_id"], again["result"], again["waited_s"]) == ("bob", None, 15.0)
    unfit = again["candidates"][1]
    assert (unfit["agent_id"], unfit["standing"], unfit["rank"]) == ("ann", "unfit", None)
    assert unfit["filters"][0] == {"name": "state", "passed": False, "needed": "ready", "found": "aux rona"}
    assert lapsed["candidates"][1]["lost_by"] == "id"
    assert lapsed["candidates"][0]["key"] == [
        {"name": "level", "measure": "rank", "value": 1, "words": ""},
        {"name": "idle_since", "measure": "instant", "value": "2027-01-15T08:00:00.000Z", "words": ""},
    ]


async def test_an_interaction_that_the_journal_does_not_know_is_not_found(floor: Floor, serve: Serve) -> None:
    status, problem = await get(await serve(floor), "/interactions/c9/why")

    assert (status, problem["code"]) == (404, "unknown_interaction")


async def test_who_asks_when_no_explanation_can_be_had_is_told_to_come_again(floor: Floor, serve: Serve) -> None:
    floor.explainer.busy = True

    status, problem = await get(await serve(floor), "/interactions/c1-1/why")

    assert (status, problem["code"]) == (503, "busy")
