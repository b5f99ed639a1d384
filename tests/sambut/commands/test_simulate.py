"""``sambut simulate``: the report, the command that repeats it, and the same figures as JSON."""

import json
import shlex
from pathlib import Path

from typer.testing import CliRunner, Result

from sambut.commands.simulate import simulate

ASKED = ["--agents", "8", "--calls-per-hour", "60", "--hours", "2", "--seed", "7"]


def run(*words: str) -> Result:
    return CliRunner().invoke(simulate, list(words))


def test_a_day_is_simulated_and_reported(tmp_path: Path) -> None:
    told = run(*ASKED, "--json", str(tmp_path / "day.json"))
    written = json.loads((tmp_path / "day.json").read_text("utf-8"))

    assert told.exit_code == 0
    assert "times real time" in told.output
    assert written["report"]["total"]["offered"] > 80
    assert written["report"]["journal_bytes"] > 100_000
    assert str(int(written["report"]["total"]["offered"])) in told.output


def test_the_command_that_is_told_gives_the_same_report_again(tmp_path: Path) -> None:
    first, again = tmp_path / "first.json", tmp_path / "again.json"
    run(*ASKED, "--json", str(first))
    repeat = json.loads(first.read_text("utf-8"))["repeat"]
    assert shlex.split(repeat)[:2] == ["sambut", "simulate"]
    run(*shlex.split(repeat)[2:], "--json", str(again))

    one, other = (json.loads(path.read_text("utf-8")) for path in (first, again))
    assert one["report"] == other["report"]
    assert one["repeat"] == other["repeat"]


def test_more_calls_than_agents_can_carry_are_told_so() -> None:
    assert "more than they can carry" in run("--agents", "2", "--calls-per-hour", "200", "--hours", "1").output


def test_figures_that_cannot_be_are_refused() -> None:
    assert run("--agents", "0").exit_code == 2
    assert run("--hours", "-3").exit_code == 2
    assert run("--agents", "2", "--hours", "0.5", "--json", "/nowhere/at/all.json").exit_code == 2


DAY = """\
[[queues]]
id = "general"
calls_per_hour = 30

[[staff]]
agents = 6
"""


def test_a_day_in_a_file_is_simulated_and_can_be_again(tmp_path: Path) -> None:
    file = tmp_path / "day.toml"
    file.write_text(DAY, "utf-8")
    told = run(str(file), "--seed", "3")

    assert told.exit_code == 0
    assert "general" in told.output
    assert f"again: sambut simulate {file} --seed 3" in told.output


def test_a_file_that_is_wrong_is_refused_with_its_lines(tmp_path: Path) -> None:
    file = tmp_path / "day.toml"
    file.write_text(DAY.replace("agents = 6", "agents = 0"), "utf-8")
    told = run(str(file))

    assert told.exit_code == 2
    assert "line 6: staff[1].agents: " in told.output
    assert run(str(tmp_path / "none.toml")).exit_code == 2
    file.write_bytes(b"\xff\xfe")
    assert run(str(file)).exit_code == 2
    file.write_text(DAY, "utf-8")
    assert run(str(file), "--agents", "3").exit_code == 2
