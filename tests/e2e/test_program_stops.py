"""The program is told to stop, and comes back: no call is cut, and everybody is where they were (CAP-3, DR-b)."""

from pathlib import Path

import pytest

from phones.events import Answered, Ended, Ringing
from phones.plans import KeyPress, PicksUp
from tests.e2e.house import AGENT_HZ, CALLER_HZ, House, open_house
from tests.e2e.sound import GAP_MS_MAX, longest_gap_ms

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(150)]

VIP = "08111690001"


async def test_the_program_stops_and_starts_again_and_no_call_is_cut(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        talker, talking = await house.begin_talk("a1", "phone-1")
        await house.seat("a2", "phone-2", tone_hz=1200)
        await house.call("0812000002", tone_hz=600)
        await house.phones.wait_for(Ringing, device="phone-2", within_ms=8_000)
        (offered,) = await house.line()
        await house.seat("a3", "phone-3", ready=False)
        await house.post("agents/a3/aux", reason_code="lunch")
        await house.call("0812000003", tone_hz=700)
        waits = await house.newcomer([offered])
        await house.call(VIP, tone_hz=800)
        goes_first = await house.newcomer([offered, waits])
        await house.call("0812000005", did="169", press=_ONE_NOW_AND_THEN)
        (in_menu,) = set(await house.live_calls()) - {talking, offered, waits, goes_first}
        asterisk_pid = house.asterisk_pid

        assert await house.stop() == 0

        assert house.asterisk_pid == asterisk_pid is not None
        await house.sound_goes_on(talking)
        await house.up()
        assert house.asterisk_pid == asterisk_pid
        assert await house.line() == [goes_first, offered, waits]
        assert (await house.live_calls()).keys() == {talking, offered, waits, goes_first, in_menu}
        assert [await house.agent(agent) for agent in ("a1", "a2", "a3")] == [
            ("talking", ""),
            ("alerting", ""),
            ("aux", "lunch"),
        ]

        await house.phones.pick_up("phone-2")
        await house.agent_is("a2", "talking")
        assert (await house.facts(offered)).count("AgentReserved") == 1
        await house.phones.hang_up("phone-1")
        row = await house.ended(talking)
        assert (row["disposition"], row["ended_by"], row["agent_id"]) == ("answered", "agent", "a1")
        outcome = await talker.outcome()
        assert longest_gap_ms(outcome.heard, AGENT_HZ) < GAP_MS_MAX
        heard_by_agent = (await house.phones.wait_for(Ended, device="phone-1")).heard
        assert longest_gap_ms(heard_by_agent, CALLER_HZ) < GAP_MS_MAX
        recording = await house.recording(talking)
        assert abs(recording["duration_s"] - row["talk_s"]) < 1

        await _serve(house, [goes_first, waits, in_menu])
        numbers = await house.event_numbers()
        assert numbers == list(range(1, len(numbers) + 1))


_ONE_NOW_AND_THEN = tuple(KeyPress(keys="1", after_ms=4_000) for _ in range(6))


async def _serve(house: House, expected: list[str]) -> None:
    """Let one agent take all who wait, one by one, and see that they come in this order."""
    answered = []
    await house.phones.behave("phone-1", PicksUp(after_ms=100, hang_up_after_ms=500))
    for interaction_id in expected:
        await house.agent_is("a1", "wrap_up", "ready")
        await house.post("agents/a1/ready")
        await house.phones.wait_for(Answered, device="phone-1", within_ms=25_000)
        row = await house.ended(interaction_id)
        assert (row["disposition"], row["agent_id"]) == ("answered", "a1")
        answered.append(row["answered_at"])
    assert answered == sorted(answered)
