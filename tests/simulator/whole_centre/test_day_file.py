"""A day in a file: the same in TOML and JSON, and everything that is wrong told with its place and how to mend it."""

import json
import tomllib

import pytest

from acd.core.inputs import AgentConfigured
from simulator.whole_centre.day_file import DayInvalid, read_day
from simulator.whole_centre.description import HOUR_MS, FaultKind
from simulator.whole_centre.report import report_day

MONDAY = """\
[day]
name = "Monday"
seed = 7
hours = 4

[[queues]]
id = "general"
requires = { indonesian = 3 }
calls_per_hour = 60

[[queues]]
id = "english"
requires = { english = 3 }
calls_per_hour = 10
patience_s = 0
own_hours = false

[[staff]]
agents = 8
skills = { indonesian = 4 }

[[staff]]
agents = 3
skills = { indonesian = 3, english = 4 }
from_h = 1
to_h = 3

[[faults]]
kind = "phones_lost"
at_min = 90
lasts_min = 10
share_pct = 25
"""


def test_a_day_is_read_with_queues_staff_and_faults() -> None:
    day = read_day(MONDAY)
    skills = [given.settings.skills for given in day.configuration if isinstance(given, AgentConfigured)]

    assert (day.name, day.seed, day.lasts_ms) == ("Monday", 7, 4 * HOUR_MS)
    assert [len(one) for one in skills] == [1] * 8 + [2] * 3
    assert [stream.patience is None for stream in day.streams] == [False, True]
    assert [len(stream.rates) for stream in day.streams] == [4, 1]
    assert (day.shifts[-1].begins_ms, day.shifts[-1].ends_ms) == (HOUR_MS, 3 * HOUR_MS)
    assert [(fault.kind, fault.share) for fault in day.faults] == [(FaultKind.PHONES_LOST, 0.25)]


def test_json_says_the_same_as_toml() -> None:
    assert read_day(json.dumps(tomllib.loads(MONDAY)), is_json=True) == read_day(MONDAY)


def test_a_seed_that_is_asked_for_takes_the_files_place() -> None:
    assert read_day(MONDAY, seed=9).seed == 9


def test_the_day_of_a_file_can_be_played() -> None:
    report = report_day(read_day(MONDAY)).report

    assert list(report.queues) == ["english", "general"]
    assert (report.queues["general"]["answered"] or 0) > 100


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("hours = 4", 'hours = "four"', "line 4: day.hours: this is text, not a whole number; write a number"),
        ("seed = 7", "sead = 7", 'line 3: day.sead: unknown key; did you mean "seed"?'),
        ("[[faults]]", "[[fault]]", 'line 28: fault: unknown table; did you mean "faults"?'),
        ("calls_per_hour = 60", "", "line 6: queues[1]: calls_per_hour is missing; add calls_per_hour = ..."),
        ('"phones_lost"', '"fire"', "line 29: faults[1].kind: "),
        ('"english"', '"general"', "line 12: queues[2].id: general is there twice; name it otherwise"),
        ("to_h = 3", "to_h = 9", "line 22: staff[2]: these work from hour 1 to 9, of a day of 4; "),
        ("agents = 8", "agents = 5000", "staff: there are more than 5000 agents; leave some out"),
        ("[[staff]]", "[[queues]]", "agents: unknown key"),
        ("[day]", "[day", "not TOML: "),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_how_to_mend_it(written: str, instead: str, told: str) -> None:
    with pytest.raises(DayInvalid) as wrong:
        read_day(MONDAY.replace(written, instead))

    assert told in str(wrong.value)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(DayInvalid) as wrong:
        read_day(MONDAY.replace("hours = 4", "hours = 0").replace("at_min = 90", "at_min = -1"))

    assert len(str(wrong.value).splitlines()) == 2


@pytest.mark.parametrize("text", ["", "{}", "[]", "3", "{"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(DayInvalid, match=r".+; .+"):
        read_day(text, is_json=True)
    with pytest.raises(DayInvalid, match="there is no"):
        read_day("")
