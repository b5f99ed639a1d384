"""The command: what it loads, and what it does not before it is asked to."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from sambut.cli import app

NOT_FOR_UP = ("alembic", "sambut.bench", "sambut.demo", "phones")
"""What a start has no use for. It is measured in callers who wait for it."""


def test_the_program_is_loaded_without_what_only_other_commands_need() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, sambut.cli; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout.split()

    assert "sambut.program" in loaded
    assert [name for name in NOT_FOR_UP if name in loaded] == []


@pytest.mark.parametrize("name", ["bench", "demo", "replay", "why"])
def test_late_commands_are_there_when_they_are_asked_for(name: str) -> None:
    shown = CliRunner().invoke(app, [name, "--help"])

    assert shown.exit_code == 0
    assert f"{name} [OPTIONS]" in shown.output
    assert name in CliRunner().invoke(app, ["--help"]).output


def test_a_command_that_there_is_not_is_refused() -> None:
    assert CliRunner().invoke(app, ["nonsense"]).exit_code == 2
