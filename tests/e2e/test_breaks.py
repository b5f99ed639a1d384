"""Breaks with limits: what the agents hear who want to go, and what a change of the centre does (ACD-g)."""

from pathlib import Path

import pytest

from phones.plans import KeyPress
from tests.e2e.brisk import BRISK
from tests.e2e.codes import AUX, READY, dial
from tests.e2e.floor import open_floor

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

REASONS = """
[[aux_reasons]]
id = "meal"
digits = "3"
agents_max = 1

[[aux_reasons]]
id = "site_visit"
digits = "20"
"""


async def test_one_more_than_may_be_away_is_told_so_and_goes_when_somebody_is_back(tmp_path: Path) -> None:
    async with open_floor(tmp_path, rewrite=lambda sample: sample + BRISK + REASONS) as floor:
        await floor.seat("a1", "phone-1")
        await floor.seat("a2", "phone-2")

        assert await dial(floor, "phone-1", f"{AUX}3") == ["agent-aux"]
        await floor.until("a1", "aux", "meal")
        assert await dial(floor, "phone-2", f"{AUX}3") == ["agent-too-many-away"]
        await floor.until("a2", "ready")

        # A centre with reasons of its own asks for their number.
        assert await dial(floor, "phone-2", AUX, KeyPress(keys="20", after_ms=5_000)) == [
            "agent-enter-reason",
            "agent-aux",
        ]
        await floor.until("a2", "aux", "site_visit")

        assert await dial(floor, "phone-1", READY) == ["agent-ready"]
        await floor.until("a1", "ready")
        assert await dial(floor, "phone-2", f"{AUX}3") == ["agent-aux"]
        await floor.until("a2", "aux", "meal")
