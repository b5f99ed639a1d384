"""Actions: what may be written to Asterisk, and what is refused before a byte is."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.ami.actions import (
    LINE_BYTES_MAX,
    Action,
    caller_id,
    hang_up,
    originate,
    set_variable,
    variable_line,
)
from telephony.line_values import UnsafeValue

ONE_LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=60)


def split_as_asterisk(header: str) -> list[str]:
    """What `AST_STANDARD_APP_ARGS` of Asterisk 22 makes of a Variable header."""
    parts, part, parens, brackets, in_quotes = [], "", 0, 0, False
    letters = iter(header)
    for letter in letters:
        if letter == "\\":
            part += next(letters, "")
        elif letter == '"':
            in_quotes = not in_quotes
        elif letter == "," and not (parens or brackets or in_quotes):
            parts.append(part)
            part = ""
        else:
            parens = max(0, parens + (letter == "(") - (letter == ")"))
            brackets = max(0, brackets + (letter == "[") - (letter == "]"))
            part += letter
    return [*parts, part]


@given(value=ONE_LINE)
def test_a_variable_arrives_as_one_variable_with_exactly_its_value(value: str) -> None:
    assert split_as_asterisk(variable_line("CALLER_NAME", value)) == [f"CALLER_NAME={value}"]


@pytest.mark.parametrize("name", ["PJSIP_HEADER(add,Alert-Info)", "__INHERITED", "CALLERID(name)"])
def test_a_function_can_be_set_like_a_variable(name: str) -> None:
    assert split_as_asterisk(variable_line(name, "a,b=1")) == [f"{name}=a,b=1"]


@pytest.mark.parametrize("name", ["", "A=B"])
def test_a_variable_needs_a_name(name: str) -> None:
    with pytest.raises(UnsafeValue):
        variable_line(name, "x")


@given(before=ONE_LINE, breaker=st.sampled_from(["\r", "\n", "\0", "\r\n\r\nAction: Originate"]), after=ONE_LINE)
def test_a_value_can_never_start_a_line(before: str, breaker: str, after: str) -> None:
    hostile = before + breaker + after
    makers: list[Callable[[], Action]] = [
        lambda: set_variable(channel="c", name="NAME", value=hostile),
        lambda: set_variable(channel=hostile, name="NAME", value="v"),
        lambda: hang_up(channel=hostile),
        lambda: Action(name=hostile),
        lambda: Action(name="UserEvent", fields={"Header": ["fine", hostile]}),
        lambda: Action(name="UserEvent", fields={hostile: "value"}),
    ]
    for make in makers:
        with pytest.raises(UnsafeValue):
            make()


@pytest.mark.parametrize("key", ["", "Two Words", "Colon:", "Ünï", "ActionID", "action", "x" * 65])
def test_a_header_name_is_plain(key: str) -> None:
    with pytest.raises(UnsafeValue):
        Action(name="UserEvent", fields={key: "value"})


def test_a_header_in_two_spellings_is_refused_for_one_of_them_would_be_lost() -> None:
    with pytest.raises(UnsafeValue):
        Action(name="UserEvent", fields={"Header": "1", "header": "2"})


def test_an_action_cannot_be_changed_after_it_was_checked() -> None:
    values = ["A=1"]
    fields: dict[str, str | list[str]] = {"Variable": values}
    action = Action(name="Originate", fields=fields)
    values.append("B=2\r\nAction: Hangup")
    fields["Channel"] = "x\r\n"

    assert action.lines() == [("Variable", "A=1")]


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(UnsafeValue):
        set_variable(channel="c", name="NAME", value="\udc80")


def test_a_line_longer_than_asterisk_reads_is_refused() -> None:
    room = LINE_BYTES_MAX - len("Value: ")
    set_variable(channel="c", name="NAME", value="x" * room)
    with pytest.raises(UnsafeValue):
        set_variable(channel="c", name="NAME", value="x" * (room + 1))
    with pytest.raises(UnsafeValue):
        set_variable(channel="c", name="NAME", value="é" * (room // 2 + 1))


def test_more_lines_than_asterisk_takes_are_refused() -> None:
    with pytest.raises(UnsafeValue):
        Action(name="Originate", fields={"Variable": [f"V{n}=1" for n in range(130)]})


def test_the_refusal_does_not_repeat_the_value() -> None:
    with pytest.raises(UnsafeValue) as refusal:
        set_variable(channel="c", name="NAME", value="0812\r\n3456")

    assert "0812" not in str(refusal.value)
    assert "Value" in str(refusal.value)


def test_a_callers_name_stays_inside_its_quotes() -> None:
    assert caller_id(name='Evil" <911>', number="169") == '"Evil\\" <911>" <169>'
    assert caller_id(name="back\\", number="+62-169") == '"back\\\\" <+62-169>'


@pytest.mark.parametrize("number", ["169> <911", "1 2", "٣", "x" * 65, '"'])
def test_a_number_that_is_none_is_refused(number: str) -> None:
    with pytest.raises(UnsafeValue):
        caller_id(name="", number=number)


def test_an_originate_is_always_asynchronous_and_names_its_channels() -> None:
    action = originate(
        channel="PJSIP/dev-1",
        channel_id="leg-1",
        other_channel_id="leg-2",
        context="acd-agent",
        extension="s",
        ring_ms_max=15_000,
        caller=caller_id(name="Sales", number="0812"),
        variables={"ACD_CALL": "c1", "PJSIP_HEADER(add,X-A)": "b"},
        early_media=True,
    )

    assert action.lines() == [
        ("Channel", "PJSIP/dev-1"),
        ("ChannelId", "leg-1"),
        ("Context", "acd-agent"),
        ("Exten", "s"),
        ("Priority", "1"),
        ("Timeout", "15000"),
        ("Async", "true"),
        ("OtherChannelId", "leg-2"),
        ("CallerID", '"Sales" <0812>'),
        ("EarlyMedia", "true"),
        ("Variable", "ACD_CALL=c1"),
        ("Variable", "PJSIP_HEADER\\(add\\,X-A\\)=b"),
    ]


def test_a_hangup_may_carry_a_cause() -> None:
    assert hang_up(channel="leg-1", cause=21).lines() == [("Channel", "leg-1"), ("Cause", "21")]
    assert hang_up(channel="leg-1").lines() == [("Channel", "leg-1")]
