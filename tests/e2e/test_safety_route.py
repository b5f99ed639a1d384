"""Whatever fails on our side, the caller is not left in silence (on a real Asterisk)."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession

from ivr.core.facts import PromptMissed
from ivr.core.nodes import KINDS
from ivr.core.nodes.hours import HOURS
from ivr.core.nodes.kind import Leave
from kernel.result_codes import Disposition, EndedBy
from phones.caller_script import CallerScript
from sambut.program import run_program
from tests.e2e.caller_centre import CHOICES, CLOSED_TODAY, PATIENT, with_stories
from tests.e2e.floor import eventually, is_ready, open_floor, put_centre, settings_in, trunk_callers
from tests.e2e.heard import SOUNDS, music_heard, plays

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]


async def test_a_sound_that_is_gone_at_run_time_costs_its_words_and_no_call(tmp_path: Path) -> None:
    sounds = tmp_path / "sounds"
    shutil.copytree(SOUNDS, sounds)
    async with open_floor(tmp_path, rewrite=with_stories, settings=settings_in(tmp_path, sounds=sounds)) as floor:
        for name in ("digit-1", "queue-wait"):
            (sounds / "id" / f"{name}.wav").unlink()
        outcome, waiting = await asyncio.gather(
            floor.callers.call(CallerScript(number="081234567891", did=CHOICES, records=True)),
            floor.callers.call(CallerScript(number="081234567892", did=PATIENT, hang_up_after_ms=13_000, records=True)),
        )
        assert waiting.heard is not None
        for moment_ms in (9_000, 12_000):
            music = Path(floor.running.exchange.site.moh_dir)
            assert music_heard(waiting.heard.file, music, moment_ms, moment_ms + 800), moment_ms

        assert outcome.heard is not None
        assert [play.whole for play in plays(outcome.heard.file, "id", "digit-2")] == [True]
        assert [play.whole for play in plays(outcome.heard.file, "id", "digit-7")] == [True]
        row = await floor.row_of_call_to(CHOICES)
        entries = await floor.running.storage.journal.timeline(row.interaction_id)
        missed = [fact for entry in entries for fact in entry.facts if isinstance(fact, PromptMissed)]
        assert [(fact.node_id, fact.prompt_id, fact.language) for fact in missed] == [("hello", "digit-1", "id")]
        address = f"http://127.0.0.1:{floor.running.settings.http.port}/metrics"
        async with ClientSession() as client, client.get(address) as scraped:
            assert 'sambut_prompts_missing_total{language="id",prompt="digit-1"} 1.0' in await scraped.text()


async def test_a_flow_that_breaks_ends_on_the_safety_route_as_a_failure_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_settings: object, _scene: object) -> Leave:
        raise ZeroDivisionError

    monkeypatch.setitem(KINDS, "hours", replace(HOURS, play=broken))
    async with open_floor(tmp_path, rewrite=with_stories) as floor:
        outcome = await floor.callers.call(CallerScript(number="081234567891", did=CLOSED_TODAY, records=True))

        assert outcome.heard is not None
        assert [play.whole for play in plays(outcome.heard.file, "id", "no-service")] == [True]
        row = await floor.row_of_call_to(CLOSED_TODAY)
        assert (row.disposition, row.ended_by) == (Disposition.SYSTEM_FAILURE, EndedBy.SYSTEM)


async def test_scenario_42_a_program_that_dies_in_the_middle_of_a_flow_leaves_its_callers_to_the_fallback(
    tmp_path: Path,
) -> None:
    """AGISTATUS says SUCCESS all the same: the dialplan believes only what the script has set at its end."""
    settings = settings_in(tmp_path)
    await put_centre(settings, rewrite=with_stories)
    async with trunk_callers(settings, tmp_path) as callers:
        async with run_program(settings, stop_asterisk=False) as running:
            await is_ready(running)
            call = await callers.start(CallerScript(number="081234567891", did="169", records=True))
            await call.wait_for("answered")
        outcome = await asyncio.wait_for(call.outcome(), timeout=40)

        assert outcome.heard is not None
        assert [play.whole for play in plays(outcome.heard.file, "id", "no-service")] == [True]
        assert [play.whole for play in plays(outcome.heard.file, "en", "no-service")] == [True]
        assert outcome.ending == "hung_up_far"
    async with run_program(settings, stop_asterisk=True) as again:
        await is_ready(again)

        async def ended() -> bool | None:
            rows = await again.storage.rows.find_interactions()
            return True if len(rows) == 1 and rows[0].disposition is not None else None

        await eventually(ended, within_s=5, what="the caller of the time before is known to be gone")
