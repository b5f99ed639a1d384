"""The supervisor: what it starts again, what it leaves, and what it passes on."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.e2e.floor import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(30)]  # processes of their own


@asynccontextmanager
async def supervised(conduct: str, file: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.sambut.supervised", conduct, str(file), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def written_in(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


async def lives(file: Path, count: int) -> list[int]:
    """Wait for so many lives; their pids."""

    async def look() -> list[int] | None:
        begun = written_in(file)
        return begun if len(begun) >= count else None

    return await eventually(look, within_s=10, what=f"{count} lives")


async def a_while(s: float) -> None:
    """Let so much of the processes' own time pass: what is told of here is silence."""
    began_s = asyncio.get_running_loop().time()

    async def passed() -> bool | None:
        return True if asyncio.get_running_loop().time() > began_s + s else None

    await eventually(passed, within_s=s + 5, what="a while")


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("conduct", ["dies", "fails", "freezes"])
async def test_a_program_that_was_up_is_started_again_and_stops_when_it_is_told(conduct: str, tmp_path: Path) -> None:
    async with supervised(conduct, tmp_path / "lives") as process:
        first, second = await lives(tmp_path / "lives", 2)
        assert not is_alive(first)
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 5) == 0
        assert not is_alive(second)


async def test_one_that_dies_soon_again_and_again_is_never_away_for_long(tmp_path: Path) -> None:
    async with supervised("dies_again", tmp_path / "lives"):
        await lives(tmp_path / "lives", 8)  # with pauses that grow on and on that would take 12 s


@pytest.mark.parametrize("conduct", ["cannot_start", "gives_way", "never_comes_up"])
async def test_one_that_cannot_start_or_has_given_way_is_left(conduct: str, tmp_path: Path) -> None:
    async with supervised(conduct, tmp_path / "lives") as process:
        assert await asyncio.wait_for(process.wait(), 10) == 1
        assert len(await lives(tmp_path / "lives", 1)) == 1


async def test_one_that_does_not_stop_when_it_is_told_is_ended(tmp_path: Path) -> None:
    async with supervised("does_not_stop", tmp_path / "lives") as process:
        (pid,) = await lives(tmp_path / "lives", 1)
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 5) == 1
        assert not is_alive(pid)


async def test_whoever_kills_the_supervisor_ends_the_program_with_it(tmp_path: Path) -> None:
    async with supervised("lives", tmp_path / "lives") as process:
        (pid,) = await lives(tmp_path / "lives", 1)
        process.kill()
        await process.wait()

        async def gone() -> bool | None:
            return None if is_alive(pid) else True

        await eventually(gone, within_s=5, what="the program gone")


async def test_a_supervisor_that_stood_still_itself_does_not_take_the_program_for_frozen(tmp_path: Path) -> None:
    async with supervised("lives", tmp_path / "lives") as process:
        (pid,) = await lives(tmp_path / "lives", 1)
        await a_while(0.5)  # past its first beats
        os.kill(pid, signal.SIGSTOP)
        await a_while(0.2)  # all that it has said is read
        process.send_signal(signal.SIGSTOP)
        await a_while(1.8)
        process.send_signal(signal.SIGCONT)
        await a_while(0.1)
        os.kill(pid, signal.SIGCONT)
        await a_while(1.0)
        assert len(await lives(tmp_path / "lives", 1)) == 1
        assert is_alive(pid)
