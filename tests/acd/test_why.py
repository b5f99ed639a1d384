"""Why: each offer, each time of being passed over and each time nobody was there, with the reasons."""

from acd.core.explanation import Choice, ChoiceKind, Standing
from acd.core.inputs import AsideBegan, AsideEnded
from acd.distributor import FROM_NOTHING, Start
from acd.why import why
from kernel.ids import InteractionId
from kernel.result_codes import ReservationResult
from tests.acd import makers as m
from tests.acd.journalled import JournalledFloor


async def choices(floor: JournalledFloor, interaction_id: str) -> list[Choice]:
    return list((await why(floor.journal, InteractionId(interaction_id), FROM_NOTHING)).choices)


def standings(choice: Choice) -> list[str]:
    """``["1 ann chosen", "- bob unfit: state"]``."""
    return [
        " ".join(
            (
                f"{each.rank or '-'} {each.agent_id} {each.standing}",
                *(f"not {one.name}" for one in each.filters if not one.passed),
                *((f"by {each.lost_by}",) if each.lost_by else ()),
            )
        )
        for each in choice.candidates
    ]


def skilled_floor() -> JournalledFloor:
    floor = JournalledFloor(m.queue("sales", requirements=m.needs(english=3)), m.queue("help"))
    for agent_id, level in (("ann", 4), ("bob", 3), ("cid", 2)):
        floor.give(m.agent(agent_id, english=level))
        floor.seat(agent_id)
    floor.give(m.agent("dan"))
    return floor


async def test_the_longest_idle_is_told_with_those_behind_and_what_the_others_lacked() -> None:
    floor = skilled_floor()
    for agent_id in ("bob", "ann", "cid"):
        floor.give(m.set_ready(agent_id), after_ms=1_000)
    floor.call("c1")

    (choice,) = await choices(floor, "c1")

    assert (choice.kind, choice.agent_id, choice.agent_name) == (ChoiceKind.RESERVED, "bob", "Bob")
    assert standings(choice) == [
        "1 bob chosen",
        "2 ann behind by idle_since",
        "- cid unfit not skill english",
        "- dan unfit not state not skill english",
    ]
    lacking = choice.candidates[2].filters[-1]
    assert (lacking.needed, lacking.found) == ("3", "2")
    assert choice.candidates[3].filters[0].found == "logged_out"


async def test_who_waits_first_is_told_with_those_ahead_whom_the_agent_could_not_take() -> None:
    floor = skilled_floor()
    floor.call("c1", "sales", 9)
    floor.call("c2", "help")
    floor.call("c3", "help")
    floor.give(m.set_ready("cid"), after_ms=5_000)

    nobody, offered = await choices(floor, "c2")

    assert nobody.kind is ChoiceKind.NOBODY
    assert [one.filters[0].found for one in nobody.candidates] == ["aux logged_in"] * 3 + ["logged_out"]
    assert (offered.kind, offered.agent_id, offered.waited_ms) == (ChoiceKind.RESERVED, "cid", 5_000)
    ahead, behind = offered.rivals
    assert (ahead.interaction_id, ahead.ahead, ahead.fits, ahead.decided_by) == ("c1", True, False, "priority")
    assert [each.name for each in ahead.filters if not each.passed] == ["skill english"]
    assert (behind.interaction_id, behind.ahead, behind.decided_by) == ("c3", False, "order_of_entry")
    assert (offered.ahead_count, offered.behind_count) == (1, 1)


async def test_with_ageing_the_rank_is_told_with_what_the_priority_is_worth() -> None:
    floor = JournalledFloor(m.routing(priority_step_ms=60_000), m.queue())
    floor.seat("ann")
    floor.call("old", "sales", 5)
    floor.wait(100_000)
    floor.call("vip", "sales", 7)
    floor.give(m.set_ready("ann"))

    _, offered = await choices(floor, "vip")
    (behind,) = offered.rivals

    assert (behind.interaction_id, behind.ahead, behind.decided_by) == ("old", False, "rank")
    assert offered.key[0].words == "of priority 7, worth 420 s of waiting"
    assert offered.key[0].value == offered.key[1].value - 420_000


async def test_being_passed_over_is_told_whether_another_stood_ahead_or_the_agent_could_not() -> None:
    floor = skilled_floor()
    floor.call("c1", "sales")
    floor.call("vip", "help", 9)
    floor.call("late", "help", 1)
    floor.give(m.set_ready("ann"), after_ms=1_000)
    floor.give(m.set_ready("cid"), after_ms=1_000)
    floor.give(m.set_ready("bob"), after_ms=1_000)

    explanation = await why(floor.journal, InteractionId("c1"), FROM_NOTHING)
    _, by_vip, by_late, offered = explanation.choices

    assert (by_vip.kind, by_vip.agent_id) == (ChoiceKind.PASSED_OVER, "ann")
    assert [(one.interaction_id, one.ahead, one.decided_by) for one in by_vip.rivals] == [("vip", True, "priority")]
    assert by_vip.candidates[0].standing is Standing.BEHIND
    assert (by_late.kind, by_late.agent_id, by_late.rivals[0].ahead) == (ChoiceKind.PASSED_OVER, "cid", False)
    assert standings(by_late) == ["- cid unfit not skill english"]
    assert (offered.kind, offered.agent_id) == (ChoiceKind.RESERVED, "bob")
    assert explanation.passed_over_count == 2


async def test_an_offer_tells_how_it_ended_and_the_next_one_why_it_went_elsewhere() -> None:
    floor = JournalledFloor(ready=("ann", "bob"))
    floor.call("c1")
    floor.wait(20_000)
    floor.give(m.picked_up("c1-r2"))
    floor.give(m.hung_up("c1"), after_ms=60_000)

    lapsed, answered = await choices(floor, "c1")

    assert (lapsed.agent_id, lapsed.result, lapsed.rang_ms) == ("ann", ReservationResult.LAPSED, 15_000)
    assert (answered.agent_id, answered.result) == ("bob", ReservationResult.ANSWERED)
    assert standings(answered) == ["1 bob chosen", "- ann unfit not state"]
    assert answered.candidates[1].filters[0].found == "aux rona"


async def test_nobody_is_told_again_when_an_offer_ends_and_no_other_agent_is_there() -> None:
    floor = JournalledFloor(ready=("ann",))
    floor.call("c1")
    floor.wait(20_000)

    assert [one.kind for one in await choices(floor, "c1")] == [ChoiceKind.RESERVED, ChoiceKind.NOBODY]


async def test_what_the_switch_did_by_itself_is_not_called_a_choice_of_the_rules() -> None:
    floor = JournalledFloor(ready=("ann", "bob"))
    floor.give(AsideBegan())
    floor.call("c1")
    floor.give(m.taken_aside("c1", "phone-bob"), after_ms=3_000)
    floor.give(AsideEnded())

    suspended, brought = await choices(floor, "c1")

    assert suspended.kind is ChoiceKind.SUSPENDED
    assert (brought.kind, brought.agent_id) == (ChoiceKind.BROUGHT, "bob")


async def test_reading_from_a_checkpoint_tells_the_same_and_stops_at_the_interactions_end() -> None:
    floor = JournalledFloor(ready=("ann",))
    start = Start(seq=len(floor.journal.entries), checkpoint=floor.engine.checkpoint())
    floor.call("c1")
    floor.give(m.hung_up("c1"), after_ms=1_000)
    before = await why(floor.journal, InteractionId("c1"), FROM_NOTHING)
    floor.call("c1-again")

    assert await why(floor.journal, InteractionId("c1"), start) == before
    assert len(before.choices) == 1
