"""The emergency announcement, run as Asterisk runs it: a process of its own, lines in and out."""

import io
import subprocess
import sys

import pytest

from agi_scripts.fallback import announce

ENVIRONMENT = "agi_request: fallback\nagi_channel: PJSIP/trunk-1\nagi_callerid: 0812\nagi_calleridname: {name}\n\n"
PLAYED, NOTHING, FAILED = "200 result=0 endpos=42345\n", "200 result=0 endpos=0\n", "200 result=-1 endpos=0\n"
COMMANDS = 'STREAM FILE sambut/id/no-service ""\nSTREAM FILE sambut/en/no-service ""\n'


def run(answers: str, name: str = "Ani") -> tuple[int, str]:
    """Exit status and commands of a session with these answers."""
    commands = io.StringIO()
    return announce(io.StringIO(ENVIRONMENT.format(name=name) + answers), commands), commands.getvalue()


def test_it_is_said_in_both_languages() -> None:
    assert run(PLAYED + PLAYED) == (0, COMMANDS)


@pytest.mark.parametrize("missing", [NOTHING, FAILED])
def test_one_missing_language_does_not_silence_the_other(missing: str) -> None:
    assert run(missing + PLAYED) == (0, COMMANDS)


@pytest.mark.parametrize(
    "answers",
    [NOTHING + NOTHING, FAILED + FAILED, "510 Invalid or unknown command\n", "what?\n", "", "511 dead\n"],
)
def test_when_nothing_was_heard_asterisk_is_to_play_it_itself(answers: str) -> None:
    status, _commands = run(answers)

    assert status == 1


def test_a_caller_who_hung_up_ends_it() -> None:
    assert run("200 result=-1 (hangup) endpos=0\n") == (0, COMMANDS.splitlines(keepends=True)[0])


@pytest.mark.parametrize("name", [b"Ani", b"\xff\xfe not UTF-8", b"a: b: c", b"x" * 2_000])
def test_it_runs_as_a_program_whatever_the_caller_is_called(name: bytes) -> None:
    given = ENVIRONMENT.encode().replace(b"{name}", name) + PLAYED.encode() * 2

    ran = subprocess.run(
        [sys.executable, "-m", "agi_scripts.fallback"], input=given, capture_output=True, timeout=30, check=False
    )

    assert (ran.returncode, ran.stdout.decode(), ran.stderr) == (0, COMMANDS, b"")
