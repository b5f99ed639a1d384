"""apply and export as typed at a terminal, on a real database, with no program running."""

import socket
import threading
from pathlib import Path

import pytest

from tests.centre.samples import PIN_HASH
from tests.centre.samples import SMALL as CENTRE
from tests.sambut.commands.conftest import Run

pytestmark = pytest.mark.slow  # each story makes a database with every table


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "centre.toml"
    path.write_text(CENTRE)
    return path


def test_what_was_applied_and_exported_is_no_difference(run: Run, file: Path, tmp_path: Path) -> None:
    first = run("apply", file, "--yes")
    assert first.exit_code == 0
    assert "+ queue sales" in first.stdout
    assert first.stdout.endswith("Applied.\n")

    exported = tmp_path / "exported.toml"
    assert run("export", "-o", exported).exit_code == 0
    assert exported.stat().st_mode & 0o077 == 0
    assert run("export").stdout == exported.read_text()

    again = run("apply", exported, "--yes")
    assert (again.exit_code, again.stdout) == (0, "No difference: nothing to change.\n")
    assert run("apply", "-", typed=CENTRE).stdout == "No difference: nothing to change.\n"


def test_only_what_changes_is_shown(run: Run, file: Path) -> None:
    run("apply", file, "--yes")
    file.write_text(CENTRE.replace('name = "Sales"', 'name = "Penjualan"').replace("t=3", "t=4"))

    changed = run("apply", file, "--yes")

    assert changed.stdout.splitlines() == [
        "~ queue sales",
        '    name: "Sales" -> "Penjualan"',
        "~ agent ann",
        "    pin_hash: (hidden) -> (hidden)",
        "Applied.",
    ]
    assert PIN_HASH not in changed.output


def test_check_shows_and_changes_nothing(run: Run, file: Path) -> None:
    shown = run("apply", file, "--check")

    assert shown.exit_code == 0
    assert "+ queue sales" in shown.stdout
    assert run("export").exit_code == 1


def test_without_a_terminal_nobody_is_asked(run: Run, file: Path) -> None:
    applied = run("apply", file)

    assert applied.exit_code == 0
    assert "+ queue sales" in applied.stdout
    assert run("export").exit_code == 0


def test_a_wrong_file_is_refused_whole_with_every_error(run: Run, file: Path) -> None:
    run("apply", file, "--yes")
    before = run("export").stdout
    file.write_text(
        CENTRE.replace('name = "Sales"', 'name = "Penjualan"\npriority = 11').replace('flow = "main"', 'flow = "x"')
    )

    refused = run("apply", file, "--yes")

    assert refused.exit_code == 2
    lines = refused.stderr.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("line 12: queue sales: priority: 11 is out of range")
    assert lines[1].startswith('line 43: did 169: flow: there is no flow "x"')
    assert lines[2] == f"{file}: 2 errors, nothing was changed."
    assert run("export").stdout == before


def test_a_prompt_without_a_sound_is_refused(run: Run, file: Path) -> None:
    file.write_text(CENTRE.replace('["welcome"]', '["welcom"]'))

    refused = run("apply", file, "--yes")

    assert refused.exit_code == 2
    assert "there is no prompt 'welcom' in every language; did you mean \"welcome\"?" in refused.stderr


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.toml", None, "cannot be read: No such file"),
        ("bytes.toml", b"[centre]\nname = '\xff'\n", "line 2: the text is not UTF-8"),
        ("empty.toml", b"", "[centre] is missing"),
    ],
)
def test_a_file_that_is_none_is_refused(run: Run, tmp_path: Path, name: str, content: bytes | None, words: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)

    refused = run("apply", tmp_path / name, "--yes")

    assert refused.exit_code == 2
    assert words in refused.stderr


def test_wrong_settings_end_the_command_with_every_error(run: Run, file: Path, settings_file: Path) -> None:
    settings_file.write_text('[http]\nport = "x"\n[log]\nlevel = "loud"\n')

    refused = run("apply", file, "--yes")

    assert refused.exit_code == 2
    assert len(refused.stderr.splitlines()) == 2


def test_a_database_that_cannot_be_used_is_told(run: Run, file: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sambut.sqlite3").write_text("not a database, and long enough to be one" * 40)

    refused = run("apply", file, "--yes")

    assert refused.exit_code == 1
    assert refused.stderr.startswith("Not applied: the database cannot be used")


def test_a_data_folder_that_cannot_be_made_is_told(run: Run, file: Path, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")

    refused = run("apply", file, "--yes")

    assert refused.exit_code == 1
    assert "see paths.data_dir" in refused.stderr


def hang_up_on_all(server: socket.socket) -> None:
    """As a server of another protocol might."""
    while True:
        try:
            server.accept()[0].close()
        except OSError:
            return


def test_something_else_on_the_programs_port_is_told_and_nothing_changed(run: Run, file: Path, free_port: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)) as other:
        threading.Thread(target=hang_up_on_all, args=(other,), daemon=True).start()
        refused = run("apply", file, "--yes")
        other.shutdown(socket.SHUT_RDWR)

    assert refused.exit_code == 1
    assert f"something listens at http://127.0.0.1:{free_port}" in refused.stderr
    assert run("export").exit_code == 1


def test_there_is_nothing_to_export_before_the_first_apply(run: Run) -> None:
    nothing = run("export")

    assert nothing.exit_code == 1
    assert "There is no centre yet" in nothing.stderr


def test_an_export_that_cannot_be_written_is_told(run: Run, file: Path, tmp_path: Path) -> None:
    run("apply", file, "--yes")

    refused = run("export", "-o", tmp_path / "no-such-folder" / "centre.toml")

    assert refused.exit_code == 1
    assert "cannot be written: No such file" in refused.stderr
