"""``sambut why``: the command line, on a database that a program left."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sambut.commands.why import app
from tests.acd.journalled import JournalledFloor
from tests.sambut.why.journals import url_of, write_down


@pytest.fixture
def left_behind(settings_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program has ended; one caller was offered to Ann, who did not answer, and then to Bob."""
    monkeypatch.setenv("SAMBUT_SETTINGS", str(settings_file))
    floor = JournalledFloor(ready=("ann", "bob"))
    floor.call("c1")
    floor.wait(20_000)
    folder = settings_file.parent / "data"
    folder.mkdir()
    asyncio.run(write_down(floor, url_of(folder)))


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words, catch_exceptions=False)


@pytest.mark.usefixtures("left_behind")
def test_it_tells_every_choice_in_words_or_as_json() -> None:
    told, data = run("c1"), run("c1", "--json")

    assert told.exit_code == data.exit_code == 0
    assert "Sales (sales): offered to Ann (ann) after 0.0 s; lapsed after 15.0 s" in told.output
    assert "    Ann (ann) could not: is aux rona" in told.output
    assert [choice["agent_id"] for choice in json.loads(data.output)["choices"]] == ["ann", "bob"]
    assert "Bob" not in "".join(line for line in run("c1", "--agent", "ann").output.splitlines() if line[:4] == "    ")


@pytest.mark.usefixtures("left_behind")
def test_an_interaction_that_there_never_was_is_told_of() -> None:
    told = run("c9")

    assert (told.exit_code, told.stderr) == (1, "The journal knows no interaction c9.\n")


def test_without_a_database_it_says_so_and_makes_none(settings_file: Path) -> None:
    told = run("c1", "--settings", str(settings_file))

    assert told.exit_code == 1
    assert told.stderr.startswith("Not told: there is no database")
    assert list(settings_file.parent.iterdir()) == [settings_file]
