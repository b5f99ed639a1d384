"""Every way in which a call can end, for the caller and for the agent: who ended it, and what the agent is then."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from acd.core.facts import AgentReserved, CallerHeld, CallerResumed, ReservationEnded
from kernel.result_codes import Disposition, EndedBy
from phones.events import Ended, Heard, Ringing, Stretch
from phones.plans import PicksUp
from reports.rows import InteractionRow
from sambut.secrets_file import SecretsFile
from sambut.storage import ADMIN_SECRET
from tests.e2e.brisk import caller
from tests.e2e.floor import CallFloor, eventually
from tests.e2e.heard import music_heard

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

CALLER_HZ, AGENT_HZ = 440, 1000


async def ask_api(floor: CallFloor, agent: str, what: str, **body: int) -> None:
    """Ask something for an agent over the REST API, as their desk does."""
    settings = floor.running.settings
    token = SecretsFile(settings.secrets_file).read()[ADMIN_SECRET]
    url = f"http://127.0.0.1:{settings.http.port}/api/v1/agents/{agent}/{what}"
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession() as http, http.post(url, headers=headers, json=body or None) as reply:
        assert reply.status == 200, await reply.text()


async def test_a_caller_who_gives_up_while_the_phone_rings_stops_it_and_the_agent_is_ready_first_in_line(
    brisk_floor: CallFloor,
) -> None:
    floor = brisk_floor
    await floor.seat("a1", "phone-1")
    await floor.seat("a2", "phone-2")
    call = await floor.callers.start(caller())
    await floor.until("a1", "alerting")

    left_ms = time.time() * 1000
    call.hang_up()
    stopped = await floor.phones.wait_for(Ended, device="phone-1")
    await floor.until("a1", "ready", "offer_withdrawn")

    assert stopped.how == "cancelled"
    assert stopped.at_ms - left_ms < 1000
    row = await floor.ended_row()
    assert (row.disposition, row.ended_by, row.agent_id) == (Disposition.SHORT_ABANDONED, EndedBy.CALLER, None)
    await floor.callers.start(caller())
    await floor.until("a1", "alerting")
    assert floor.phones.seen(Ringing, device="phone-2") == []


async def test_a_caller_who_gives_up_in_the_menu_rings_nobody(floor: CallFloor) -> None:
    await floor.seat("a1", "phone-1")

    await floor.callers.call(caller(did="169", stay_ms=1500))

    row = await floor.ended_row()
    assert (row.disposition, row.ended_by) == (Disposition.ABANDONED_IN_FLOW, EndedBy.CALLER)
    assert (row.reservation_count, row.queue_id) == (0, None)
    assert floor.state_of("a1") == "ready"


async def test_a_caller_who_gives_up_at_the_very_moment_of_the_answer_leaves_nothing_behind(
    brisk_floor: CallFloor,
) -> None:
    floor = brisk_floor
    await floor.seat("a1", "phone-1")
    for lead_s in (0, 0.002, 0.004, 0.006, 0.01, 0.02):
        call = await floor.callers.start(caller())
        await floor.until("a1", "alerting")
        picking_up = asyncio.create_task(floor.phones.pick_up("phone-1"))
        # The two cross on their way: now this one is first, now that one.
        await asyncio.sleep(lead_s)
        call.hang_up()
        await asyncio.gather(picking_up, return_exceptions=True)
        await call.outcome()
        await floor.phones.wait_for(Ended, device="phone-1")
        await floor.until("a1", "ready")

    rows = await floor.ended_rows(6)
    assert {row.disposition for row in rows} <= {Disposition.ANSWERED, Disposition.SHORT_ABANDONED}
    assert {row.ended_by for row in rows} == {EndedBy.CALLER}
    assert all((row.disposition is Disposition.ANSWERED) == (row.agent_id == "a1") for row in rows)
    assert len(await floor.all_facts(ReservationEnded)) == len(await floor.all_facts(AgentReserved)) == 6
    assert floor.running.hub.picture.calls == {}


@pytest.mark.parametrize("first", [EndedBy.AGENT, EndedBy.CALLER])
async def test_whoever_hangs_up_first_has_ended_it_and_wrap_up_follows_then_the_line(
    brisk_floor: CallFloor, first: EndedBy
) -> None:
    floor = brisk_floor
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", PicksUp())
    call = await floor.callers.start(caller())
    await floor.until("a1", "talking")

    if first is EndedBy.AGENT:
        await floor.phones.hang_up("phone-1")
    else:
        call.hang_up()
    outcome = await call.outcome()
    ended = await floor.phones.wait_for(Ended, device="phone-1")

    assert outcome.ending == ("hung_up_far" if first is EndedBy.AGENT else "hung_up_here")
    assert ended.by == ("here" if first is EndedBy.AGENT else "far")
    await floor.until("a1", "wrap_up", within_s=1)
    await floor.until("a1", "ready", within_s=3)
    row = await wrapped_up_row(floor)
    assert (row.disposition, row.ended_by, row.agent_id) == (Disposition.ANSWERED, first, "a1")
    assert 1_900 <= row.wrap_up_ms <= 2_400


async def wrapped_up_row(floor: CallFloor) -> InteractionRow:
    """The row of the newest interaction, once its agent's wrap-up is in it."""

    async def look() -> InteractionRow | None:
        (row,) = await floor.running.storage.rows.find_interactions(count_max=1)
        return row if row.wrap_up_ms > 0 else None

    return await eventually(look, within_s=5, what="wrap-up in the row")


async def test_wrap_up_is_ended_early_over_the_api(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", PicksUp(hang_up_after_ms=200))

    call = await floor.callers.start(caller())
    await floor.until("a1", "wrap_up", within_s=10)
    await ask_api(floor, "a1", "ready")
    assert floor.state_of("a1") == "ready"
    assert (await wrapped_up_row(floor)).wrap_up_ms < 1_900
    await call.outcome()


async def test_wrap_up_is_made_longer_over_the_api(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", PicksUp(hang_up_after_ms=200))

    call = await floor.callers.start(caller())
    await floor.until("a1", "wrap_up", within_s=10)
    await ask_api(floor, "a1", "wrap-up", extend_s=2)
    await floor.stays("a1", "wrap_up", 3000)

    await floor.until("a1", "ready", within_s=2)
    assert 3_900 <= (await wrapped_up_row(floor)).wrap_up_ms <= 4_600
    await call.outcome()


async def test_a_held_caller_hears_music_and_the_hold_is_counted(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    await floor.seat("a1", "phone-1", tone_hz=AGENT_HZ)
    await floor.phones.behave("phone-1", PicksUp())
    call = await floor.callers.start(replace(caller(), tone_hz=CALLER_HZ, records=True))
    await floor.stays("a1", "talking", 1500)

    await floor.phones.hold("phone-1")
    await floor.stays("a1", "hold", 2500)
    await floor.phones.resume("phone-1")
    await floor.stays("a1", "talking", 1500)
    await floor.phones.hang_up("phone-1")
    caller_heard = (await call.outcome()).heard
    agent_heard = (await floor.phones.wait_for(Ended, device="phone-1")).heard

    row = await floor.ended_row()
    assert 2_400 <= row.hold_ms <= 3_200
    assert 2_800 <= row.talk_ms <= 4_000
    (resumed,) = await floor.all_facts(CallerResumed)
    assert row.hold_ms == resumed.held_ms
    assert len(await floor.all_facts(CallerHeld)) == 1
    assert caller_heard is not None
    assert agent_heard is not None
    before, after = stretches_of(caller_heard, AGENT_HZ)
    assert all(each.end_ms - each.start_ms > 1000 for each in (before, after, *stretches_of(agent_heard, CALLER_HZ)))
    music = Path(floor.running.exchange.site.moh_dir)
    assert after.start_ms - before.end_ms > 2000
    assert music_heard(caller_heard.file, music, before.end_ms + 600, before.end_ms + 1400)
    assert music_heard(caller_heard.file, music, after.start_ms - 1200, after.start_ms - 400)


def stretches_of(heard: Heard, frequency_hz: int) -> tuple[Stretch, Stretch]:
    """Where a tone was heard: before a hold, and after it."""
    before, after = next(tone.stretches for tone in heard.tones if abs(tone.frequency_hz - frequency_hz) <= 10)
    return before, after


async def test_scenario_9_three_callers_within_a_second_ring_three_agents(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    for number in (1, 2, 3):
        await floor.seat(f"a{number}", f"phone-{number}")
        await floor.phones.behave(f"phone-{number}", PicksUp(after_ms=1000))

    for number in (1, 2, 3):
        await floor.callers.start(caller(f"08123456789{number}"))
    for number in (1, 2, 3):
        await floor.until(f"a{number}", "talking")

    reserved = await floor.all_facts(AgentReserved)
    assert [fact.agent_id for fact in reserved] == ["a1", "a2", "a3"]
    rings = floor.phones.seen(Ringing)
    assert len({ring.number for ring in rings}) == len({ring.device for ring in rings}) == len(rings) == 3
    assert max(ring.at_ms for ring in rings) - min(ring.at_ms for ring in rings) < 1000


async def test_scenario_12_of_equal_agents_the_longest_idle_rings(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    for agent, phone in (("a2", "phone-2"), ("a4", "phone-4"), ("a1", "phone-1")):
        await floor.seat(agent, phone)
        await floor.phones.behave(phone, PicksUp(hang_up_after_ms=100))

    for _ in range(4):
        await floor.callers.call(caller())

    assert [fact.agent_id for fact in await floor.all_facts(AgentReserved)] == ["a2", "a4", "a1", "a2"]
