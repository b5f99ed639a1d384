"""Phone processes start, answer, and leave nothing behind. No server is needed for that."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from phones.agents import read_options
from phones.crowd import AgentPhones, Phones, PjsuaPhones
from phones.events import Done, Refused, Ringing, Started
from phones.phone_process import NotSeen, PhoneRefused, PhonesGone
from phones.plans import LetsItRing
from phones.wire import LINE_BYTES_MAX, event_of

pytestmark = pytest.mark.slow  # each story starts a process with a SIP stack

KINDS = pytest.mark.parametrize("kind", [AgentPhones, PjsuaPhones])


async def eventually_gone(pid: int, within_s: float = 10.0) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        await asyncio.sleep(0.02)
    return False


@KINDS
async def test_a_process_starts_and_ends_with_its_context(kind: type[AgentPhones] | type[PjsuaPhones]) -> None:
    async with kind() as phones:
        pid = phones.pid
        assert [event.pid for event in phones.seen(Started)] == [pid]

    assert await eventually_gone(pid, within_s=0.5)


@KINDS
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_cleanly(
    kind: type[AgentPhones] | type[PjsuaPhones], number: signal.Signals, tmp_path: Path
) -> None:
    async with kind(errors_path=tmp_path / "errors") as phones:
        os.kill(phones.pid, number)

        with pytest.raises(PhonesGone):
            await phones.wait_for(Ringing)
        with pytest.raises(PhonesGone):
            await phones.behave("1001", LetsItRing())

    assert "Traceback" not in (tmp_path / "errors").read_text()


@pytest.mark.parametrize("module", ["phones.agents", "phones.pjsua"])
async def test_phones_whose_driver_dies_end_by_themselves(module: str) -> None:
    # The driver holds the other end of the pipe; killed, it cannot say goodbye.
    text = (
        "import subprocess, sys, time\n"
        f"phones = subprocess.Popen([sys.executable, '-m', '{module}'], stdin=subprocess.PIPE)\n"
        "print(phones.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    driver = await asyncio.create_subprocess_exec(
        sys.executable, "-c", text, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert driver.stdout is not None
    pid = int(await driver.stdout.readline())
    assert b"started" in await driver.stdout.readline()

    driver.kill()
    await driver.wait()

    assert await eventually_gone(pid)


@KINDS
async def test_unreadable_lines_are_refused_and_the_next_is_read(
    kind: type[AgentPhones] | type[PjsuaPhones], tmp_path: Path
) -> None:
    command = kind().command
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdin is not None
    long_line = b'{"do": "' + b"x" * 2 * LINE_BYTES_MAX + b'"}\n'
    for line in (
        b"\n",
        b"not json\n",
        b'{"do": "fly", "ask": 1}\n',
        b"\xff\xfe\n",
        long_line,
        b'{"do":"finish","ask":7}\n',
    ):
        process.stdin.write(line)
    assert process.stdout is not None
    said = [event_of(line) async for line in process.stdout]

    refused = [event for event in said if isinstance(event, Refused)]
    assert len(refused) >= 5
    assert {(event.ask, event.code) for event in refused} == {(-1, "unreadable")}
    assert isinstance(said[-1], Done)
    assert said[-1].ask == 7
    assert await process.wait() == 0


@KINDS
async def test_an_unknown_device_is_refused(kind: type[AgentPhones] | type[PjsuaPhones]) -> None:
    async with kind() as phones:
        with pytest.raises(PhoneRefused) as refusal:
            await phones.dial("1001", "169")

    assert refusal.value.code == "unknown_device"


@KINDS
async def test_a_server_that_is_not_there_is_told(kind: type[AgentPhones] | type[PjsuaPhones]) -> None:
    async with kind() as phones:
        with pytest.raises((ConnectionRefusedError, NotSeen)):
            await phones.register("1001", server="127.0.0.1", port=9, password="x", within_ms=2000)


async def test_a_fourth_pjsua2_phone_is_refused() -> None:
    async with PjsuaPhones() as phones:
        for device in ("1", "2", "3"):
            await phones.make_caller(device, server="127.0.0.1", port=9, number=device)

        with pytest.raises(PhoneRefused, match="3 phones"):
            await phones.make_caller("4", server="127.0.0.1", port=9, number="4")


@KINDS
@pytest.mark.parametrize("name", ['a"b', "a\\b"])
async def test_a_name_that_an_account_cannot_hold_is_refused(
    kind: type[AgentPhones] | type[PjsuaPhones], name: str
) -> None:
    async with kind() as phones:
        with pytest.raises(PhoneRefused, match="account cannot be written"):
            await phones.make_caller("1", server="127.0.0.1", port=9, number="1", display_name=name)


async def test_an_account_cannot_be_smuggled_into_a_user(tmp_path: Path) -> None:
    async with AgentPhones() as phones:
        with pytest.raises(PhoneRefused, match="account cannot be written"):
            await phones.make_caller("1", server="127.0.0.1", port=9, number="1>;regint=5;x=<")


async def test_a_program_that_does_not_start_says_why(tmp_path: Path) -> None:
    errors = tmp_path / "errors"

    with pytest.raises(PhonesGone, match="exit code 2"):
        async with Phones([sys.executable, "-m", "phones.agents", "--wrong"], errors_path=errors):
            pass

    assert "unrecognized arguments" in errors.read_text()


async def test_a_program_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        async with Phones([str(tmp_path / "nothing")]):
            pass


async def test_a_process_that_does_not_listen_is_killed() -> None:
    # It says that it started, and then is deaf to `finish` and to SIGTERM.
    text = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        'print(\'{"saw": "started", "at_ms": 1, "pid": 1, "engine": "deaf"}\', flush=True)\n'
        "time.sleep(60)\n"
    )
    phones = Phones([sys.executable, "-c", text], finish_s_max=0.3)
    async with phones:
        pid = phones.pid

    assert await eventually_gone(pid, within_s=0.5)


def test_wrong_options_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.suppress(SystemExit):
        read_options([word for number in range(16) for word in ("--show-header", f"X-{number}")])

    assert "at most 16 headers" in capsys.readouterr().err
