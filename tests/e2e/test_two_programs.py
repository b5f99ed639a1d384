"""Scenario 19: two programs on one Asterisk, as when one takes over from another that was believed dead."""

import asyncio

import pytest

from acd.core.facts import InteractionAnswered
from phones.events import Ended, Ringing
from telephony.heartbeat import EPOCH, Superseded, global_variable
from tests.e2e.brisk import caller
from tests.e2e.floor import CallFloor

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(60)]

LATER = "9999999999999-later"


async def test_scenario_19_only_the_program_that_started_later_can_join_a_call(brisk_floor: CallFloor) -> None:
    floor, exchange = brisk_floor, brisk_floor.running.exchange
    try:
        await floor.seat("a1", "phone-1")
        await floor.callers.start(caller())
        await floor.phones.wait_for(Ringing, device="phone-1", within_ms=8_000)

        await exchange.commands.perform(global_variable(EPOCH, LATER))
        await floor.phones.pick_up("phone-1")

        ended = await floor.phones.wait_for(Ended, device="phone-1", within_ms=3_000)
        assert ended.by == "far"
        assert await floor.all_facts(InteractionAnswered) == []
        async with asyncio.timeout(5):
            with pytest.RaisesGroup(Superseded, flatten_subgroups=True):
                await floor.running.tasks
    finally:
        # It has given way: the Asterisk is not its own to stop.
        await exchange.process.stop()
