"""Whether talks are being recorded is known while they go on: room, and sound that grows."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from kernel.ids import ReservationId
from recorder.naming import agent_side, caller_side
from recorder.watch import RecordingWatch, is_short

R1, R2 = ReservationId("c1-1-r1"), ReservationId("c2-2-r1")


@asynccontextmanager
async def watching(folder: Path, talks: list[ReservationId], free_bytes_min: int = 0) -> AsyncIterator[RecordingWatch]:
    watch = RecordingWatch(
        spool=folder, shelf_dir=folder / "away", free_bytes_min=free_bytes_min, talks=lambda: talks, look_s=0.01
    )
    running = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110  # a thread has a part in it
            await asyncio.sleep(0.001)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x" * 320)


async def test_a_talk_whose_files_stop_growing_is_told_of_once_and_the_others_are_not(tmp_path: Path) -> None:
    async with watching(tmp_path, [R1, R2]) as watch:

        def still() -> bool:
            grow(tmp_path / caller_side(R2))
            return watch.still_now == 1

        grow(tmp_path / agent_side(R1))
        await until(still)
        assert watch.counters.stood_still == 1
        grow(tmp_path / caller_side(R1))
        await until(lambda: not still() and watch.still_now == 0)

    assert watch.counters.stood_still == 1


async def test_a_talk_whose_files_never_came_stands_still_too(tmp_path: Path) -> None:
    async with watching(tmp_path, [R1]) as watch:
        await until(lambda: watch.still_now == 1)


async def test_a_talk_that_is_over_stands_still_no_more(tmp_path: Path) -> None:
    talks = [R1]
    async with watching(tmp_path, talks) as watch:
        await until(lambda: watch.still_now == 1)
        talks.clear()
        await until(lambda: watch.still_now == 0)


async def test_room_that_runs_short_is_told_of_once(tmp_path: Path) -> None:
    async with watching(tmp_path, [R1], free_bytes_min=1 << 60) as watch:
        await until(lambda: watch.counters.ran_short == 1)
        # The looks go on: the sound is found to stand still.
        await until(lambda: watch.still_now == 1)

    assert watch.counters.ran_short == 1
    assert watch.disk_is_short()


@pytest.mark.parametrize(("free_bytes_min", "short"), [(0, False), (1 << 60, True)])
def test_the_nearest_folder_that_exists_counts(tmp_path: Path, free_bytes_min: int, short: bool) -> None:
    assert is_short([tmp_path / "not" / "yet"], free_bytes_min) is short


def test_a_disk_that_can_only_be_read_has_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flags = os.statvfs(tmp_path).f_flag
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=flags | os.ST_RDONLY))

    assert is_short([tmp_path], 0)
