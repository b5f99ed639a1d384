"""Limits of reasons not to be ready: so many agents at once, so long; and wrap-up that is an agent's own."""

from dataclasses import replace

from acd.core import facts, inputs
from acd.core.checkpoint import checkpoint_of, state_of
from acd.core.timetable import DeadlineKind
from kernel.ids import AgentId
from kernel.instants import after
from kernel.result_codes import RefusalCode
from tests.acd import makers as m
from tests.acd.floor import Floor

MINUTE = 60 * m.S
FULL = [facts.InputRefused(code=RefusalCode.TOO_MANY_AWAY, subject="meal")]


def floor_with(*reasons: inputs.AuxReasonConfigured) -> Floor:
    return Floor(m.queue(), *reasons, ready=("ann", "bob", "cid"))


def test_one_more_than_may_be_away_is_refused_and_stays_ready() -> None:
    floor = floor_with(m.reason("meal", agents_max=2))
    floor.give(m.set_aux("ann", "meal"))
    floor.give(m.set_aux("bob", "meal"))

    assert floor.give(m.set_aux("cid", "meal")) == FULL
    assert floor.states("cid") == ["cid ready"]

    floor.give(m.set_aux("cid", "prayer"))
    assert floor.states("cid") == ["cid aux prayer"]


def test_a_place_is_free_again_once_somebody_is_back() -> None:
    floor = floor_with(m.reason("meal", agents_max=1))
    floor.give(m.set_aux("ann", "meal"))
    assert floor.give(m.set_aux("bob", "meal")) == FULL

    floor.give(m.set_ready("ann"))
    floor.give(m.set_aux("bob", "meal"))

    assert floor.states("bob") == ["bob aux meal"]


def test_a_break_chosen_during_a_call_takes_its_place_at_once() -> None:
    floor = floor_with(m.reason("meal", agents_max=1))
    floor.call("c1")
    floor.give(m.picked_up("c1-r1"))
    floor.give(m.set_aux("ann", "meal"))

    assert floor.give(m.set_aux("bob", "meal")) == FULL
    # Said again, by the one who has the place.
    assert floor.give(m.set_aux("ann", "meal")) == []


def test_a_supervisor_may_send_one_more_away() -> None:
    floor = floor_with(m.reason("meal", agents_max=1))
    floor.give(m.set_aux("ann", "meal"))

    floor.give(replace(m.set_aux("bob", "meal"), forced=True))

    assert floor.states("bob") == ["bob aux meal"]


def test_who_is_away_too_long_is_told_once_and_stays_away() -> None:
    floor = floor_with(m.reason("meal", ms_max=30 * MINUTE))
    floor.give(m.set_aux("ann", "meal"))
    assert floor.agent("ann").until == after(floor.now, 30 * MINUTE)

    assert floor.wait(30 * MINUTE - 1) == []
    told = floor.wait(1)
    assert told == [facts.AuxOverstayed(agent_id=AgentId("ann"), reason_code="meal")]
    assert floor.wait(60 * MINUTE) == []
    assert floor.states("ann") == ["ann aux meal"]


def test_who_is_back_in_time_is_told_of_no_more() -> None:
    floor = floor_with(m.reason("meal", ms_max=30 * MINUTE))
    floor.give(m.set_aux("ann", "meal"))
    floor.give(m.set_ready("ann"), after_ms=10 * MINUTE)

    assert floor.wait(60 * MINUTE) == []


def test_a_start_in_the_middle_of_a_break_knows_its_end() -> None:
    floor = floor_with(m.reason("meal", agents_max=1, ms_max=30 * MINUTE))
    floor.give(m.set_aux("ann", "meal"))

    again = state_of(checkpoint_of(floor.engine.state, floor.now))

    assert again == floor.engine.state
    assert again.timetable.at(DeadlineKind.AUX_OVERSTAYED, "ann") == floor.agent("ann").until


def test_a_reason_that_is_gone_has_no_limits_and_leaves_those_who_are_away() -> None:
    floor = floor_with(m.reason("meal", agents_max=1))
    floor.give(m.set_aux("ann", "meal"))

    floor.give(inputs.AuxReasonRemoved(reason_code="meal"))
    floor.give(m.set_aux("bob", "meal"))

    assert floor.states("ann", "bob") == ["ann aux meal", "bob aux meal"]
    assert floor.give(inputs.AuxReasonRemoved(reason_code="meal")) == [
        facts.InputRefused(code=RefusalCode.UNKNOWN_REASON, subject="meal")
    ]


def test_a_reason_told_again_is_no_news() -> None:
    floor = floor_with(m.reason("meal", agents_max=1))

    assert floor.give(m.reason("meal", agents_max=1)) == []
    assert floor.give(m.reason("meal", agents_max=2)) != []


def test_an_agents_own_wrap_up_goes_before_the_queues() -> None:
    floor = Floor(m.queue(wrap_up_ms=10 * m.S), ready=("ann",))
    own = replace(floor.agent("ann").settings, wrap_up_ms=25 * m.S)
    floor.give(inputs.AgentConfigured(settings=own))
    floor.call("c1")
    floor.give(m.picked_up("c1-r1"))
    floor.give(m.left("c1-r1"), after_ms=30 * m.S)

    assert floor.agent("ann").until == after(floor.now, 25 * m.S)
