"""Asterisk itself dies under a running program, or is only out of reach for a while (CAP-3, DR-b)."""

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from phones.events import Ended, Ringing
from phones.plans import PicksUp
from tests.e2e.floor import eventually
from tests.e2e.house import House, open_house

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(150)]


async def test_asterisk_is_killed_and_the_program_brings_the_centre_back(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        talker, talking = await house.begin_talk("a1", "phone-1")
        await house.seat("a2", "phone-2", tone_hz=1200)
        rung = await house.call("0812000002", tone_hz=600)
        await house.phones.wait_for(Ringing, device="phone-2", within_ms=8_000)
        (offered,) = await house.line()
        waiter = await house.call("0812000003", tone_hz=700)
        waits = await house.newcomer([offered])
        in_menu = await house.call("0812000005", did="169")
        (lost,) = set(await house.live_calls()) - {talking, offered, waits}
        await house.sound_goes_on(talking)  # Asterisk writes sound in pieces of two seconds
        killed = house.asterisk_pid
        assert killed is not None

        os.kill(killed, signal.SIGKILL)

        await _health_becomes(house, 503)
        await house.ready(within_s=30)
        assert house.asterisk_pid not in (None, killed)
        assert await house.live_calls() == {}
        row = await house.ended(talking)
        assert (row["disposition"], row["ended_by"], row["agent_id"]) == ("answered", "system", "a1")
        assert (await house.recording(talking))["duration_s"] > 0.5
        await eventually(
            partial(_is_told, house, talking, "RecordingFailed"), within_s=5, what="that the last moments are missing"
        )
        for interaction_id in (offered, waits, lost):
            row = await house.ended(interaction_id)
            assert (row["disposition"], row["ended_by"]) == ("system_failure", "system")
        for call in (talker, rung, waiter, in_menu):
            call.hang_up()

        for agent, phone in (("a1", "phone-1"), ("a2", "phone-2")):
            await _clear_line(house, phone)
            await house.phones.unregister(phone)
            await house.phones.register_again(phone)
            await house.agent_is(agent, "ready")
        await house.phones.behave("phone-1", PicksUp(after_ms=100, hang_up_after_ms=1_500))
        await house.phones.behave("phone-2", PicksUp(after_ms=100, hang_up_after_ms=1_500))
        outcome = await (await house.call("0812000009")).outcome()
        assert outcome.heard is not None
        assert outcome.heard.has(1000) or outcome.heard.has(1200)
        numbers = await house.event_numbers()
        assert numbers == list(range(1, len(numbers) + 1))


async def _is_told(house: House, interaction_id: str, fact: str) -> bool | None:
    return True if fact in await house.facts(interaction_id) else None


async def _health_becomes(house: House, status: int) -> None:
    async def look() -> bool | None:
        return True if await house.health() == status else None

    await eventually(look, within_s=5, what=f"health {status}")


async def _clear_line(house: House, phone: str) -> None:
    """A person whose call has died hangs up; the phone does not hear of it by itself."""
    if len(house.phones.seen(Ringing, device=phone)) > len(house.phones.seen(Ended, device=phone)):
        await house.phones.hang_up(phone)
        await house.phones.wait_for(Ended, device=phone)
