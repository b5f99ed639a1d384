"""Caller lists by the command, with no program running: straight in the database."""

from pathlib import Path

import pytest

from tests.sambut.commands.conftest import Run

CENTRE = """
[centre]
name = "169"

[[caller_lists]]
id = "vip"
kind = "priority"
priority = 8
numbers = [{ number = "+628111690001" }]

[[caller_lists]]
id = "blocked"
kind = "block"
action = "busy"
anonymous = true
"""


@pytest.fixture
def centre(run: Run, tmp_path: Path) -> Run:
    """The command, once there is a centre."""
    file = tmp_path / "centre.toml"
    file.write_text(CENTRE)
    assert run("apply", str(file), "--yes").exit_code == 0
    return run


def written(folder: Path, text: str) -> str:
    file = folder / "list.csv"
    file.write_text(text)
    return str(file)


def test_a_file_is_tried_imported_shown_exported_and_remembered(centre: Run, tmp_path: Path) -> None:
    file = written(tmp_path, "number,reason\n08123456789,=1+1\n0812169*,Test range\n")

    assert centre("lists", "import", "vip", file, "--check").stdout == "Would be: 2 added, 0 changed, 0 removed.\n"
    assert centre("lists", "import", "vip", file).stdout == "2 added, 0 changed, 0 removed.\n"
    assert centre("lists", "show").stdout == (
        "blocked  block: busy, and all who withhold their number  0 + 0\nvip  priority 8  1 + 2\n"
    )
    copy = tmp_path / "copy.csv"
    assert centre("lists", "export", "vip", "-o", str(copy)).exit_code == 0
    assert "'+628123456789,,'=1+1,," in copy.read_text()
    assert centre("lists", "import", "--replace", "vip", str(copy)).stdout == "0 added, 0 changed, 0 removed.\n"
    changes = centre("lists", "changes", "vip").stdout.splitlines()
    assert [line.partition("  ")[2] for line in changes] == [
        "admin  added  +62812169*  import", "admin  added  +628123456789  import",
    ]  # fmt: skip


def test_apply_and_export_of_the_centre_know_nothing_of_live_entries(centre: Run, tmp_path: Path) -> None:
    before = centre("export").stdout
    centre("lists", "import", "vip", written(tmp_path, "number\n169\n"))

    assert centre("export").stdout == before
    file = tmp_path / "again.toml"
    file.write_text(before)
    assert centre("apply", str(file), "--yes").stdout == "No difference: nothing to change.\n"
    assert centre("lists", "show").stdout.endswith("1 + 1\n")


def test_every_bad_line_is_shown_and_nothing_is_done(centre: Run, tmp_path: Path) -> None:
    refused = centre("lists", "import", "vip", written(tmp_path, "number\n169\nabc\n6.28E+12\n"))

    assert refused.exit_code == 2
    assert [line.split(":")[0] for line in refused.stderr.splitlines()] == [
        "line 3",
        "line 4",
        str(tmp_path / "list.csv"),
    ]
    assert "2 errors, nothing was changed." in refused.stderr
    assert centre("lists", "export", "vip").stdout == "number,customer,reason,owner,until\n"


def test_a_list_or_a_centre_that_there_is_not_is_told(run: Run, centre: Run, tmp_path: Path) -> None:
    gone = centre("lists", "export", "gone")
    assert (gone.exit_code, "there is no caller list gone" in gone.stderr) == (1, True)
    assert centre("lists", "import", "vip", str(tmp_path / "nowhere.csv")).exit_code == 2


def test_before_the_first_apply_there_are_no_lists(run: Run) -> None:
    told = run("lists", "show")

    assert (told.exit_code, "there is no centre yet" in told.stderr) == (1, True)
