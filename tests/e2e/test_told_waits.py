"""Callers hear their place and their wait, in their language, and the centre counts how true it was (ACD-h, KPI)."""

import asyncio
import time
from pathlib import Path

import pytest

from acd.core.facts import WaitTold
from acd.core.inputs import SetReady
from kernel.ids import AgentId
from kernel.instants import Instant
from kernel.result_codes import Disposition
from phones.caller_script import CallerScript
from phones.plans import PicksUp
from tests.e2e.floor import CallFloor, eventually, open_floor, settings_in
from tests.e2e.heard import plays
from tests.e2e.waiting_centre import TOLD, TOLD_ENGLISH, put_waits, with_waiting

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

FIRST = ("place-before", "digit-1", "place-after", "wait-before", "digit-1", "wait-minute")
SECOND = ("place-before", "digit-2", "place-after", "wait-before", "digit-2", "wait-minutes")


def is_said(recording: str, language: str, prompts: tuple[str, ...]) -> bool:
    """Whether these were heard whole, each begun within a second of the end of the one before."""
    at = 0
    for prompt in prompts:
        found = [play for play in plays(recording, language, prompt) if play.whole and play.start_ms >= at - 100]
        if not found or (at and found[0].start_ms > at + 1_000):
            return False
        at = found[0].end_ms
    return True


async def told(floor: CallFloor, count: int) -> list[WaitTold]:
    """All tellings, once there are so many."""

    async def look() -> list[WaitTold] | None:
        seen = await floor.all_facts(WaitTold)
        return seen if len(seen) >= count else None

    return await eventually(look, within_s=18, what=f"{count} callers told")


async def test_scenario_31_callers_hear_their_place_and_their_wait_and_it_is_counted(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    await put_waits(settings, "told", waited_ms=50_000, until=Instant(int(time.time() * 1000) - 60_000))
    async with open_floor(tmp_path, rewrite=with_waiting, settings=settings) as floor:
        await floor.seat("a1", "phone-1", ready=False)
        await floor.phones.behave("phone-1", PicksUp(after_ms=100, hang_up_after_ms=400))
        first = await floor.callers.start(CallerScript(number="081234567891", did=TOLD, records=True))
        await floor.queued()
        english = await floor.callers.start(CallerScript(number="081234567892", did=TOLD_ENGLISH, records=True))
        # The third is the first caller's second: by then both have heard their first ones to the end.
        seen = await told(floor, 3)
        assert [(each.position, each.minutes, each.is_longer) for each in seen[:2]] == [(1, 1, False), (2, 2, False)]
        await floor.running.distributor.submit(SetReady(agent_id=AgentId("a1")))
        outcomes = await asyncio.gather(first.outcome(), english.outcome())

        assert all(outcome.heard is not None for outcome in outcomes)
        files = [outcome.heard.file for outcome in outcomes if outcome.heard is not None]
        assert is_said(files[0], "id", FIRST)
        assert is_said(files[1], "en", SECOND)
        assert not is_said(files[0], "en", FIRST)
        rows = await floor.ended_rows(7)
        assert [row.disposition for row in rows[:2]] == [Disposition.ANSWERED] * 2
        (queue,) = [queue for queue in floor.running.numbers.now().queues if queue.queue_id == "told"]
        kept = [(row.minutes, row.told_count, row.kept_count, row.broken_count) for row in queue.waits_told]
        assert kept == [(1, 1, 1, 0), (2, 1, 1, 0)]
        stored = await floor.running.storage.rows.waits_told(Instant(0), Instant(2**60))
        assert [(row.minutes, row.kept_count) for row in stored] == [(1, 1), (2, 1)]
