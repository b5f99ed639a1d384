"""What a centre file may say of caller lists."""

import pytest

from centre.reader import CentreInvalid, read_centre
from tests.centre.samples import SMALL

LIST = """
[[caller_lists]]
id = "{name}"
kind = "block"
{more}
"""
FLOW = """
[[flows]]
id = "asks"
name = "Asks"
start = "start"
[flows.nodes]
start = {{ kind = "start", answer = {answers}, exits = {{ next = "check" }} }}
check = {{ kind = "caller_list", list = "nuisance", exits = {{ {exits} }} }}
bye = {{ kind = "hangup" }}
"""


def problems(text: str) -> list[str]:
    try:
        read_centre(SMALL + text)
    except CentreInvalid as wrong:
        return [str(problem) for problem in wrong.problems]
    return []


@pytest.mark.parametrize(
    ("more", "exits", "is_right"),
    [
        ("", 'listed = "bye", not_listed = "bye"', True),
        ("", 'not_listed = "bye"', False),
        ('action = "flow"', 'not_listed = "bye"', False),
        ('action = "busy"', 'not_listed = "bye"', True),
        ('action = "low_priority"', 'not_listed = "bye"', True),
        ('action = "busy"', 'listed = "bye"', False),
    ],
)
def test_a_flow_must_say_what_becomes_of_blocked_callers_unless_the_list_does(
    more: str, exits: str, is_right: bool
) -> None:
    found = problems(LIST.format(name="nuisance", more=more) + FLOW.format(exits=exits, answers="false"))

    assert (found == []) is is_right
    assert all("flow asks: nodes.check" in line for line in found)


@pytest.mark.parametrize(("action", "is_right"), [("busy", False), ("drop", True), ("refuse", True)])
def test_a_list_that_is_busy_is_asked_before_the_call_is_answered(action: str, is_right: bool) -> None:
    listed = LIST.format(name="nuisance", more=f'action = "{action}"')
    flow = FLOW.format(exits='not_listed = "bye"', answers="true")

    assert (problems(listed + flow) == []) is is_right
    assert problems(listed + flow.replace("answer = true", "answer = false")) == []


def test_a_priority_list_turns_nobody_away() -> None:
    (found,) = problems(LIST.format(name="good", more='action = "busy"').replace('"block"', '"priority"'))

    assert "caller list good: action: a list of kind priority turns nobody away" in found


@pytest.mark.parametrize(
    ("entry", "is_right"),
    [
        ('number = "+62812*"', True),
        ('number = "1500*"', True),
        ('number = "1500123", until = "2026-12-31", owner = "Ibu Sari"', True),
        ('number = "+62*"', False),
        ('number = "*"', False),
        ('number = "0812*"', False),
        ('number = "+62812*", until = "31-12-2026"', False),
        ('number = "+62812*", until = 5', False),
        ('number = "+62812*", owner = "o\\u0000"', False),
    ],
)
def test_entries_of_a_file_are_numbers_or_beginnings_with_an_end(entry: str, is_right: bool) -> None:
    found = problems(LIST.format(name="nuisance", more=f'action = "busy"\nnumbers = [{{ {entry} }}]'))

    assert (found == []) is is_right
