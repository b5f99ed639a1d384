"""On a real Asterisk: who hears whom, on hold and off, on both SIP stacks."""

from pathlib import Path

import pytest

from phones.caller_script import CallerScript
from phones.callers import TrunkCallers
from phones.crowd import AgentPhones, PjsuaPhones
from phones.events import (
    Answered,
    Ended,
    Held,
    KeyHeard,
    KeysPressed,
    Resumed,
)
from phones.plans import KeyPress, PicksUp, PicksUpWhenTold
from tests.phones.bench import Bench
from tests.phones.people import AGENT_HZ, CALLER_HZ, KINDS, Kind, caller, register

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


async def test_agent_and_caller_hear_each_other_and_only_each_other(
    bench: Bench, phones: AgentPhones, hearing_callers: AgentPhones, tmp_path: Path
) -> None:
    await register(phones, bench, folder=tmp_path)
    await caller(hearing_callers, bench, folder=tmp_path)
    await phones.behave("1001", PicksUp(after_ms=200, hang_up_after_ms=2000))

    await hearing_callers.dial("c1", "1001")
    agent = await phones.wait_for(Ended, device="1001")
    them = await hearing_callers.wait_for(Ended, device="c1")

    assert (agent.by, agent.how, them.by, them.how) == ("here", "hung_up", "far", "hung_up")
    assert agent.heard is not None
    assert them.heard is not None
    assert agent.heard.heard_ms_of(CALLER_HZ) >= 1400
    assert them.heard.heard_ms_of(AGENT_HZ) >= 1400
    assert not agent.heard.has(AGENT_HZ)
    assert not them.heard.has(CALLER_HZ)


async def test_a_sipp_caller_and_an_agent_hear_each_other(
    bench: Bench, phones: AgentPhones, callers: TrunkCallers, tmp_path: Path
) -> None:
    await register(phones, bench, folder=tmp_path)
    await phones.behave("1001", PicksUp())

    outcome = await callers.call(
        CallerScript(number="0812", did="1001", tone_hz=CALLER_HZ, hang_up_after_ms=2000, records=True)
    )
    agent = await phones.wait_for(Ended, device="1001")

    assert outcome.ending == "hung_up_here"
    assert outcome.talk_ms == pytest.approx(2000, abs=300)
    assert outcome.heard is not None
    assert outcome.heard.heard_ms_of(AGENT_HZ) >= 1400
    assert (agent.by, agent.how) == ("far", "hung_up")
    assert agent.heard is not None
    assert agent.heard.heard_ms_of(CALLER_HZ) >= 1400


async def test_a_pjsua2_phone_and_a_sipp_caller_hear_each_other(
    bench: Bench, pjsua_phones: PjsuaPhones, callers: TrunkCallers, tmp_path: Path
) -> None:
    await register(pjsua_phones, bench, folder=tmp_path)
    await pjsua_phones.behave("1001", PicksUpWhenTold())

    outcome = await callers.call(
        CallerScript(number="0812", did="1001", tone_hz=CALLER_HZ, hang_up_after_ms=2000, records=True)
    )
    agent = await pjsua_phones.wait_for(Ended, device="1001")

    assert outcome.ending == "hung_up_here"
    assert outcome.heard is not None
    assert outcome.heard.heard_ms_of(AGENT_HZ) >= 1400
    assert agent.heard is not None
    assert agent.heard.heard_ms_of(CALLER_HZ) >= 1400


async def test_a_tone_changed_in_mid_call_is_heard(bench: Bench, phones: AgentPhones, callers: TrunkCallers) -> None:
    await register(phones, bench)
    await phones.behave("1001", PicksUp())
    live = await callers.start(CallerScript(number="0812", did="1001", records=True))
    await phones.wait_for(Answered, device="1001")

    await phones.talk("1001", tone_hz=1800)
    await phones.press("1001", KeyPress(keys="5", after_ms=1000))
    await phones.wait_for(KeysPressed, device="1001")
    await phones.hang_up("1001")

    outcome = await live.outcome()
    assert outcome.ending == "hung_up_far"
    assert outcome.heard is not None
    assert outcome.heard.heard_ms_of(1800) >= 600


async def test_on_hold_the_caller_does_not_hear_the_agent(
    bench: Bench, phones: AgentPhones, hearing_callers: AgentPhones, tmp_path: Path
) -> None:
    await register(phones, bench)
    await caller(hearing_callers, bench, folder=tmp_path)
    await phones.behave("1001", PicksUp())
    await hearing_callers.dial(
        "c1", "1001", press=[KeyPress(keys="1", after_ms=800), KeyPress(keys="2", after_ms=1200)]
    )
    await phones.wait_for(KeyHeard, device="1001")

    await phones.hold("1001")
    await hearing_callers.wait_for(KeysPressed, device="c1")
    await phones.resume("1001")
    await hearing_callers.press("c1", KeyPress(keys="3", after_ms=800))
    await phones.wait_for(KeyHeard, device="1001", where=lambda key: key.key == "3")
    await phones.hang_up("1001")

    ended = await hearing_callers.wait_for(Ended, device="c1")
    assert ended.heard is not None
    (agent,) = [tone for tone in ended.heard.tones if abs(tone.frequency_hz - AGENT_HZ) < 10]
    before, after = [stretch for stretch in agent.stretches if stretch.end_ms - stretch.start_ms > 300]
    assert after.start_ms - before.end_ms >= 1000


async def test_a_pjsua2_phone_holds_and_resumes(bench: Bench, pjsua_phones: PjsuaPhones, callers: TrunkCallers) -> None:
    await register(pjsua_phones, bench)
    await pjsua_phones.behave("1001", PicksUp())
    live = await callers.start(
        CallerScript(
            number="0812",
            did="1001",
            records=True,
            press=(KeyPress(keys="1", after_ms=800), KeyPress(keys="2", after_ms=2000)),
        )
    )
    await pjsua_phones.wait_for(KeyHeard, device="1001")

    await pjsua_phones.hold("1001")
    await pjsua_phones.press("1001", KeyPress(keys="4", after_ms=1000))
    await pjsua_phones.wait_for(KeysPressed, device="1001")
    await pjsua_phones.resume("1001")
    await pjsua_phones.wait_for(KeyHeard, device="1001", where=lambda key: key.key == "2")
    live.hang_up()

    outcome = await live.outcome()
    assert outcome.ending == "hung_up_here"
    assert outcome.heard is not None
    (agent,) = [tone for tone in outcome.heard.tones if abs(tone.frequency_hz - AGENT_HZ) < 10]
    assert len([stretch for stretch in agent.stretches if stretch.end_ms - stretch.start_ms > 300]) == 2


@KINDS
async def test_a_sipp_caller_lives_through_a_re_invite(kind: Kind, bench: Bench, callers: TrunkCallers) -> None:
    async with kind() as phones:
        await register(phones, bench)
        await phones.behave("1001", PicksUp())
        live = await callers.start(CallerScript(number="0812", did="1001", press=(KeyPress(keys="1"),)))
        await phones.wait_for(KeyHeard, device="1001")

        await phones.hold("1001")
        await live.wait_for("reinvited")
        # Resumed at once, Asterisk may pass neither on; people hold for longer than that.
        await phones.press("1001", KeyPress(keys="5", after_ms=500))
        await phones.wait_for(KeysPressed, device="1001")
        await phones.resume("1001")
        await phones.press("1001", KeyPress(keys="6", after_ms=500))
        await phones.wait_for(KeysPressed, device="1001")
        live.hang_up()

        assert (await live.outcome()).ending == "hung_up_here"
        assert [step.word for step in live.steps()].count("reinvited") == 2


async def test_a_caller_is_told_of_the_hold(bench: Bench, phones: AgentPhones, hearing_callers: AgentPhones) -> None:
    await register(phones, bench)
    await caller(hearing_callers, bench)
    await phones.behave("1001", PicksUp())
    # A hold between the answer and the bridge is lost: only a key that was heard shows that they are connected.
    await hearing_callers.dial("c1", "1001", press=[KeyPress(keys="1")])
    await phones.wait_for(KeyHeard, device="1001")

    await phones.hold("1001")
    assert (await hearing_callers.wait_for(Held, device="c1")).by == "far"
    await phones.resume("1001")
    assert (await hearing_callers.wait_for(Resumed, device="c1")).by == "far"


@KINDS
async def test_a_phone_works_over_tcp(kind: Kind, bench: Bench) -> None:
    async with kind() as phones:
        await phones.register("1001", password="rahasia-1001", server="127.0.0.1", port=bench.sip_port, transport="tcp")
        await phones.dial("1001", "600", hang_up_after_ms=200)
        ended = await phones.wait_for(Ended, device="1001")

    assert (ended.by, ended.how) == ("here", "hung_up")
