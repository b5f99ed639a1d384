"""Fixtures of whole calls."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.brisk import BRISK
from tests.e2e.floor import CallFloor, open_floor


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[CallFloor]:
    """The sample centre on a real Asterisk."""
    async with open_floor(tmp_path) as opened:
        yield opened


@pytest.fixture
async def brisk_floor(tmp_path: Path) -> AsyncIterator[CallFloor]:
    """The sample centre with numbers that lead straight into queues of short times."""
    async with open_floor(tmp_path, rewrite=lambda sample: sample + BRISK) as opened:
        yield opened
