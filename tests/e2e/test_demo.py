"""The demo as people start it: real calls told and checked, a wrong script found out, and nothing left behind."""

import asyncio
import contextlib
import http.client
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from phones import tones

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(150)]

ROOT = Path(__file__).resolve().parents[2]
SAMBUT = str(Path(sys.executable).parent / "sambut")
MARK = "SAMBUT_TEST_MARK"


class Marked:
    """Processes that carry a mark in their environment, and those they have started."""

    def __init__(self) -> None:
        self._mark = uuid.uuid4().hex
        self.environment = os.environ | {MARK: self._mark, "TERM": "xterm-256color"}

    def alive(self) -> list[str]:
        """The command lines of those that live."""
        return [" ".join(words) for _, words in self._processes()]

    def kill(self) -> None:
        """End them all: a test that failed leaves nothing running either."""
        for pid, _ in self._processes():
            os.kill(pid, signal.SIGKILL)

    def _processes(self) -> Iterator[tuple[int, list[str]]]:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                marked = f"{MARK}={self._mark}".encode() in (folder / "environ").read_bytes().split(b"\0")
                words = (folder / "cmdline").read_text(errors="replace").split("\0")
            except OSError:
                continue
            if marked:
                yield int(folder.name), words


@pytest.fixture
def marked() -> Iterator[Marked]:
    processes = Marked()
    yield processes
    processes.kill()


async def ended(marked: Marked, *words: str) -> tuple[int, str]:
    """Run to the end; the exit code and everything that was said."""
    process = await asyncio.create_subprocess_exec(
        *words, cwd=ROOT, env=marked.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


def told_in(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_text())
    return told


async def test_calls_are_played_told_and_checked_and_nothing_is_left_running(tmp_path: Path, marked: Marked) -> None:
    path, folder = tmp_path / "told.json", tmp_path / "demo"
    code, said = await ended(marked, SAMBUT, "demo", "--calls", "2", "--json", str(path), "--folder", str(folder))

    assert code == 0, said
    assert marked.alive() == []
    told = told_in(path)
    assert told["summary"]["calls"] == told["summary"]["as_meant"] == 2
    assert told["summary"]["first_call_s"] < 20
    assert {call["queue"] for call in told["calls"]} == {"indonesia", "english"}
    for call in told["calls"]:
        sound = tones.read_wav(folder / "data" / "recordings" / call["recording"])
        assert call["disposition"] == "answered"
        assert sound.duration_ms == call["recording_ms"]
        assert abs(call["recording_ms"] - call["talk_ms"]) < 1_000
        assert f"{call['recording']} {call['recording_ms'] / 1000:.1f} s" in said
    done = [errand["what"] for errand in told["summary"]["errands"]]
    assert sum(what.startswith("logs in") for what in done) == 6
    # Six come to work, and one comes back from a break.
    assert sum(what.startswith("gets ready") for what in done) == 7
    assert sum(what.startswith("takes a break") for what in done) == 1


async def test_a_call_that_does_not_end_as_its_script_meant_is_told_and_fails_the_demo(
    tmp_path: Path, marked: Marked
) -> None:
    path = tmp_path / "told.json"
    code, said = await ended(marked, sys.executable, "-m", "tests.e2e.wrong_demo", str(tmp_path / "demo"), str(path))

    assert code == 1, said
    assert marked.alive() == []
    told = told_in(path)
    wrong = next(call for call in told["calls"] if call["ordinal"] == 1)
    assert wrong["problems"] == [
        "it ended as abandoned_in_flow, not as blocked",
    ]
    assert [call["ok"] for call in told["calls"] if call["ordinal"] == 2] == [True]
    assert told["summary"]["ok"] is False
    assert re.search(r"^BAD +1 leaves menu", said, re.MULTILINE)
    assert "it ended as abandoned_in_flow, not as blocked" in said


def test_on_a_terminal_it_shows_a_live_table_until_ctrl_c(tmp_path: Path, marked: Marked) -> None:
    words = [SAMBUT, "demo", "--folder", str(tmp_path / "demo")]
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(words[0], words, marked.environment)  # noqa: S606 - the terminal's other end is this very process
    shown, queues, is_told, until = "", "", False, time.monotonic() + 90
    while time.monotonic() < until:
        ready, _, _ = select.select([terminal], [], [], 0.5)
        if ready:
            try:
                shown += os.read(terminal, 65_536).decode(errors="replace")
            except OSError:
                break
        if not is_told and "talking" in shown and re.search(r"[1-9] ended, ", shown):
            queues = told_by_the_api(shown)
            os.write(terminal, b"\x03")
            is_told = True
    _, status = os.waitpid(pid, 0)

    assert os.waitstatus_to_exitcode(status) == 0, shown[-2000:]
    assert marked.alive() == []
    for word in ("/cti/v1/ws", "/api/v1/openapi.json", "Ayu Lestari", "Indonesia", "talking", "Stopped."):
        assert word in shown
    assert '"queue_id":"indonesia"' in queues


def told_by_the_api(shown: str) -> str:
    """What the API answers to whoever does as the demo says: take the token from its file, and ask for the queues."""
    take_token, ask = (
        re.search(words, shown)
        for words in (r"TOKEN=\$\(sed .*?toml\)", r"Bearer \$TOKEN\" http://127\.0\.0\.1:(\d+)(/\S+)")
    )
    assert take_token is not None
    assert ask is not None
    token = subprocess.run(
        ["sh", "-c", f"{take_token[0]}; printf %s $TOKEN"], check=True, capture_output=True, text=True
    ).stdout
    connection = http.client.HTTPConnection("127.0.0.1", int(ask[1]), timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", ask[2], headers={"Authorization": f"Bearer {token}"})
        return connection.getresponse().read().decode()


@pytest.mark.parametrize("calls", ["0", "-1", "abc", "1x"])
async def test_make_says_at_once_when_the_number_of_calls_is_none(marked: Marked, calls: str) -> None:
    code, said = await ended(marked, "make", "-s", "demo", f"CALLS={calls}")

    assert code == 2
    assert said.splitlines()[0] == f"CALLS={calls}: name how many calls to play, as CALLS=20"


@pytest.mark.parametrize(("words", "why"), [(["--calls", "0"], "calls"), (["--json", "/nowhere/x.json"], "x.json")])
async def test_wrong_use_is_refused_before_anything_starts(
    tmp_path: Path, marked: Marked, words: list[str], why: str
) -> None:
    code, said = await ended(marked, SAMBUT, "demo", "--folder", str(tmp_path / "demo"), *words)

    assert code == 2
    assert why in said
    assert not (tmp_path / "demo").exists()
