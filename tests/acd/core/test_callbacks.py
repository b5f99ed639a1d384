"""Callbacks: the place is kept, nobody is blamed, and every one comes to an end."""

import pytest

from acd.core.callback_words import CallbackDialled
from acd.core.effects import DialCustomer, EndCustomerLeg, RingAgent, effects_of_step
from acd.core.facts import InputRefused, InteractionEnded, InteractionQueued
from acd.ports import AgentLegPhase, CallerPlace
from acd.recovery import differences
from kernel.instants import Instant
from kernel.result_codes import Disposition, RefusalCode
from tests.acd import makers as m
from tests.acd.floor import NOON, Floor
from tests.acd.test_recovery import picture

S = m.S
LATE = NOON + 3_600 * S


def booked(*, queue_id: str = "sales", tries_max: int = 3, priority: int | None = None) -> Floor:
    """c1 waited in sales, left by the key, and booked a callback; c2 waits. Ann is in aux."""
    floor = Floor(m.queue(exit_key="1", wait_ms_max=600 * S), m.queue("help"))
    floor.seat("ann")
    floor.call("c1", priority=priority)
    floor.wait(S)
    floor.call("c2")
    floor.give(m.pressed("c1", "1"), after_ms=S)
    floor.give(m.book_callback("c1", queue_id, expires_at=LATE, tries_max=tries_max), after_ms=S)
    return floor


def test_until_they_have_hung_up_nobody_is_called() -> None:
    floor = booked()
    floor.give(m.flow_ended("c1"), after_ms=S)
    floor.give(m.hung_up("c2"))
    floor.give(m.set_ready("ann"))

    assert not any(isinstance(fact, CallbackDialled) for fact in floor.facts)
    seen = floor.give(m.hung_up("c1"), after_ms=S)
    assert any(isinstance(fact, CallbackDialled) for fact in seen)


def test_the_old_place_and_priority_are_kept_and_no_longest_wait_ends_it() -> None:
    floor = booked(priority=7)
    (queued,) = [fact for fact in floor.give(m.hung_up("c1")) if isinstance(fact, InteractionQueued)]

    assert (queued.position, queued.priority, queued.ranked_at) == (1, 7, NOON)
    ended = [fact for fact in floor.wait(700 * S) if isinstance(fact, InteractionEnded)]
    assert ended == []
    assert floor.interaction("c1").wait is not None


def test_in_another_queue_the_wait_begins_anew() -> None:
    floor = booked(queue_id="help")
    (queued,) = [fact for fact in floor.give(m.hung_up("c1")) if isinstance(fact, InteractionQueued)]

    assert (queued.queue_id, queued.position, queued.ranked_at) == ("help", 1, None)


@pytest.mark.parametrize(
    ("queue_id", "expires_at", "code"),
    [
        ("nowhere", LATE, RefusalCode.UNKNOWN_QUEUE),
        ("sales", NOON, RefusalCode.WRONG_STATE),
    ],
)
def test_what_cannot_be_kept_is_not_promised(queue_id: str, expires_at: int, code: RefusalCode) -> None:
    floor = Floor()
    floor.give(m.arrived("c1"))

    assert floor.give(m.book_callback("c1", queue_id, expires_at=expires_at)) == [
        InputRefused(code=code, subject=queue_id if code is RefusalCode.UNKNOWN_QUEUE else "c1")
    ]


def test_who_waits_cannot_book_and_who_was_not_called_cannot_be_reached() -> None:
    floor = booked()

    for given in (m.book_callback("c2", expires_at=LATE), m.reached("c1"), m.reached("c2")):
        assert [fact.code for fact in floor.give(given) if isinstance(fact, InputRefused)] == [RefusalCode.WRONG_STATE]


def test_the_customer_is_dialled_first_and_the_phone_rings_when_they_have_answered() -> None:
    floor = booked()
    floor.give(m.hung_up("c1"))

    (dial,) = effects_of_step(floor.give(m.set_ready("ann")))
    assert isinstance(dial, DialCustomer)
    (ring,) = effects_of_step(floor.give(m.reached("c1"), after_ms=8 * S))
    assert isinstance(ring, RingAgent)
    assert (ring.agent_id, ring.until) == ("ann", floor.now + 15 * S)
    assert floor.give(m.reached("c1")) == []
    assert floor.states("ann") == ["ann reserved"]


def test_a_customer_who_does_not_answer_is_let_go_of_and_costs_the_agent_nothing() -> None:
    floor = booked()
    floor.give(m.hung_up("c1"))
    floor.give(m.hung_up("c2"))
    floor.give(m.set_ready("ann"))

    effects = list(effects_of_step(floor.wait(45 * S)))

    assert any(isinstance(effect, EndCustomerLeg) for effect in effects)
    assert floor.states("ann") == ["ann ready offer_withdrawn"]
    assert floor.give(m.hung_up("c1")) == [], "the end of that leg is told late, and changes nothing"


def test_after_the_last_attempt_it_is_over() -> None:
    floor = booked(tries_max=1)
    floor.give(m.hung_up("c1"))
    floor.give(m.set_ready("ann"))
    (ended,) = [fact for fact in floor.give(m.hung_up("c1")) if isinstance(fact, InteractionEnded)]

    assert ended.disposition is Disposition.CALLBACK


def test_an_answered_callback_is_answered_and_teaches_no_waits() -> None:
    floor = booked()
    floor.give(m.hung_up("c1"))
    floor.give(m.set_ready("ann"), after_ms=30 * S)
    floor.give(m.reached("c1"))
    floor.give(m.picked_up("c1-r1"), after_ms=S)
    floor.give(m.left("c1-r1"), after_ms=S)
    (ended,) = [fact for fact in floor.give(m.hung_up("c1")) if isinstance(fact, InteractionEnded)]

    assert ended.disposition is Disposition.ANSWERED
    assert floor.engine.state.wait_samples == {}


def test_a_look_misses_no_leg_of_who_waits_without_one() -> None:
    floor = booked()
    floor.give(m.hung_up("c1"))

    assert differences(floor.engine.state, picture(c2=CallerPlace.WAITING)) == ()
    floor.give(m.set_ready("ann"))
    rung = picture(c2=CallerPlace.WAITING, c1=CallerPlace.FLOW, begun_at=Instant(floor.now + 9 * S))
    assert differences(floor.engine.state, rung) == (), "the agent's phone does not ring yet"


def test_a_look_tells_what_no_event_told_of_a_call_back() -> None:
    floor = booked()
    floor.give(m.hung_up("c1"))
    floor.give(m.set_ready("ann"))

    soon = picture(c2=CallerPlace.WAITING, begun_at=Instant(floor.now + S // 2))
    assert differences(floor.engine.state, soon) == (), "the leg may be on its way"
    later = picture(c2=CallerPlace.WAITING, begun_at=Instant(floor.now + 9 * S))
    assert [type(given).__name__ for given in differences(floor.engine.state, later)] == ["CallerHungUp"]
    there = picture(c2=CallerPlace.WAITING, c1=CallerPlace.WAITING, begun_at=Instant(floor.now + 9 * S))
    assert differences(floor.engine.state, there) == (m.reached("c1"),)


def test_a_pick_up_that_was_told_first_counts_as_reached() -> None:
    floor = booked()
    floor.give(m.hung_up("c1"))
    floor.give(m.set_ready("ann"))
    joined = picture(
        c1=CallerPlace.JOINED, c2=CallerPlace.WAITING, agent_legs={"c1-r1": AgentLegPhase.JOINED}, begun_at=floor.now
    )
    for given in differences(floor.engine.state, joined):
        floor.give(given)

    assert floor.states("ann") == ["ann talking"]
    assert floor.give(m.reached("c1")) == []
