"""``sambut replay FROM TO --with FILE``: the same file changes nothing at all, another one is told beside it."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from centre.reader import read_centre
from centre.to_inputs import Configured, configured, inputs_between
from sambut.commands.replay import app
from tests.acd import makers as m
from tests.acd.journalled import JournalledFloor
from tests.centre.samples import SMALL
from tests.sambut.why.journals import url_of, write_down


@pytest.fixture
def file(settings_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small centre's file, beside the journal of a few calls in it."""
    monkeypatch.setenv("SAMBUT_SETTINGS", str(settings_file))
    floor = JournalledFloor(*inputs_between(Configured(), configured(read_centre(SMALL))))
    floor.give(m.seen("desk-1"))
    floor.give(m.log_in("ann", "desk-1"))
    floor.give(m.set_ready("ann"))
    for number in range(4):
        floor.call(f"c{number}", "sales")
        floor.wait(4_000)
    floor.give(m.picked_up("c0-r1"))
    floor.give(m.hung_up("c0"), after_ms=60_000)
    floor.give(m.hung_up("c1"), after_ms=5_000)
    floor.wait(600_000)
    folder = settings_file.parent / "data"
    folder.mkdir()
    asyncio.run(write_down(floor, url_of(folder)))
    centre = settings_file.parent / "centre.toml"
    centre.write_text(SMALL)
    return centre


def run(file: Path) -> Result:
    words = ["2027-01-15T08:00:04Z", "2027-01-15T10:00Z", "--with", str(file)]
    return CliRunner().invoke(app, words, catch_exceptions=False)


def test_the_same_file_differs_by_nothing(file: Path) -> None:
    told = run(file)

    assert told.exit_code == 0
    assert "came out as they are recorded." in told.output
    rows = [line.split() for line in told.output.splitlines() if line.startswith("  ") and line[2] not in " -"]
    assert len(rows) > 20
    assert {row[-1] for row in rows} <= {"0", "-"}


def test_another_file_is_told_beside_the_record(file: Path) -> None:
    text = SMALL.replace('id = "ann"\nname = "Ann"\nlogin = "1001"', 'id = "bob"\nname = "Bob"\nlogin = "1001"')
    file.write_text(text)
    told = run(file)

    assert told.exit_code == 0
    assert "  - New, and at work all the time without a break: bob." in told.output
    assert "  - Not in the file, so not there: ann." in told.output


def test_a_file_with_errors_is_refused_with_all_of_them(file: Path) -> None:
    file.write_text("[centre]\nnam = 1\n")
    told = run(file)

    assert told.exit_code == 2
    assert "nam" in told.stderr
