"""Every sheet in ``sheets`` happens as it is written."""

from pathlib import Path

import pytest

from tests.scenarios.sheet import play, read_sheet

SHEETS = sorted((Path(__file__).parent / "sheets").glob("*.txt"))


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_the_floor_does_as_the_sheet_says(path: Path) -> None:
    play(read_sheet(path.read_text(encoding="utf-8")))


def test_there_are_sheets() -> None:
    assert len(SHEETS) >= 20


ONE_CALL = """A call.

queue sales ring 0:15

        does              then
0:00    c1 enters sales   c1 offered to sales, place 1
0:09    c1 hangs up       c1 abandoned after 0:09; c1 ended abandoned by caller
report  sales             offered 1, abandoned 1
"""


def test_a_sheet_that_is_true_is_played() -> None:
    play(read_sheet(ONE_CALL))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("after 0:09;", "after 0:08;"),
        ("; c1 ended abandoned by caller", ""),
        ("offered 1, abandoned 1", "offered 1, answered 1"),
        ("0:09    c1 hangs up ", "0:09    c1 sings    "),
        ("queue sales ring 0:15", "queue sales wait 0:05"),
    ],
    ids=["another length", "a fact untold", "another count", "nobody does this", "a deadline untold"],
)
def test_a_sheet_that_is_not_true_fails(right: str, wrong: str) -> None:
    assert right in ONE_CALL

    with pytest.raises(AssertionError):
        play(read_sheet(ONE_CALL.replace(right, wrong)))


def test_a_line_of_no_kind_is_an_error() -> None:
    with pytest.raises(ValueError, match="no sheet knows"):
        read_sheet(ONE_CALL + "\nalso something\n")
