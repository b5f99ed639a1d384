"""Whatever flow validation lets pass and whatever its callers do: every conversation ends, and soon."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ivr.core.caller_lists import ListAction
from ivr.core.flow import Flow
from ivr.core.flow_json import canonical_text, flow_from_json, flow_to_json
from ivr.core.interpreter import VISITS_TOTAL_MAX, Interpreter, Move
from ivr.core.steps import (
    ALL_KEYS,
    Answer,
    AskKey,
    BookCallback,
    CallbackAnswered,
    CheckCallerList,
    CheckHours,
    Conclude,
    Done,
    EnterQueue,
    FindOwnNumber,
    HangUp,
    HoursChecked,
    KeyPressed,
    ListChecked,
    LookUpFailed,
    OwnNumber,
    PickUp,
    QueueLeft,
    QueueRefused,
    Said,
    Say,
    Step,
    Transfer,
    TransferFailed,
    TransferResult,
)
from ivr.core.validate import problems_of
from kernel.ids import PromptId
from kernel.result_codes import LeaveReason
from tests.ivr.makers import KNOWN, flow, node

EXITS = {
    "start": ["next"],
    "play": ["next"],
    "menu": ["key-1", "key-2", "timeout", "invalid"],
    "collect": ["done", "timeout", "invalid"],
    "set": ["next"],
    "hours": ["open", "closed"],
    "caller_list": ["listed", "not_listed"],
    "enqueue": ["timeout", "refused"],
    "callback": ["booked", "declined", "no_number"],
    "transfer_number": ["failed"],
    "hangup": [],
}
SETTINGS: dict[str, dict[str, Any]] = {
    "start": {},
    "play": {"prompts": ("welcome",)},
    "menu": {"prompts": ("welcome",), "keys": "12", "invalid_prompts": ("oops",), "tries": 2},
    "collect": {"prompts": ("welcome",), "variable": "account", "digits_max": 3, "tries": 2},
    "set": {"variables": {"topic": "tax"}},
    "hours": {"hours": "office"},
    "caller_list": {"list": "vip"},
    "enqueue": {"queue": "sales"},
    "callback": {"queue": "sales", "prompts": ("welcome",), "confirm_prompts": ("oops",)},
    "transfer_number": {"number": "112", "trunk": "carrier"},
    "hangup": {"prompts": ("goodbye",)},
}
INNER = sorted(set(EXITS) - {"start", "hangup"})
STEPS_A_VISIT_MAX = 20
"""More than any node above asks for in one visit: the menu speaks and asks twice, collect takes six keys."""


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Flows of up to seven nodes, joined at random, some with limits, some with error exits."""
    kinds = [*draw(st.lists(st.sampled_from(INNER), min_size=1, max_size=5)), "hangup"]
    names = [f"n{index}" for index in range(len(kinds))]
    # Mostly onward, now and then back: of wholly random joints nearly all are circles.
    nodes = [node("start", "start", {"next": "n0"}, answer=draw(st.booleans()))]
    for index, kind in enumerate(kinds):
        limits: dict[str, Any] = {}
        exits = list(EXITS[kind])
        if kind in ("play", "menu") and draw(st.booleans()):
            exits.append("error")
        if kind != "hangup" and draw(st.booleans()):
            limits = {"visits_max": draw(st.integers(1, 3))}
            exits.append("too_often")
        back = st.sampled_from(names[: index + 1])
        onward = st.sampled_from(names[index + 1 :]) if index + 1 < len(names) else back
        targets = {one: draw(st.one_of(onward, onward, back)) for one in exits}
        nodes.append(node(names[index], kind, targets, **SETTINGS[kind], **limits))
    return flow(*nodes)


def pruned(given_flow: Flow) -> Flow:
    """Without the nodes that no way leads to."""
    lost = {one.node for one in problems_of(given_flow, KNOWN) if one.code == "unreachable"}
    return flow(*(one for one in given_flow.nodes if one.id not in lost))


KEYS = st.sampled_from(ALL_KEYS)
MISSING = (PromptId("welcome"),)


def answers_of_callbacks(step: FindOwnNumber | BookCallback) -> st.SearchStrategy[Answer | None]:
    if isinstance(step, FindOwnNumber):
        return st.builds(OwnNumber, number=st.sampled_from(["", "0812"]))
    return st.builds(CallbackAnswered, is_booked=st.booleans())


def answers(step: Step, presses: bool) -> st.SearchStrategy[Answer | None]:
    """What may come back from a step; None when nothing ever does."""
    key = st.one_of(st.just(""), KEYS) if presses else st.just("")
    match step:
        case PickUp() | Conclude():
            return st.just(Done())
        case Say(stop_keys=stop_keys):
            keys = key if stop_keys else st.just("")
            return st.builds(Said, key=keys, missing=st.sampled_from([(), MISSING]))
        case AskKey():
            return st.builds(KeyPressed, key=key)
        case CheckHours():
            return st.one_of(st.builds(HoursChecked, is_open=st.booleans()), st.just(LookUpFailed()))
        case CheckCallerList():
            listed = st.builds(
                ListChecked,
                is_listed=st.booleans(),
                priority=st.sampled_from([None, 9]),
                action=st.sampled_from(ListAction),
            )
            return st.one_of(listed, st.just(LookUpFailed()))
        case FindOwnNumber() | BookCallback():
            return answers_of_callbacks(step)
        case EnterQueue():
            return st.one_of(st.builds(QueueLeft, reason=st.sampled_from(LeaveReason)), st.just(QueueRefused()))
        case Transfer():
            return st.builds(TransferFailed, result=st.sampled_from(TransferResult))
        case HangUp():
            return st.just(None)


def lead(data: st.DataObject, interpreter: Interpreter, *, presses: bool, steps_max: int) -> Move:
    """A whole conversation; fails when it does not end within so many steps."""
    move = interpreter.begin({"language": "id"})
    for _ in range(steps_max):
        answer = data.draw(answers(move.step, presses))
        if answer is None:
            return move
        move = interpreter.proceed(move.place, answer)
    raise AssertionError("the conversation does not end")


@pytest.mark.slow  # hundreds of flows are drawn
@settings(max_examples=200, deadline=None)
@given(flows(), st.data())
def test_a_caller_who_presses_nothing_always_comes_to_an_end(drawn: Flow, data: st.DataObject) -> None:
    """Each circle is limited to at most three visits of some node in it, so the ends are near."""
    valid = pruned(drawn)
    assume(not problems_of(valid, KNOWN))

    move = lead(data, Interpreter(valid), presses=False, steps_max=1_000)

    # The limit for all nodes together is for endless key pressing: silence must never need it.
    assert sum(move.place.visits.values()) < VISITS_TOTAL_MAX
    assert move.place.node_id in {one.id for one in valid.nodes if one.kind in ("hangup", "caller_list")}


@pytest.mark.slow  # hundreds of flows are drawn
@settings(max_examples=100, deadline=None)
@given(flows(), st.data())
def test_a_caller_who_presses_anything_always_comes_to_an_end(drawn: Flow, data: st.DataObject) -> None:
    valid = pruned(drawn)
    assume(not problems_of(valid, KNOWN))

    move = lead(data, Interpreter(valid), presses=True, steps_max=(VISITS_TOTAL_MAX + 1) * STEPS_A_VISIT_MAX)

    assert isinstance(move.step, HangUp)


@pytest.mark.slow  # hundreds of flows are drawn
@settings(max_examples=100, deadline=None)
@given(flows())
def test_a_flow_is_the_same_after_it_was_written_and_read(drawn: Flow) -> None:
    again = flow_from_json(flow_to_json(drawn))

    assert canonical_text(again) == canonical_text(drawn)
    assert problems_of(again, KNOWN) == problems_of(drawn, KNOWN)
