"""The interpreter between nodes: visits, places that outlive the program, flows that cannot be used."""

import pytest

from ivr.core.flow import Flow
from ivr.core.interpreter import VISITS_TOTAL_MAX, ExitTaken, FlowUnusable, Interpreter, Place
from ivr.core.steps import EnterQueue, HangUp, QueueLeft, Said
from kernel.ids import NodeId
from kernel.result_codes import Disposition, LeaveReason
from tests.ivr.makers import bye, flow, node, start

ROUND = flow(
    start("wait", answer=False),
    node("wait", "enqueue", {"timeout": "again", "refused": "bye", "too_often": "bye"}, queue="sales", visits_max=2),
    node("again", "play", {"next": "wait"}, prompts=["welcome"]),
    bye(),
)
TIMEOUT = QueueLeft(reason=LeaveReason.TIMEOUT)


def test_a_move_tells_every_node_left_on_the_way() -> None:
    chain = Interpreter(
        flow(
            start("a", answer=False),
            node("a", "set", {"next": "b"}, variables={"x": "1"}),
            node("b", "set", {"next": "bye"}, variables={"y": "2"}),
            bye(),
        )
    )

    left = chain.begin({}).left

    assert left == (
        ExitTaken(node_id=NodeId("start"), kind="start", exit="next"),
        ExitTaken(node_id=NodeId("a"), kind="set", exit="next"),
        ExitTaken(node_id=NodeId("b"), kind="set", exit="next"),
    )


def test_one_visit_too_many_leaves_by_too_often() -> None:
    interpreter = Interpreter(ROUND)
    move = interpreter.begin({})
    move = interpreter.proceed(interpreter.proceed(move.place, TIMEOUT).place, Said())
    assert isinstance(move.step, EnterQueue)

    move = interpreter.proceed(interpreter.proceed(move.place, TIMEOUT).place, Said())

    assert move.left[-1].exit == "too_often"
    assert isinstance(move.step, HangUp)


def test_visits_count_on_after_a_restart() -> None:
    """The place of a caller who waits is all that another run of the program has."""
    kept = Place(node_id=NodeId("wait"), visits={NodeId("start"): 1, NodeId("wait"): 2})

    again = Interpreter(ROUND).proceed(kept, TIMEOUT)
    move = Interpreter(ROUND).proceed(again.place, Said())

    assert move.left[-1].exit == "too_often"


def test_a_caller_who_presses_for_ever_is_let_go() -> None:
    menu = node("menu", "menu", {"key-1": "menu", "timeout": "bye", "invalid": "bye"}, prompts=["welcome"], keys="1")
    interpreter = Interpreter(flow(start("menu", answer=False), menu, bye()))
    move = interpreter.begin({})

    for _ in range(VISITS_TOTAL_MAX):
        if isinstance(move.step, HangUp):
            break
        move = interpreter.proceed(move.place, Said(key="1"))

    assert move.step == HangUp(cause_code=16, disposition=Disposition.FLOW_ENDED)


def test_a_circle_that_validation_would_refuse_still_ends() -> None:
    circle = flow(
        start("a", answer=False),
        node("a", "set", {"next": "b"}, variables={"x": "1"}),
        node("b", "set", {"next": "a"}, variables={"x": "2"}),
    )

    assert isinstance(Interpreter(circle).begin({}).step, HangUp)


@pytest.mark.parametrize(
    "broken",
    [
        flow(bye(), start="start"),
        flow(start("bye"), node("bye", "goodbye")),
        flow(start("bye"), node("bye", "hangup", cause=0)),
    ],
    ids=["no start", "unknown kind", "bad setting"],
)
def test_a_flow_that_cannot_be_read_is_refused_before_any_caller(broken: Flow) -> None:
    with pytest.raises(FlowUnusable):
        Interpreter(broken)


def test_a_place_that_is_gone_from_the_flow_is_told() -> None:
    with pytest.raises(FlowUnusable):
        Interpreter(ROUND).proceed(Place(node_id=NodeId("gone")), TIMEOUT)


def test_an_exit_that_leads_nowhere_is_told() -> None:
    with pytest.raises(FlowUnusable):
        Interpreter(flow(node("start", "start", answer=False))).begin({})
