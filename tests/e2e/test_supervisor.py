"""The program dies or freezes, and its supervisor starts it again (CAP-3)."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.e2e.floor import eventually
from tests.e2e.house import House, open_house

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(120)]

NOTICED_S_MAX = 3.0


async def test_a_program_that_dies_or_freezes_is_started_again_and_nobody_notices(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        _, talking = await house.begin_talk("a1", "phone-1")
        await house.call("0812000003", tone_hz=700)
        waits = await house.newcomer([])

        for number in (signal.SIGKILL, signal.SIGSTOP):
            former = house.engine_pid
            os.kill(former, number)
            began_s = time.monotonic()
            await _another_than(house, former)
            assert time.monotonic() - began_s < NOTICED_S_MAX + 1  # the machine may be busy
            await house.ready(within_s=30)
            assert await house.live_calls() == {talking: "talking", waits: "waiting"}

        assert await house.agent("a1") == ("talking", "")
        assert await house.stop() == 0


async def _another_than(house: House, former: int) -> None:
    async def look() -> bool | None:
        try:
            return True if house.engine_pid != former else None
        except AssertionError:
            return None  # between two lives

    await eventually(look, within_s=20, what="another life of the program")
