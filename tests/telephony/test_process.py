"""Asterisk as a process: it outlives the program that started it, is found again, and started again when it dies."""

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sambut.asterisk_site import AsteriskProgram, make_site
from telephony.process import AsteriskProcess
from tests.e2e.floor import settings_in
from tests.telephony.waiting import eventually

pytestmark = [pytest.mark.slow]  # each starts processes

# Writes its pid file as Asterisk does, and lives until it is ended.
PRETENDER = """
import os, signal, sys
open(sys.argv[1], "w").write(str(os.getpid()))
signal.pause()
"""


class Machine:
    """One folder in which programs start their Asterisk, one after the other."""

    def __init__(self, folder: Path) -> None:
        script = folder / "pretender.py"
        script.write_text(PRETENDER)
        self.pid_file = folder / "run/asterisk/run/asterisk.pid"
        words = (sys.executable, str(script), str(self.pid_file))
        program = AsteriskProgram(
            words=words, version="22", modules_dir=folder, data_dir=folder, sounds_dir=folder, moh_dir=folder
        )
        self._words = words
        self._site = make_site(settings_in(folder), program)

    def program(self) -> AsteriskProcess:
        """The view of a program that has just started."""
        return AsteriskProcess(program=self._words, site=self._site)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path)
    yield made
    pid = made.program().pid
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


def test_asterisk_outlives_the_event_loop_that_started_it_and_the_next_program_takes_it_over(machine: Machine) -> None:
    async def first() -> int:
        process = machine.program()
        assert not await process.start()
        await eventually(machine.pid_file.exists)
        process.release()
        assert process.pid is not None
        return process.pid

    async def second() -> int | None:
        process = machine.program()
        assert await process.start()
        return process.pid

    pid = asyncio.run(first())
    gc.collect()
    assert asyncio.run(second()) == pid
    assert os.getsid(pid) == pid


async def test_asterisk_is_started_again_when_it_dies(machine: Machine) -> None:
    process = machine.program()
    await process.start()
    watching = asyncio.create_task(process.watch())
    await eventually(machine.pid_file.exists)
    first = process.pid
    assert first is not None

    os.kill(first, signal.SIGKILL)
    await eventually(lambda: process.restarts == 1 and process.pid not in (None, first))

    await process.stop()
    await watching
    assert process.pid is None


async def test_a_pid_that_now_belongs_to_somebody_else_is_not_taken_for_asterisk(machine: Machine) -> None:
    machine.pid_file.parent.mkdir(parents=True)
    machine.pid_file.write_text(str(os.getpid()))
    assert machine.program().pid is None


async def test_one_that_cannot_be_run_says_so(tmp_path: Path) -> None:
    program = AsteriskProgram(
        words=(str(tmp_path / "none"),), version="22", modules_dir=tmp_path, data_dir=tmp_path, sounds_dir=tmp_path,
        moh_dir=tmp_path,
    )  # fmt: skip
    with pytest.raises(OSError, match="none"):
        await AsteriskProcess(program=program.words, site=make_site(settings_in(tmp_path), program)).start()
