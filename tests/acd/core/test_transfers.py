"""An agent sends a caller on: both orders of events, what is refused, and that nothing stays behind."""

import pytest

from acd.core import facts
from acd.core.inputs import AsideBegan, Input
from acd.core.transfer_words import InteractionTransferred, TransferTo
from kernel.result_codes import Disposition, EndedBy, RefusalCode
from tests.acd import makers as m
from tests.acd.floor import Floor


def talking(*ready: str) -> Floor:
    """ann talks to c1 from the queue sales; there is a queue care too."""
    floor = Floor(m.queue(wrap_up_ms=5_000), m.queue("care", wrap_up_ms=5_000), ready=("ann",))
    floor.call("c1")
    floor.give(m.picked_up("c1-r1"), after_ms=1_000)
    for agent_id in ready:
        floor.seat(agent_id)
        floor.give(m.set_ready(agent_id))
    return floor


def of(kind: type, floor: Floor) -> list[object]:
    return [fact for fact in floor.facts if isinstance(fact, kind)]


@pytest.mark.parametrize("agent_first", [True, False])
def test_whichever_is_told_first_the_agents_end_or_the_transfer_it_comes_to_the_same(agent_first: bool) -> None:
    floor = talking()
    told: list[Input] = [m.left("c1-r1"), m.sent_on("c1", TransferTo.QUEUE, "care")]
    for given in told if agent_first else told[::-1]:
        floor.give(given)

    (released,) = of(facts.InteractionReleased, floor)
    assert isinstance(released, facts.InteractionReleased)
    assert (released.ended_by, released.end_seen) == (EndedBy.AGENT, True)
    (transferred,) = of(InteractionTransferred, floor)
    assert isinstance(transferred, InteractionTransferred)
    assert (transferred.agent_id, transferred.queue_id, transferred.reservation_id) == ("ann", "sales", "c1-r1")
    assert floor.states("ann") == ["ann wrap_up"]
    assert floor.interaction("c1").stay.queue_id == "care"


def test_a_caller_on_hold_is_sent_on_and_the_hold_is_counted() -> None:
    floor = talking("bob")
    floor.give(m.held("c1-r1"), after_ms=2_000)
    floor.give(m.sent_on("c1", TransferTo.AGENT, "bob"), after_ms=3_000)

    (released,) = of(facts.InteractionReleased, floor)
    assert isinstance(released, facts.InteractionReleased)
    assert (released.talk_ms, released.hold_ms) == (2_000, 3_000)
    assert floor.states("ann", "bob") == ["ann wrap_up", "bob reserved"]


def test_nobody_is_offered_a_caller_while_the_switch_serves_by_itself() -> None:
    floor = talking("bob")
    floor.give(AsideBegan())
    floor.give(m.sent_on("c1", TransferTo.AGENT, "bob"))

    assert floor.states("bob") == ["bob ready"]
    assert floor.interaction("c1").stay.queue_id == "sales"


@pytest.mark.parametrize(
    ("to", "target", "code"),
    [
        (TransferTo.QUEUE, "nowhere", RefusalCode.UNKNOWN_QUEUE),
        (TransferTo.AGENT, "nobody", RefusalCode.UNKNOWN_AGENT),
    ],
)
def test_who_is_not_there_is_refused_and_the_caller_goes_back(to: TransferTo, target: str, code: RefusalCode) -> None:
    floor = talking()
    (refused,) = floor.give(m.sent_on("c1", to, target))
    assert isinstance(refused, facts.InputRefused)
    assert refused.code is code
    assert floor.states("ann") == ["ann talking"]

    floor.give(m.left("c1-r1"))
    floor.give(m.returned("c1"))
    floor.give(m.returned("c1"))
    assert len(of(facts.InteractionQueued, floor)) == 2
    assert floor.interaction("c1").stay.queue_id == "sales"


@pytest.mark.parametrize("given", [m.sent_on("c1", TransferTo.QUEUE, "care"), m.returned("c1")])
def test_who_has_had_no_talk_cannot_be_sent_on(given: Input) -> None:
    floor = Floor(m.queue(), m.queue("care"))
    floor.give(m.arrived("c1"))
    (refused,) = floor.give(given)
    assert isinstance(refused, facts.InputRefused)
    assert refused.code is RefusalCode.WRONG_STATE


def test_who_talks_does_not_go_back() -> None:
    floor = talking()
    (refused,) = floor.give(m.returned("c1"))
    assert isinstance(refused, facts.InputRefused)
    assert refused.code is RefusalCode.WRONG_STATE
    assert floor.states("ann") == ["ann talking"]


def test_what_is_not_known_is_refused() -> None:
    floor = talking()
    (refused,) = floor.give(m.sent_on("c9", TransferTo.QUEUE, "care"))
    assert isinstance(refused, facts.InputRefused)
    assert refused.code is RefusalCode.UNKNOWN_INTERACTION


def test_scenario_20_a_thousand_transfers_leave_nothing_behind() -> None:
    floor = talking("bob")
    for turn in range(1_000):
        sender, other = ("ann", "bob") if turn % 2 == 0 else ("bob", "ann")
        floor.give(m.sent_on("c1", TransferTo.AGENT, other), after_ms=100)
        floor.give(m.set_ready(sender))
        floor.give(m.picked_up(f"c1-r{turn + 2}"), after_ms=100)
    floor.give(m.hung_up("c1"))
    floor.wait(10_000)

    state = floor.engine.state
    assert (state.interactions, state.reservations, state.connections) == ({}, {}, {})
    assert floor.states("ann", "bob") == ["ann ready", "bob ready"]
    assert floor.engine.next_deadline() is None
    (ended,) = of(facts.InteractionEnded, floor)
    assert isinstance(ended, facts.InteractionEnded)
    assert ended.disposition is Disposition.ANSWERED
    assert len(of(facts.InteractionReleased, floor)) == 1_001
