"""The journal's disk is full, or its database is held by another process: no call is harmed, nothing acknowledged is lost.

What cannot be written is not done: the program ends, and is started again by its supervisor until it can write. Talks
and those who wait are Asterisk's meanwhile.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from phones.caller_script import CallerScript
from store.sqlite import file_of
from tests.e2e.floor import eventually
from tests.e2e.house import DIRECT, House, open_house
from tests.full_disk import no_room_beyond

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(120)]

LOCKED_S_MAX = 2
PATIENT: dict[str, object] = {"survivable_after_s": 60}
"""Longer than any fault here lasts, so that those who wait are kept waiting."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """The sample centre; a write waits no longer than two seconds for another process."""
    async with open_house(tmp_path, engine=PATIENT, journal={"locked_s_max": LOCKED_S_MAX}) as opened:
        yield opened


@contextlib.contextmanager
def held_database(house: House) -> Iterator[None]:
    """Another process (this one) holds the database, so that nobody else can write."""
    file = file_of(house.settings.database_url)
    assert file is not None
    other = sqlite3.connect(file, isolation_level=None)
    try:
        other.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        other.close()


async def falls_silent(house: House, *, within_s: float) -> None:
    """Wait until the program has ended (its supervisor has not)."""

    async def look() -> bool | None:
        return True if await house.health() == 0 else None

    await eventually(look, within_s=within_s, what="the program ended")


async def stays_silent(house: House, *, for_s: float) -> None:
    """The supervisor tries again and again, and no life comes so far as to be asked anything."""
    until = time.monotonic() + for_s
    while time.monotonic() < until:
        assert await house.health() == 0
        assert house.program is not None
        assert house.program.returncode is None
        await asyncio.sleep(0.1)


async def says_that_it_is_not_well(house: House) -> None:
    """Wait until /health/ready says that callers cannot be served, and why."""

    async def look() -> bool | None:
        status, words = await house.health_words()
        return True if status == 503 and "journal" in words else None

    await eventually(look, within_s=4, what="the journal said to be not well")


async def the_story_ends_well(house: House, talking: str, waiting: str, acknowledged: list[int]) -> None:
    """All that was known is known: the talk goes on, the waiting caller has their place and reaches the agent."""
    assert await house.live_calls() == {talking: "talking", waiting: "waiting"}
    numbers = await house.event_numbers()
    assert numbers[: len(acknowledged)] == acknowledged
    assert numbers == list(range(1, len(numbers) + 1))
    assert await house.agent("a1") == ("talking", "")
    await house.phones.hang_up("phone-1")
    row = await house.ended(talking)
    assert (row["disposition"], row["ended_by"], row["agent_id"], row["reservation_count"]) == (
        "answered",
        "agent",
        "a1",
        1,
    )
    assert (await house.recording(talking))["duration_s"] > 1

    async def answered() -> bool | None:
        return True if (await house.interaction(waiting))["answered_at"] is not None else None

    await eventually(answered, within_s=25, what="the waiting caller answered")


async def test_a_full_disk_ends_no_call_and_loses_nothing_and_the_program_is_back_once_there_is_room(
    house: House,
) -> None:
    _, talking = await house.begin_talk("a1", "phone-1")
    await house.call("0812000002")
    waiting = await house.newcomer([])
    acknowledged = await house.event_numbers()
    assert house.program is not None

    with no_room_beyond(4_096, house.program.pid, house.engine_pid):
        # Whatever happens now is to be written down.
        newcomer = await house.callers.start(CallerScript(number="0812000003", did=DIRECT))
        await falls_silent(house, within_s=10)
        await house.sound_goes_on(talking)
        await stays_silent(house, for_s=4)
        newcomer.hang_up()
        await newcomer.outcome()
    await house.ready(within_s=25)

    await the_story_ends_well(house, talking, waiting, acknowledged)


async def test_a_database_that_is_held_for_a_moment_is_waited_for_and_told_of(house: House) -> None:
    _, talking = await house.begin_talk("a1", "phone-1")
    await house.call("0812000002")
    waiting = await house.newcomer([])
    acknowledged, pid = await house.event_numbers(), house.engine_pid

    with held_database(house):
        asking = asyncio.create_task(house.post("agents/a2/login", device_id="phone-2"))
        await says_that_it_is_not_well(house)
        assert await house.metric("sambut_database_late_writes_total") >= 1
        assert await house.metric("sambut_database_write_waits_seconds") > 1
        assert not asking.done()
    await asking
    await house.ready(within_s=5)

    assert house.engine_pid == pid
    await the_story_ends_well(house, talking, waiting, acknowledged)


async def test_a_database_that_is_held_for_long_ends_the_program_and_no_call(house: House) -> None:
    _, talking = await house.begin_talk("a1", "phone-1")
    await house.call("0812000002")
    waiting = await house.newcomer([])
    acknowledged = await house.event_numbers()

    with held_database(house):
        await house.phones.hold("phone-1")
        await house.phones.resume("phone-1")
        await falls_silent(house, within_s=LOCKED_S_MAX + 6)
        await house.sound_goes_on(talking)
    await house.ready(within_s=25)

    await the_story_ends_well(house, talking, waiting, acknowledged)
