"""The front door: time, wrong inputs, computed ids; what facts ask of the switch; invariants that notice."""

from dataclasses import replace

import pytest

from acd.core import facts
from acd.core.agent_states import AgentState
from acd.core.effects import CancelRing, PlayWaitAnnouncement, ReturnToFlow, RingAgent, effects_of
from acd.core.engine import Engine
from acd.core.facts import Fact, InputRefused
from acd.core.inputs import Input
from acd.core.invariants import broken
from acd.core.state import Tally
from kernel.ids import AgentId, InteractionId, QueueId
from kernel.instants import Instant
from kernel.result_codes import LeaveReason, RefusalCode, ReservationResult
from tests.acd import makers as m
from tests.acd.floor import NOON, Floor


def test_time_never_goes_back() -> None:
    engine = Engine()
    engine.handle(m.queue(), NOON)
    engine.handle(m.arrived("c1"), Instant(NOON + 500))

    (ended,) = engine.handle(m.hung_up("c1"), Instant(NOON - 10_000))

    assert isinstance(ended, facts.InteractionEnded)
    assert ended.lasted_ms == 0


def test_only_time_takes_deadlines() -> None:
    floor = Floor(ready=("ann",))
    floor.call("c1")

    floor.give(m.arrived("c2"), after_ms=60_000)
    assert floor.interaction("c1").phase == "offered"

    floor.give(m.TIME)
    assert floor.interaction("c1").phase == "waiting"


def test_reservations_are_numbered_by_interaction() -> None:
    floor = Floor(ready=("ann", "bob"))
    floor.call("c1")
    floor.give(m.failed("c1-r1", ReservationResult.DECLINED))

    assert list(floor.engine.state.reservations) == ["c1-r2"]


def test_an_interaction_that_has_its_final_record_does_not_come_again() -> None:
    floor = Floor(ready=("ann",))
    floor.call("c1")
    floor.give(m.hung_up("c1"))

    assert floor.give(m.arrived("c1")) == [facts.InputRefused(code=RefusalCode.DUPLICATE_INTERACTION, subject="c1")]
    assert floor.engine.state.interactions == {}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (m.arrived("c1"), RefusalCode.DUPLICATE_INTERACTION),
        (m.enter("c9"), RefusalCode.UNKNOWN_INTERACTION),
        (m.enter("c2", "nowhere"), RefusalCode.UNKNOWN_QUEUE),
        (m.enter("c1", "help"), RefusalCode.WRONG_STATE),
        (m.flow_ended("c1"), RefusalCode.WRONG_STATE),
        (m.flow_ended("c9"), RefusalCode.UNKNOWN_INTERACTION),
        (m.hung_up("c9"), RefusalCode.UNKNOWN_INTERACTION),
        (m.log_in("zoe", "phone-ann"), RefusalCode.UNKNOWN_AGENT),
        (m.log_in("ann", "phone-zoe"), RefusalCode.UNKNOWN_DEVICE),
        (m.log_in("ann", "phone-bob"), RefusalCode.AGENT_BUSY),
        (m.log_in("eve", "phone-ann"), RefusalCode.DEVICE_TAKEN),
        (m.log_out("zoe"), RefusalCode.UNKNOWN_AGENT),
        (m.set_ready("eve"), RefusalCode.NOT_LOGGED_IN),
        (m.set_aux("eve"), RefusalCode.NOT_LOGGED_IN),
        (m.seen("phone-zoe"), RefusalCode.UNKNOWN_DEVICE),
        (m.rang("c1-r9"), RefusalCode.UNKNOWN_RESERVATION),
        (m.picked_up("c1-r9"), RefusalCode.UNKNOWN_RESERVATION),
        (m.failed("c1-r9", ReservationResult.BUSY), RefusalCode.UNKNOWN_RESERVATION),
        (m.left("c1-r9"), RefusalCode.UNKNOWN_RESERVATION),
        (m.held("c1-r9"), RefusalCode.UNKNOWN_RESERVATION),
        (m.rang("c1-r1"), RefusalCode.RESERVATION_OVER),
        (m.failed("c1-r1", ReservationResult.BUSY), RefusalCode.RESERVATION_OVER),
        (m.resumed("c1-r1"), RefusalCode.WRONG_STATE),
        (m.left("c3-r1"), RefusalCode.WRONG_STATE),
        (m.held("c3-r1"), RefusalCode.WRONG_STATE),
        (m.failed("c3-r1", ReservationResult.ANSWERED), RefusalCode.WRONG_STATE),
        (m.remove_queue("nowhere"), RefusalCode.UNKNOWN_QUEUE),
        (m.remove_queue("sales"), RefusalCode.STILL_IN_USE),
        (m.remove_agent("zoe"), RefusalCode.UNKNOWN_AGENT),
        (m.remove_agent("bob"), RefusalCode.STILL_IN_USE),
        (m.remove_device("phone-zoe"), RefusalCode.UNKNOWN_DEVICE),
        (m.remove_device("phone-bob"), RefusalCode.STILL_IN_USE),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else str(value),
)
def test_a_wrong_input_is_refused_and_changes_nothing(given: Input, code: RefusalCode) -> None:
    """On a floor where ann talks with c1, c2 is in the flow, bob rings for c3, and eve is logged out."""
    floor = Floor(m.queue(), m.queue("help"), ready=("ann", "bob"))
    floor.give(m.agent("eve"))
    floor.call("c1")
    floor.give(m.picked_up("c1-r1"))
    floor.give(m.arrived("c2"))
    floor.call("c3")

    (fact,) = floor.give(given)

    assert isinstance(fact, InputRefused)
    assert fact.code is code
    twin = Engine()
    twin.fold([known for known in floor.facts if not isinstance(known, InputRefused)], floor.now)
    assert twin.state == floor.engine.state


@pytest.mark.parametrize(
    "given",
    [
        m.queue(),
        m.agent("ann"),
        m.device("phone-ann"),
        m.seen("phone-ann"),
        m.set_ready("ann"),
        m.log_in("ann", "phone-ann"),
        m.TIME,
    ],
    ids=lambda given: type(given).__name__,
)
def test_what_is_told_again_is_no_news(given: Input) -> None:
    assert Floor(ready=("ann",)).give(given) == []


def test_what_is_not_in_use_can_be_removed() -> None:
    floor = Floor(ready=("ann",))
    floor.give(m.log_out("ann"))

    floor.give(m.remove_queue("sales"))
    floor.give(m.remove_agent("ann"))
    floor.give(m.remove_device("phone-ann"))

    state = floor.engine.state
    assert (state.queues, state.agents, state.devices) == ({}, {}, {})


def test_a_phone_counts_as_unreachable_until_it_is_seen() -> None:
    floor = Floor()
    floor.give(m.agent("ann"))
    floor.give(m.device("p1"))
    floor.give(m.log_in("ann", "p1"))

    assert floor.states("ann") == ["ann unreachable not_reachable"]


def test_a_second_log_in_takes_back_the_log_out_asked_for_in_the_call() -> None:
    floor = Floor(ready=("ann",))
    floor.call("c1")
    floor.give(m.picked_up("c1-r1"))
    floor.give(m.log_out("ann"))
    floor.give(m.log_in("ann", "phone-ann"))
    floor.give(m.hung_up("c1"))
    floor.wait(10_000)

    assert floor.states("ann") == ["ann ready"]


def _lapsed() -> Floor:
    floor = Floor(ready=("ann",))
    floor.call("c1")
    floor.wait(15_000)
    assert floor.states("ann") == ["ann aux rona"]
    return floor


def test_a_late_pick_up_from_a_seat_that_was_left_is_refused() -> None:
    floor = _lapsed()
    floor.give(m.device("p2"))
    floor.give(m.log_in("ann", "p2"))

    (fact,) = floor.give(m.picked_up("c1-r1"))

    assert isinstance(fact, InputRefused)
    assert fact.code is RefusalCode.RESERVATION_OVER


def test_a_late_pick_up_of_an_earlier_stay_in_the_queue_is_refused() -> None:
    floor = _lapsed()
    floor.give(m.queue("help"))
    floor.give(m.enter("c1", "help"))

    (fact,) = floor.give(m.picked_up("c1-r1"))

    assert isinstance(fact, InputRefused)
    assert fact.code is RefusalCode.RESERVATION_OVER


# --- effects -------------------------------------------------------------------------------------------------------


def _effects(all_facts: list[Fact]) -> list[str]:
    return [type(effect).__name__ for fact in all_facts for effect in effects_of(fact)]


def test_a_reservation_asks_for_a_ring_and_its_end_for_silence() -> None:
    floor = Floor(ready=("ann",))
    assert _effects(floor.call("c1")) == [RingAgent.__name__]
    assert _effects(floor.give(m.hung_up("c1"))) == [CancelRing.__name__]


def test_an_answer_asks_for_nothing() -> None:
    floor = Floor(ready=("ann",))
    floor.call("c1")

    assert _effects(floor.give(m.picked_up("c1-r1"))) == []


def test_who_waited_too_long_goes_back_to_the_flow_and_who_was_withdrawn_is_there_already() -> None:
    floor = Floor(m.queue(wait_ms_max=20_000, announcement="please-wait", announcement_every_ms=15_000))
    floor.call("c1")
    told = floor.wait(20_000)
    assert _effects(told) == [PlayWaitAnnouncement.__name__, ReturnToFlow.__name__]

    floor.call("c2")
    withdrawn = floor.give(m.flow_ended("c2"))
    assert [fact.reason for fact in withdrawn if isinstance(fact, facts.InteractionLeftQueue)] == [
        LeaveReason.WITHDRAWN
    ]
    assert _effects(withdrawn) == []


# --- invariants that can fail --------------------------------------------------------------------------------------


def test_the_invariants_notice_a_ready_agent_beside_a_caller() -> None:
    engine = Engine(choose=lambda state, newcomers: None)
    for given in (m.queue(), m.agent("ann"), m.device("p"), m.seen("p"), m.log_in("ann", "p"), m.set_ready("ann")):
        engine.handle(given, NOON)
    engine.handle(m.arrived("c1"), NOON)
    engine.handle(m.enter("c1"), NOON)

    assert broken(engine.state) == ("ann is ready and could take c1",)


def test_the_invariants_notice_what_does_not_fit_together() -> None:
    floor = Floor(ready=("ann", "bob"))
    floor.call("c1")
    state = floor.engine.state
    ann, c1 = state.agents[AgentId("ann")], state.interactions[InteractionId("c1")]

    state.agents[AgentId("ann")] = replace(ann, reservation_id=None)
    assert any("not the reservation of its agent" in line for line in broken(state))
    state.agents[AgentId("ann")] = replace(ann, state=AgentState.READY)
    assert any("profiles' lines" in line for line in broken(state))
    state.agents[AgentId("ann")] = ann

    state.interactions[InteractionId("c1")] = replace(c1, wait=None)
    assert any("queues' lines" in line for line in broken(state))
    state.interactions[InteractionId("c1")] = c1

    state.tallies[QueueId("sales")] = Tally(offered=2)
    assert any("was offered 2" in line for line in broken(state))
