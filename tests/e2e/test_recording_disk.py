"""The disk is full while a talk is recorded: the talk goes on, people are told within five seconds, the file is marked."""

import time
from dataclasses import replace

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from kernel.result_codes import Disposition
from phones.events import Ended
from phones.plans import PicksUp
from recorder.facts import RecordingFailed, RecordingStored
from tests.e2e.brisk import caller
from tests.e2e.floor import CallFloor, eventually
from tests.full_disk import no_room_beyond

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(90)]

ROOM_BYTES = 32_000
"""Two seconds of one side."""
TOLD_S_MAX = 5.0
CALLER_HZ, AGENT_HZ = 440, 1000


async def test_a_talk_outlives_its_recording_which_is_known_to_be_short(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    await floor.seat("a1", "phone-1", tone_hz=AGENT_HZ)
    await floor.phones.behave("phone-1", PicksUp(after_ms=100))
    pid = floor.running.exchange.process.pid
    assert pid is not None

    with no_room_beyond(ROOM_BYTES, pid):
        call = await floor.callers.start(replace(caller(), tone_hz=CALLER_HZ, records=True))
        await floor.until("a1", "talking")

        async def full() -> bool | None:
            sizes = [path.stat().st_size for path in floor.running.exchange.spool.glob("*.wav")]
            return True if len(sizes) == 2 and max(sizes) > ROOM_BYTES - 8_000 else None

        await eventually(full, within_s=8, what="no room left")
        full_s = time.monotonic()

        async def told() -> bool | None:
            return True if await metric(floor, "sambut_recorder_still_now") == 1 else None

        await eventually(told, within_s=TOLD_S_MAX + 3, what="the alarm")
        assert time.monotonic() - full_s <= TOLD_S_MAX + 0.5
        assert floor.state_of("a1") == "talking"
        await floor.phones.hang_up("phone-1")
        outcome = await call.outcome()
        ended = await floor.phones.wait_for(Ended, device="phone-1")

    assert ended.heard is not None
    assert ended.heard.heard_ms_of(CALLER_HZ) > ended.talk_ms - 700
    assert outcome.heard is not None
    assert outcome.heard.heard_ms_of(AGENT_HZ) > outcome.talk_ms - 1_000
    row = await floor.ended_row()
    assert (row.disposition, row.agent_id) == (Disposition.ANSWERED, "a1")
    (failed,) = await eventually(lambda: _failed(floor), within_s=15, what="the recording's fate")
    assert (failed.interaction_id, failed.problem) == (row.interaction_id, "short")
    assert 1_000 < failed.found_ms < failed.expected_ms - 1_000
    assert await floor.all_facts(RecordingStored) == []
    assert await metric(floor, "sambut_recorder_stood_still_total") == 1


async def metric(floor: CallFloor, name: str) -> float:
    """One number of /metrics."""
    port = floor.running.settings.http.port
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/metrics") as page:
        families = text_string_to_metric_families(await page.text())
    return {sample.name: sample.value for family in families for sample in family.samples}[name]


async def _failed(floor: CallFloor) -> list[RecordingFailed] | None:
    return await floor.all_facts(RecordingFailed) or None
