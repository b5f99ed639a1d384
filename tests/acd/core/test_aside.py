"""Served aside: what the switch did by itself while the program was away, told afterwards."""

import pytest

from acd.core import facts
from acd.core.effects import Effect, effects_of_step
from acd.core.facts import Fact
from acd.core.inputs import AsideBegan, AsideEnded, Input
from kernel.result_codes import Disposition, EndedBy, RefusalCode, ReservationResult
from tests.acd import makers as m
from tests.acd.floor import Floor


def away(*setup: str) -> Floor:
    """ann talks to c1, nobody else is there, c2 waits; then the switch begins to serve callers by itself."""
    floor = Floor(m.queue(wrap_up_ms=5_000), ready=("ann", *setup))
    floor.call("c1")
    floor.give(m.picked_up("c1-r1"), after_ms=1_000)
    if not setup:
        floor.call("c2")
    floor.give(AsideBegan(), after_ms=1_000)
    return floor


def of(kind: type, told: list[Fact]) -> list[Fact]:
    return [fact for fact in told if isinstance(fact, kind)]


def test_a_caller_taken_aside_is_answered_at_once_and_nobody_is_rung() -> None:
    floor = away()
    told = floor.give(m.taken_aside("c2", "phone-ann"), after_ms=8_000)

    (answered,) = of(facts.InteractionAnswered, told)
    assert isinstance(answered, facts.InteractionAnswered)
    assert (answered.agent_id, answered.waited_ms, answered.rang_ms) == ("ann", 9_000, 0)
    (released,) = of(facts.InteractionReleased, told)
    assert isinstance(released, facts.InteractionReleased)
    assert (released.interaction_id, released.end_seen) == ("c1", False)
    assert list(effects_of_step(told)) == []
    assert floor.states("ann") == ["ann talking"]


def test_the_talk_ends_with_whoever_hung_up_and_wrap_up_follows() -> None:
    floor = away()
    floor.give(m.taken_aside("c2", "phone-ann"))
    told = floor.give(m.left_aside("c2", EndedBy.AGENT), after_ms=4_000)
    told += floor.give(m.hung_up("c2"))

    (released,) = of(facts.InteractionReleased, told)
    (ended,) = of(facts.InteractionEnded, told)
    assert isinstance(released, facts.InteractionReleased)
    assert isinstance(ended, facts.InteractionEnded)
    assert (released.ended_by, released.talk_ms, released.end_seen) == (EndedBy.AGENT, 4_000, True)
    assert (ended.disposition, ended.ended_by) == (Disposition.ANSWERED, EndedBy.AGENT)
    assert floor.states("ann") == ["ann wrap_up"]


def test_nobody_is_reserved_until_all_is_told_and_then_all_who_may_are() -> None:
    floor = away("bob")
    told = floor.call("c3")
    assert of(facts.AgentReserved, told) == []

    told = floor.give(AsideEnded())

    (reserved,) = of(facts.AgentReserved, told)
    assert isinstance(reserved, facts.AgentReserved)
    assert (reserved.interaction_id, reserved.agent_id) == ("c3", "bob")
    effects: list[Effect] = list(effects_of_step(told))
    assert [type(effect).__name__ for effect in effects] == ["RingAgent"]


def test_offers_to_the_two_are_withdrawn() -> None:
    floor = Floor(ready=("ann", "bob"))
    floor.call("c1")
    floor.call("c2")
    floor.give(AsideBegan())
    told = floor.give(m.taken_aside("c2", "phone-ann"))

    ended = {(fact.reservation_id, fact.result) for fact in told if isinstance(fact, facts.ReservationEnded)}
    cancelled = ReservationResult.CANCELLED
    assert ended == {("c1-r1", cancelled), ("c2-r1", cancelled), ("c2-r2", ReservationResult.ANSWERED)}
    assert floor.states("ann", "bob") == ["ann talking", "bob ready offer_withdrawn"]
    assert floor.interaction("c1").phase == "waiting"


def test_told_twice_it_is_no_news_and_told_of_another_phone_it_is_refused() -> None:
    floor = away()
    floor.seat("bob")
    floor.give(m.taken_aside("c2", "phone-ann"))

    assert floor.give(m.taken_aside("c2", "phone-ann")) == []
    (refused,) = floor.give(m.taken_aside("c2", "phone-bob"))
    assert refused == facts.InputRefused(code=RefusalCode.WRONG_STATE, subject="c2")


def test_a_caller_who_was_taken_by_nobody_knows_whom_was_withdrawn() -> None:
    floor = away()
    floor.give(m.device("phone-x"))
    told = floor.give(m.taken_aside("c2", "phone-x")) + floor.give(m.hung_up("c2"))

    (ended,) = of(facts.InteractionEnded, told)
    assert isinstance(ended, facts.InteractionEnded)
    assert ended.disposition is Disposition.WITHDRAWN


def test_an_agent_who_had_asked_to_log_out_after_the_call_has_done_so() -> None:
    floor = Floor(m.queue(wrap_up_ms=0), ready=("ann",))
    floor.call("c1")
    floor.give(m.picked_up("c1-r1"))
    floor.give(m.log_out("ann"))
    floor.call("c2")
    floor.give(AsideBegan())
    floor.give(m.taken_aside("c2", "phone-ann"))

    assert floor.states("ann") == ["ann logged_out own_wish"]
    assert floor.interaction("c2").left_reason == "withdrawn"


@pytest.mark.parametrize("given", [m.taken_aside("c9", "phone-ann"), m.left_aside("c9")])
def test_what_is_told_of_a_caller_whom_nobody_knows_is_refused(given: Input) -> None:
    (refused,) = away().give(given)
    assert refused == facts.InputRefused(code=RefusalCode.UNKNOWN_INTERACTION, subject="c9")


def test_a_talk_that_never_was_does_not_end() -> None:
    (refused,) = away().give(m.left_aside("c2"))
    assert refused == facts.InputRefused(code=RefusalCode.WRONG_STATE, subject="c2")


def test_a_full_queue_turns_nobody_away_whom_the_switch_has_kept() -> None:
    floor = Floor(m.queue(waiting_max=1))
    floor.call("c1")
    floor.give(AsideBegan())
    told = floor.call("c2")
    assert of(facts.InteractionLeftQueue, told) == []


def test_it_begins_and_ends_once() -> None:
    floor = away()
    assert floor.give(AsideBegan()) == []
    assert of(facts.DistributionResumed, floor.give(AsideEnded())) != []
    assert floor.give(AsideEnded()) == []
