"""``sambut check``: one line for each finding, the same as JSON, and the exit code."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from sambut.commands.check import check


def run(*words: str) -> Result:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(check)
    return CliRunner().invoke(app, words, catch_exceptions=False)


@pytest.fixture
def settings_file(tmp_path: Path, free_port: int) -> Path:
    file = tmp_path / "sambut.toml"
    file.write_text(f'[http]\nport = {free_port}\n[asterisk]\nrecord = "none[bold].json"\n')
    return file


def test_each_finding_is_one_line_and_wrong_ones_make_the_exit_code(settings_file: Path) -> None:
    told = run("--settings", str(settings_file))
    lines = told.output.splitlines()

    assert told.exit_code == 1
    assert lines[0] == "ok       settings: the file and the environment are valid"
    assert "wrong    centre: there is no centre yet; `sambut apply FILE` makes one" in lines
    assert "wrong    none[bold].json: no record of an Asterisk; run `make setup` once" in lines
    assert {line.split()[0] for line in lines} <= {"ok", "warning", "wrong"}


def test_as_json_the_findings_are_the_same(settings_file: Path) -> None:
    told = json.loads(run("--json", "--settings", str(settings_file)).output)

    assert told["ok"] is False
    assert {"level": "ok", "where": "settings", "what": "the file and the environment are valid", "mend": ""} in told[
        "findings"
    ]
    assert all(set(finding) == {"level", "where", "what", "mend"} for finding in told["findings"])


def test_settings_that_cannot_be_used_are_all_told_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "sambut.toml"
    file.write_text('[http]\nport = "80"\n[pats]\n')
    told = run("--settings", str(file))

    assert told.exit_code == 1
    assert told.output.splitlines() == [
        f"wrong    {file}:2: http.port: expected int, got str (it is '80'); write it like its default, 8169",
        f"wrong    {file}:3: unknown section 'pats'; did you mean \"paths\"?",
    ]
