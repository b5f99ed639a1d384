"""A bad network between the program and Asterisk's manager, with calls going on: what is missed is known in seconds."""

import asyncio
import time

import pytest

from acd.core.facts import AgentReserved, ReservationEnded
from kernel.result_codes import Disposition
from phones.plans import PicksUp
from telephony.ami.actions import Action
from tests.e2e.ami_proxy import proxied
from tests.e2e.brisk import LENIENT_DID, caller
from tests.e2e.floor import CallFloor, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(120)]

NOTICED_S_MAX = 5.0
IN_STEP_S_MAX = 2.0
"""A second to connect, log in and look, and some for a busy machine."""
CALLS = 6
TALK_MS = 6_000
"""Longer than the time from one look at Asterisk to the next: of a shorter talk whose every event is lost nobody can know."""


async def in_step(floor: CallFloor, *, within_s: float) -> None:
    async def look() -> bool | None:
        return None if await floor.running.health.problems() else True

    await eventually(look, within_s=within_s, what="in step with Asterisk")


async def nothing_left(floor: CallFloor, *, within_s: float) -> None:
    """Wait until Asterisk has no channel and the program holds nothing open."""

    async def look() -> bool | None:
        rows = await floor.running.exchange.commands.collect(
            Action(name="CoreShowChannels"), "CoreShowChannelsComplete"
        )
        return None if rows or floor.running.hub.picture.calls else True

    await eventually(look, within_s=within_s, what="no channel and no interaction left")


async def test_a_link_that_is_half_open_is_noticed_and_what_it_missed_is_known(brisk_floor: CallFloor) -> None:
    """Nobody says that the connection is gone. Meanwhile an agent hangs up, and a waiting caller gives up."""
    floor, events = brisk_floor, brisk_floor.running.exchange.events
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", PicksUp(after_ms=100))
    async with proxied(events) as proxy:
        await in_step(floor, within_s=10)
        talker = await floor.callers.start(caller("0812000001"))
        await floor.until("a1", "talking")
        waiter = await floor.callers.start(caller("0812000002", stay_ms=60_000))
        await floor.queued()

        proxy.holds = True
        held_s = time.monotonic()
        waiter.hang_up()
        await waiter.outcome()
        await floor.phones.hang_up("phone-1")
        await talker.outcome()

        async def noticed() -> bool | None:
            return None if events.is_up else True

        await eventually(noticed, within_s=NOTICED_S_MAX + 3, what="the silence noticed")
        noticed_s = time.monotonic() - held_s
        proxy.holds = False
        await in_step(floor, within_s=IN_STEP_S_MAX + 1)

        assert noticed_s <= NOTICED_S_MAX + 0.3, f"{noticed_s:.1f} s"
        assert events.counters.silences == 1
        await nothing_left(floor, within_s=5)
        rows = await floor.ended_rows(2)
    assert {row.disposition for row in rows} <= {
        Disposition.ANSWERED,
        Disposition.ABANDONED,
        Disposition.SHORT_ABANDONED,
    }
    assert sorted(row.agent_id or "" for row in rows) == ["", "a1"]


async def test_events_that_are_lost_doubled_swapped_and_dribbled_change_nothing_in_the_end(
    brisk_floor: CallFloor,
) -> None:
    floor, events = brisk_floor, brisk_floor.running.exchange.events
    for number in (1, 2, 3):
        await floor.plug_in(f"phone-{number}")
        await floor.phones.behave(f"phone-{number}", PicksUp(after_ms=100, hang_up_after_ms=TALK_MS))
        await floor.sit_down(f"a{number}", f"phone-{number}")
    async with proxied(events) as proxy:
        await in_step(floor, within_s=10)
        proxy.byte_by_byte = True
        proxy.lost, proxy.doubled, proxy.swapped = 0.3, 0.2, 0.1
        calls = [
            asyncio.create_task(floor.callers.call(caller(f"08120000{number:02d}", did=LENIENT_DID, stay_ms=45_000)))
            for number in range(CALLS)
        ]
        outcomes = await asyncio.gather(*calls)
        proxy.lost = proxy.doubled = proxy.swapped = 0.0
        await nothing_left(floor, within_s=15)

        assert proxy.events_harmed > 10
        assert {outcome.ending for outcome in outcomes} == {"hung_up_far"}, "each was served"
        rows = await floor.ended_rows(CALLS)
        assert {row.disposition for row in rows} == {Disposition.ANSWERED}
        reserved = await floor.all_facts(AgentReserved)
        ended = await floor.all_facts(ReservationEnded)
        assert sorted(fact.reservation_id for fact in reserved) == sorted(fact.reservation_id for fact in ended)
        assert sum(row.reservation_count for row in rows) == len(reserved)
        for agent in ("a1", "a2", "a3"):
            await floor.until(agent, "ready", within_s=10)
