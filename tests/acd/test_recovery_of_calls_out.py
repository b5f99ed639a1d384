"""Calls that agents make, found in the switch after a restart or a gap in the events."""

from acd.core.inputs import CallerHungUp, Input
from acd.core.outbound_words import CallOutPickedUp
from acd.ports import CallerPlace, CallerSeen, SwitchPicture
from acd.recovery import differences
from kernel.ids import Did, InteractionId, TrunkId
from tests.acd import makers as m
from tests.acd.floor import Floor

CALL = InteractionId("c1")
PICKED_UP = CallOutPickedUp(interaction_id=CALL)


def calling_floor(*, answered: bool) -> Floor:
    floor = Floor(ready=("ann",))
    floor.give(m.call_out(CALL))
    if answered:
        floor.give(PICKED_UP)
    floor.wait(1_000)
    return floor


def found(floor: Floor, place: CallerPlace | None, call: InteractionId = CALL) -> tuple[Input, ...]:
    """What follows from a look that finds the agent's leg there, or nowhere."""
    seen = {} if place is None else {call: _leg(place)}
    picture = SwitchPicture(callers=seen, agent_legs={}, devices={}, begun_at=floor.now)
    return differences(floor.engine.state, picture)


def _leg(place: CallerPlace) -> CallerSeen:
    return CallerSeen(leg_id="1.1", did=Did(""), trunk_id=TrunkId("first"), place=place)


def test_a_call_that_is_where_it_was_is_left_alone() -> None:
    assert found(calling_floor(answered=False), CallerPlace.CALLS_OUT) == ()
    assert found(calling_floor(answered=True), CallerPlace.TALKS_OUT) == ()


def test_one_that_was_answered_meanwhile_is_told() -> None:
    assert found(calling_floor(answered=False), CallerPlace.TALKS_OUT) == (PICKED_UP,)


def test_one_that_is_gone_ended_while_nobody_saw_it() -> None:
    for answered in (False, True):
        floor = calling_floor(answered=answered)
        (gone,) = found(floor, None)
        assert gone == CallerHungUp(interaction_id=CALL, cause_code=0, seen=False)
        floor.give(gone)
        assert floor.engine.state.interactions == {}


def test_one_that_the_engine_has_forgotten_is_not_taken_for_a_caller() -> None:
    floor = Floor(ready=("ann",))
    assert found(floor, CallerPlace.CALLS_OUT, InteractionId("c9")) == ()
    assert found(floor, CallerPlace.TALKS_OUT, InteractionId("c9")) == ()
