"""A key leads out of the waiting room, on a real Asterisk (ACD-h)."""

from pathlib import Path

import pytest

from acd.core.waiting_words import KeyPressed
from kernel.instants import Instant
from kernel.result_codes import Disposition
from phones.caller_script import CallerScript
from phones.plans import KeyPress
from reports.definitions import total
from tests.e2e.floor import open_floor
from tests.e2e.heard import plays
from tests.e2e.waiting_centre import KEYED, with_waiting

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(60)]


async def test_scenario_32_a_key_during_the_announcement_leads_back_into_the_flow(tmp_path: Path) -> None:
    async with open_floor(tmp_path, rewrite=with_waiting) as floor:
        outcome = await floor.callers.call(
            CallerScript(
                number="081234567891",
                did=KEYED,
                records=True,
                press=(KeyPress(keys="2", after_ms=700), KeyPress(keys="1", after_ms=2_500)),
            )
        )

        assert outcome.heard is not None
        assert [play.whole for play in plays(outcome.heard.file, "id", "queue-wait")] == [False]
        assert [play.whole for play in plays(outcome.heard.file, "id", "digit-6")] == [True]
        row = await floor.row_of_call_to(KEYED)
        assert (row.disposition, row.queue_id) == (Disposition.FLOW_ENDED, "keyed")
        intervals = await floor.running.storage.rows.queue_intervals(Instant(0), Instant(2**60))
        assert (total(intervals).offered_count, total(intervals).left_key_count) == (1, 1)
        journal = floor.running.storage.journal
        keys = [entry.given.key async for entry in journal.read() if isinstance(entry.given, KeyPressed)]
        assert keys == ["1"], "what leads nowhere is not kept"
