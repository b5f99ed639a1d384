"""``sambut replay``: a span of the journal that a program left, decided again."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sambut.commands.replay import app
from tests.acd import makers as m
from tests.acd.journalled import JournalledFloor
from tests.sambut.why.journals import url_of, write_down


@pytest.fixture
def data(settings_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a program that has ended; NOON of the floor is 15:00 in Jakarta."""
    monkeypatch.setenv("SAMBUT_SETTINGS", str(settings_file))
    floor = JournalledFloor(ready=("ann", "bob"))
    floor.call("c1")
    floor.give(m.picked_up("c1-r1"), after_ms=3_000)
    floor.give(m.hung_up("c1"), after_ms=60_000)
    floor.wait(30_000)
    folder = settings_file.parent / "data"
    folder.mkdir()
    asyncio.run(write_down(floor, url_of(folder)))
    return folder


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words, catch_exceptions=False)


@pytest.mark.usefixtures("data")
def test_a_span_that_comes_out_as_recorded_is_told_with_its_counts() -> None:
    whole, talk = run("2027-01-15T15:00", "2027-01-15T16:00"), run("2027-01-15T08:00:02Z", "2027-01-15T08:00:04Z")

    assert (whole.exit_code, talk.exit_code) == (0, 0)
    assert whole.output.splitlines()[-1] == "Everything came out as it is recorded."
    assert talk.output.startswith("1 inputs decided again, ")


def test_a_difference_is_shown_with_both_versions_and_is_an_error(data: Path) -> None:
    with sqlite3.connect(data / "sambut.sqlite3") as connection:
        connection.execute("UPDATE journal_entry SET facts = replace(facts, '60000', '59000')")
    told = run("2027-01-15T15:00", "2027-01-15T16:00")

    assert told.exit_code == 1
    lines = told.output.splitlines()
    assert "1 of them came out otherwise. The first:" in lines
    assert any(line.startswith("  recorded: ") and "talk_ms=59000" in line for line in lines)
    assert any(line.startswith("  decided:  ") and "talk_ms=60000" in line for line in lines)


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("span", [("noon", "2027-01-15T16:00"), ("2027-01-15T16:00", "2027-01-15T15:00")])
def test_what_is_no_span_is_refused(span: tuple[str, str]) -> None:
    told = run(*span)

    assert told.exit_code == 2
    assert "noon is no moment" in told.stderr or "is not after" in told.stderr
