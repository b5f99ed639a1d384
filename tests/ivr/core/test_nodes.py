"""Each kind of node: what it asks for, and by which exit the caller leaves."""

from typing import Any

import pytest

from ivr.core.caller_lists import ListAction
from ivr.core.interpreter import Interpreter, Move
from ivr.core.nodes.kind import UnexpectedAnswer
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
from kernel.ids import CallerListId, HoursId, PromptId, QueueId, SkillId, TrunkId
from kernel.result_codes import Disposition, LeaveReason
from tests.ivr.makers import bye, flow, node, start

SILENCE = KeyPressed(key="")


def walk(
    kind: str, answers: list[Answer], *, exits: str, variables: dict[str, str] | None = None, **settings: Any
) -> Move:
    """One node behind a start that answers nothing; every exit leads to `bye`. The move after all answers."""
    one = node("one", kind, dict.fromkeys(exits.split(), "bye"), **settings)
    interpreter = Interpreter(flow(start("one", answer=False), one, bye()))
    move = interpreter.begin({"language": "id"} | (variables or {}))
    for answer in answers:
        move = interpreter.proceed(move.place, answer)
    return move


def exit_of(move: Move) -> str:
    """The exit by which the node was left."""
    assert move.left[-1].node_id == "one", "still in the node"
    return move.left[-1].exit


def say(*prompts: str, keys: str = "", takes: bool = False, stops: bool = False) -> Step:
    return Say(
        prompts=tuple(map(PromptId, prompts)), language="id", stop_keys=keys, takes_key=takes, stops_at_missing=stops
    )


# --- start -----------------------------------------------------------------------------------------------------------


def test_start_answers_the_call_first() -> None:
    interpreter = Interpreter(flow(start("bye"), bye()))

    move = interpreter.begin({})

    assert move.step == PickUp()
    assert isinstance(interpreter.proceed(move.place, Done()).step, HangUp)


def test_start_may_leave_the_call_unanswered() -> None:
    assert isinstance(Interpreter(flow(start("bye", answer=False), bye())).begin({}).step, HangUp)


# --- play ------------------------------------------------------------------------------------------------------------


def test_play_says_its_prompts_and_goes_on() -> None:
    assert walk("play", [], exits="next", prompts=["welcome", "oops"]).step == say("welcome", "oops")
    assert exit_of(walk("play", [Said()], exits="next", prompts=["welcome"])) == "next"


def test_a_skippable_play_is_ended_by_any_key() -> None:
    assert walk("play", [], exits="next", prompts=["welcome"], skippable=True).step == say("welcome", keys=ALL_KEYS)


@pytest.mark.parametrize(("exits", "expected"), [("next", "next"), ("next error", "error")])
def test_a_missing_prompt_leaves_by_error_if_that_is_joined(exits: str, expected: str) -> None:
    missing = Said(missing=(PromptId("welcome"),))

    assert exit_of(walk("play", [missing], exits=exits, prompts=["welcome"])) == expected


# --- menu ------------------------------------------------------------------------------------------------------------

MENU: dict[str, Any] = {"exits": "key-1 key-star timeout invalid", "prompts": ["welcome"], "keys": "1*", "tries": 2}


def test_a_menu_listens_while_it_speaks() -> None:
    assert walk("menu", [], **MENU).step == say("welcome", keys=ALL_KEYS, takes=True)
    assert exit_of(walk("menu", [Said(key="1")], **MENU)) == "key-1"


def test_a_menu_waits_for_a_key_after_its_prompts() -> None:
    assert walk("menu", [Said()], **MENU).step == AskKey(wait_ms_max=5_000)
    assert exit_of(walk("menu", [Said(), KeyPressed(key="*")], **MENU)) == "key-star"


def test_a_silent_caller_hears_the_menu_again_then_leaves_by_timeout() -> None:
    assert walk("menu", [Said(), SILENCE], **MENU).step == say("welcome", keys=ALL_KEYS, takes=True)
    assert exit_of(walk("menu", [Said(), SILENCE, Said(), SILENCE], **MENU)) == "timeout"


def test_wrong_keys_leave_by_invalid_after_as_many_tries() -> None:
    assert exit_of(walk("menu", [Said(key="9"), Said(key="#")], **MENU)) == "invalid"


def test_a_wrong_key_is_told_before_the_menu_comes_again() -> None:
    told = MENU | {"invalid_prompts": ["oops"]}

    assert walk("menu", [Said(key="9")], **told).step == say("oops", keys=ALL_KEYS, takes=True)
    assert walk("menu", [Said(key="9"), Said()], **told).step == say("welcome", keys=ALL_KEYS, takes=True)
    assert exit_of(walk("menu", [Said(key="9"), Said(key="1")], **told)) == "key-1"


def test_a_menu_without_its_prompt_still_takes_keys() -> None:
    missing = Said(missing=(PromptId("welcome"),))

    assert walk("menu", [missing], **MENU).step == AskKey(wait_ms_max=5_000)
    assert exit_of(walk("menu", [missing], **(MENU | {"exits": "key-1 key-star timeout invalid error"}))) == "error"


# --- collect ---------------------------------------------------------------------------------------------------------

COLLECT: dict[str, Any] = {
    "exits": "done timeout invalid",
    "prompts": ["welcome"],
    "variable": "account",
    "digits_min": 2,
    "digits_max": 4,
    "tries": 2,
}


def keys(pressed: str) -> list[Answer]:
    return [KeyPressed(key=key) for key in pressed]


@pytest.mark.parametrize(
    ("answers", "digits"),
    [
        ([Said(key="1"), *keys("234")], "1234"),
        ([Said(), *keys("12#")], "12"),
        ([Said(), *keys("12"), SILENCE], "12"),
        ([Said(), *keys("99*"), Said(), *keys("55#")], "55"),
    ],
    ids=["all digits", "terminator", "pause", "star starts over"],
)
def test_digits_are_collected_into_the_variable(answers: list[Answer], digits: str) -> None:
    move = walk("collect", answers, **COLLECT)

    assert exit_of(move) == "done"
    assert move.place.variables["account"] == digits


def test_too_few_digits_are_asked_for_again_then_invalid() -> None:
    assert walk("collect", [Said(), *keys("1#")], **COLLECT).step == say("welcome", keys=ALL_KEYS, takes=True)
    assert exit_of(walk("collect", [Said(), *keys("1#"), Said(), *keys("2"), SILENCE], **COLLECT)) == "invalid"


def test_a_caller_who_types_nothing_leaves_by_timeout() -> None:
    move = walk("collect", [Said(), SILENCE, Said(), SILENCE], **COLLECT)

    assert exit_of(move) == "timeout"
    assert "account" not in move.place.variables


# --- set, hours, caller_list -----------------------------------------------------------------------------------------


def test_set_changes_variables_and_the_language() -> None:
    interpreter = Interpreter(
        flow(
            start("set", answer=False),
            node("set", "set", {"next": "play"}, variables={"language": "en", "topic": "tax"}),
            node("play", "play", {"next": "bye"}, prompts=["welcome"]),
            bye(),
        )
    )

    move = interpreter.begin({"language": "id"})

    assert isinstance(move.step, Say)
    assert move.step.language == "en"
    assert move.place.variables == {"language": "en", "topic": "tax"}


@pytest.mark.parametrize(
    ("answer", "exits", "expected"),
    [
        (HoursChecked(is_open=True), "open closed", "open"),
        (HoursChecked(is_open=False), "open closed", "closed"),
        (LookUpFailed(), "open closed", "open"),
        (LookUpFailed(), "open closed error", "error"),
    ],
)
def test_hours_part_open_from_closed(answer: Answer, exits: str, expected: str) -> None:
    assert walk("hours", [], exits=exits, hours="office").step == CheckHours(hours_id=HoursId("office"))
    assert exit_of(walk("hours", [answer], exits=exits, hours="office")) == expected


@pytest.mark.parametrize(
    ("answer", "exits", "expected", "priority"),
    [
        (ListChecked(is_listed=True, priority=9), "listed not_listed", "listed", "9"),
        (ListChecked(is_listed=True, priority=None), "listed not_listed", "listed", None),
        (ListChecked(is_listed=False, priority=None), "listed not_listed", "not_listed", None),
        (LookUpFailed(), "listed not_listed", "not_listed", None),
        (LookUpFailed(), "listed not_listed error", "error", None),
    ],
)
def test_a_priority_list_sets_the_priority(answer: Answer, exits: str, expected: str, priority: str | None) -> None:
    assert walk("caller_list", [], exits=exits, list="vip").step == CheckCallerList(list_id=CallerListId("vip"))
    move = walk("caller_list", [answer], exits=exits, list="vip")
    assert exit_of(move) == expected
    assert move.place.variables.get("priority") == priority


def test_a_list_is_also_asked_by_the_customer_number_that_the_flow_has_learned() -> None:
    step = walk("caller_list", [], exits="not_listed", variables={"customer_id": " k-77 "}, list="vip").step

    assert step == CheckCallerList(list_id=CallerListId("vip"), customer="K-77")


def test_who_is_on_a_list_without_a_way_of_its_own_goes_on_with_its_priority() -> None:
    checked = ListChecked(is_listed=True, priority=1, action=ListAction.LOW_PRIORITY)
    move = walk("caller_list", [checked], exits="not_listed", list="slow")

    assert (exit_of(move), move.place.variables["priority"]) == ("not_listed", "1")


def test_a_refused_caller_hears_why_and_counts_as_blocked_from_the_first_word() -> None:
    checked = ListChecked(is_listed=True, priority=None, action=ListAction.REFUSE)
    answers: list[Answer] = [checked, Done(), Said()]
    steps = [
        walk("caller_list", answers[:count], exits="not_listed", list="blocked", prompts=("welcome",)).step
        for count in (1, 2, 3)
    ]

    assert steps[0] == Conclude(disposition=Disposition.BLOCKED)
    assert steps[1] == say("welcome")
    assert steps[2] == HangUp(cause_code=16, disposition=Disposition.BLOCKED)


@pytest.mark.parametrize(("action", "cause_code"), [(ListAction.BUSY, 17), (ListAction.DROP, 21)])
def test_busy_and_drop_are_told_to_the_network_without_a_word(action: ListAction, cause_code: int) -> None:
    checked = ListChecked(is_listed=True, priority=None, action=action)
    step = walk("caller_list", [checked], exits="listed not_listed", list="blocked").step

    assert step == HangUp(cause_code=cause_code, disposition=Disposition.BLOCKED)


# --- enqueue, transfer_number ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "settings", "priority"),
    [
        ({}, {}, None),
        ({}, {"priority": 4}, 4),
        ({"priority": "9"}, {"priority": 4}, 9),
        ({"rank": "7"}, {"priority_variable": "rank"}, 7),
        ({"priority": "0"}, {"priority": 4}, 4),
        ({"priority": "11"}, {}, None),
        ({"priority": "٩"}, {}, None),
        ({"priority": "9" * 30}, {}, None),
        ({"priority": "nine"}, {}, None),
    ],
)
def test_the_priority_is_the_variables_if_it_is_one(
    variables: dict[str, str], settings: dict[str, Any], priority: int | None
) -> None:
    move = walk("enqueue", [], exits="timeout refused", variables=variables, queue="sales", **settings)

    assert move.step == EnterQueue(queue_id=QueueId("sales"), priority=priority, skills=())


def test_a_queue_may_be_asked_for_more_skills() -> None:
    move = walk("enqueue", [], exits="timeout refused", queue="sales", skills={"english": 3})

    assert isinstance(move.step, EnterQueue)
    assert move.step.skills == ((SkillId("english"), 3),)


@pytest.mark.parametrize(
    ("answer", "exits", "expected"),
    [
        (QueueRefused(), "timeout refused", "refused"),
        (QueueLeft(reason=LeaveReason.TIMEOUT), "timeout refused", "timeout"),
        (QueueLeft(reason=LeaveReason.OVERFLOW), "timeout refused", "timeout"),
        (QueueLeft(reason=LeaveReason.OVERFLOW), "timeout refused overflow", "overflow"),
        (QueueLeft(reason=LeaveReason.CLOSED), "timeout refused closed", "closed"),
        (QueueLeft(reason=LeaveReason.NO_AGENT), "timeout refused no_agent", "no_agent"),
        (QueueLeft(reason=LeaveReason.SYSTEM_FAILURE), "timeout refused", "timeout"),
    ],
)
def test_every_way_out_of_a_queue_has_its_exit(answer: Answer, exits: str, expected: str) -> None:
    assert exit_of(walk("enqueue", [answer], exits=exits, queue="sales")) == expected


@pytest.mark.parametrize(
    ("result", "exits", "expected"),
    [
        (TransferResult.BUSY, "failed busy no_answer", "busy"),
        (TransferResult.NO_ANSWER, "failed busy no_answer", "no_answer"),
        (TransferResult.NO_ANSWER, "failed", "failed"),
        (TransferResult.FAILED, "failed busy no_answer", "failed"),
    ],
)
def test_a_transfer_that_brings_nobody_comes_back(result: TransferResult, exits: str, expected: str) -> None:
    given: dict[str, Any] = {"exits": exits, "number": "+62215252008", "trunk": "carrier", "ring_s": 20}

    assert walk("transfer_number", [], **given).step == Transfer(
        number="+62215252008", trunk_id=TrunkId("carrier"), ring_ms_max=20_000
    )
    assert exit_of(walk("transfer_number", [TransferFailed(result=result)], **given)) == expected


# --- hangup ----------------------------------------------------------------------------------------------------------


def test_hangup_puts_down_the_end_before_it_says_good_bye() -> None:
    given: dict[str, Any] = {"exits": "", "prompts": ["goodbye"], "cause": 17, "disposition": "closed"}

    assert walk("hangup", [], **given).step == Conclude(disposition=Disposition.CLOSED)
    assert walk("hangup", [Done()], **given).step == say("goodbye")
    assert walk("hangup", [Done(), Said()], **given).step == HangUp(cause_code=17, disposition=Disposition.CLOSED)


def test_hangup_without_prompts_lets_go_at_once() -> None:
    move = walk("hangup", [], exits="", cause=21, disposition="blocked")

    assert move.step == HangUp(cause_code=21, disposition=Disposition.BLOCKED)


@pytest.mark.parametrize(
    ("disposition", "expected"), [("flow_ended", Disposition.TIMEOUT), ("closed", Disposition.CLOSED)]
)
def test_a_caller_given_back_by_a_queue_counts_as_what_the_queue_said(disposition: str, expected: Disposition) -> None:
    interpreter = Interpreter(
        flow(
            start("wait", answer=False),
            node("wait", "enqueue", {"timeout": "bye", "refused": "bye"}, queue="sales"),
            bye(disposition=disposition),
        )
    )

    move = interpreter.proceed(interpreter.begin({}).place, QueueLeft(reason=LeaveReason.TIMEOUT))

    assert move.step == HangUp(cause_code=16, disposition=expected)


# --- what a session must not do ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "exits", "settings"),
    [
        ("play", "next", {"prompts": ["welcome"]}),
        ("menu", "key-1 timeout invalid", {"prompts": ["welcome"], "keys": "1"}),
        ("collect", "done timeout invalid", {"prompts": ["welcome"], "variable": "a", "digits_max": 3}),
        ("hours", "open closed", {"hours": "office"}),
        ("caller_list", "listed not_listed", {"list": "vip"}),
        ("enqueue", "timeout refused", {"queue": "sales"}),
        ("transfer_number", "failed", {"number": "112", "trunk": "carrier"}),
        ("hangup", "", {}),
    ],
)
def test_an_answer_that_does_not_belong_is_refused(kind: str, exits: str, settings: dict[str, Any]) -> None:
    wrong = HoursChecked(is_open=True) if kind != "hours" else Said()

    with pytest.raises(UnexpectedAnswer):
        walk(kind, [wrong], exits=exits, **settings)


# --- callback ----------------------------------------------------------------------------------------------------------

CALLBACK: dict[str, Any] = {"queue": "sales", "prompts": ["welcome"], "confirm_prompts": ["oops"], "hours": "office"}
CALLBACK_EXITS = "booked declined no_number"
MINE = OwnNumber(number="0812")


def test_the_number_is_said_digit_by_digit_before_it_is_confirmed() -> None:
    move = walk("callback", [], exits=CALLBACK_EXITS, **CALLBACK)
    assert move.step == FindOwnNumber()
    move = walk("callback", [MINE], exits=CALLBACK_EXITS, **CALLBACK)

    digits = ("digit-0", "digit-8", "digit-1", "digit-2")
    assert move.step == say("welcome", *digits, "oops", keys=ALL_KEYS, takes=True)


def test_the_key_books_as_it_was_promised() -> None:
    ways: tuple[list[Answer], ...] = ([MINE, Said(key="1")], [MINE, Said(), KeyPressed(key="1")])
    for answers in ways:
        move = walk("callback", answers, exits=CALLBACK_EXITS, expires_min=30, tries=2, retry_min=7, **CALLBACK)

        assert move.step == BookCallback(
            queue_id=QueueId("sales"),
            expires_ms=30 * 60_000,
            hours_id=HoursId("office"),
            tries_max=2,
            retry_ms=7 * 60_000,
        )


@pytest.mark.parametrize(
    ("answers", "left_by"),
    [
        ([OwnNumber(number="")], "no_number"),
        ([MINE, Said(key="2")], "declined"),
        ([MINE, Said(), SILENCE], "declined"),
        ([MINE, Said(key="1"), CallbackAnswered(is_booked=True)], "booked"),
        ([MINE, Said(key="1"), CallbackAnswered(is_booked=False)], "declined"),
    ],
)
def test_a_callback_is_left_by_what_became_of_it(answers: list[Answer], left_by: str) -> None:
    assert exit_of(walk("callback", answers, exits=CALLBACK_EXITS, **CALLBACK)) == left_by
