"""The program is killed in the middle of everything, and comes back (CAP-3, DR-b, DR-c)."""

from pathlib import Path

import pytest

from phones.caller_script import CallOutcome
from phones.callers import LiveCall
from phones.events import Answered, Ended, Ringing
from sambut.asterisk_site import read_program
from tests.e2e.floor import eventually
from tests.e2e.heard import music_heard, plays
from tests.e2e.house import AGENT_HZ, CALLER_HZ, House, open_house
from tests.e2e.sound import GAP_MS_MAX, longest_gap_ms

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(150)]

VIP = "08111690001"


async def test_scenario_42_the_program_is_killed_and_nobody_is_lost_who_could_be_kept(tmp_path: Path) -> None:
    """A talk, a ringing phone, two who wait, one in the menu, and one who calls while nobody is there.

    Those last two hear music until the program is back, and then its flow from the beginning.
    """
    # Longer than the outage, so that those who wait are kept waiting.
    async with open_house(tmp_path, engine={"survivable_after_s": 60}) as house:
        talker, talking = await house.begin_talk("a1", "phone-1")
        _, cut_short = await house.begin_talk("a4", "phone-4")
        await house.seat("a2", "phone-2", tone_hz=1200)
        rung = await house.call("0812000002", tone_hz=600)
        await house.phones.wait_for(Ringing, device="phone-2", within_ms=8_000)
        (offered,) = await house.line()
        waiter = await house.call("0812000003", tone_hz=700)
        waits = await house.newcomer([offered])
        await house.call(VIP, tone_hz=800)
        goes_first = await house.newcomer([offered, waits])
        in_menu = await house.call("0812000005", did="169")
        known = {talking, cut_short, offered, waits, goes_first}
        (chooses,) = set(await house.live_calls()) - known

        await house.kill()
        killed_after_ms = waiter.answered_ms_ago()

        newcomer = await house.call("0812000006")
        await house.phones.pick_up("phone-2")
        await house.phones.wait_for(Answered, device="phone-2")
        await house.phones.hang_up("phone-4")
        await house.sound_goes_on(talking)
        await house.up()

        called = await house.newcomer([waits, goes_first])
        kept = {talking: "talking", offered: "talking", waits: "waiting", goes_first: "waiting", called: "waiting"}
        assert await house.live_calls() == {**kept, chooses: "flow"}
        assert await house.line() == [goes_first, waits, called]
        assert [await house.agent(agent) for agent in ("a1", "a2")] == [("talking", ""), ("talking", "")]
        await house.agent_is("a4", "wrap_up", "ready", "reserved", "alerting")
        await _was_answered_and_recorded(house, cut_short, by="a4")

        await house.phones.hang_up("phone-1")
        await _was_answered_and_recorded(house, talking, by="a1")
        await house.phones.hang_up("phone-2")
        await _was_answered_and_recorded(house, offered, by="a2")
        assert (await house.interaction(offered))["reservation_count"] == 1
        heard = (await rung.outcome()).heard
        assert heard is not None
        assert heard.has(1200)
        await _neither_heard_a_gap(house, talker)
        for caller, interaction_id in ((in_menu, chooses), (newcomer, called)):
            caller.hang_up()
            assert (await house.ended(interaction_id))["ended_by"] == "caller"
        await _heard_music(house, waiter, since_ms=killed_after_ms)


async def test_those_who_wait_are_told_that_there_is_no_service_when_the_program_stays_away(tmp_path: Path) -> None:
    async with open_house(tmp_path, engine={"survivable_after_s": 2, "heartbeat_ms": 500}) as house:
        waiter = await house.call("0812000003", tone_hz=700)
        waits = await house.newcomer([])
        await house.kill()

        _heard_that_there_is_no_service(await waiter.outcome())
        await house.up()
        row = await house.ended(waits)
        assert (row["disposition"], row["ended_by"]) == ("system_failure", "system")


async def _was_answered_and_recorded(house: House, interaction_id: str, *, by: str) -> None:
    row = await house.ended(interaction_id)
    assert (row["disposition"], row["agent_id"]) == ("answered", by)
    assert (await house.recording(interaction_id))["agent_id"] == by


async def _neither_heard_a_gap(house: House, talker: LiveCall) -> None:
    assert longest_gap_ms((await talker.outcome()).heard, AGENT_HZ) < GAP_MS_MAX
    ended = await house.phones.wait_for(Ended, device="phone-1")
    assert longest_gap_ms(ended.heard, CALLER_HZ) < GAP_MS_MAX


def _heard_that_there_is_no_service(outcome: CallOutcome) -> None:
    assert outcome.ending == "hung_up_far"
    assert outcome.heard is not None
    assert plays(outcome.heard.file, "id", "no-service")


async def _heard_music(house: House, waiter: LiveCall, *, since_ms: int) -> None:
    """Past a look of the waiting room at the heartbeat."""

    async def long_enough() -> bool | None:
        return True if waiter.answered_ms_ago() > since_ms + 8_000 else None

    await eventually(long_enough, within_s=20, what="a wait that is long enough to be judged")
    waiter.hang_up()
    heard = (await waiter.outcome()).heard
    assert heard is not None
    music = read_program(house.settings).moh_dir
    for moment_ms in (since_ms + 3_000, since_ms + 7_000):
        assert music_heard(heard.file, music, moment_ms, moment_ms + 800)
