"""People with phones on a real Asterisk: they ring, answer, talk and hear each other, on both SIP stacks."""

from pathlib import Path

import pytest

from sambut.phones.callers import CallerScript, TrunkCallers
from sambut.phones.crowd import AgentPhones, NotSeen, PhoneRefused, Phones, PjsuaPhones
from sambut.phones.wire import (
    Answered,
    Declines,
    Ended,
    Held,
    IsBusy,
    KeyHeard,
    KeyPress,
    KeysPressed,
    LetsItRing,
    PicksUp,
    PicksUpWhenTold,
    Progress,
    Resumed,
    Ringing,
    Transferred,
    TransferFailed,
)
from tests.sambut.phones.bench import Bench

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

AGENT_HZ, CALLER_HZ = 1000, 400
HOSTILE_NAME = 'Budi "${EXTEN}" [did] ]]> 王 \\ ;x=<y>'


async def register(phones: Phones, bench: Bench, device: str = "1001", *, folder: Path | None = None) -> None:
    await phones.register(
        device,
        password=f"rahasia-{device}",
        server="127.0.0.1",
        port=bench.sip_port,
        tone_hz=AGENT_HZ,
        record_folder=folder,
    )


async def caller(phones: Phones, bench: Bench, name: str = "c1", *, folder: Path | None = None) -> None:
    await phones.make_caller(
        name,
        server="127.0.0.1",
        port=bench.sip_port,
        number="081234567890",
        display_name="Budi 王",
        tone_hz=CALLER_HZ,
        record_folder=folder,
    )


def events_of(phones: Phones, kind: type[Ended] | type[Answered] | type[Ringing]) -> int:
    return len(phones.seen(kind))


# -- who hears whom ------------------------------------------------------------


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


@pytest.mark.parametrize("kind", [AgentPhones, PjsuaPhones])
async def test_a_sipp_caller_lives_through_a_re_invite(
    kind: type[AgentPhones] | type[PjsuaPhones], bench: Bench, callers: TrunkCallers
) -> None:
    async with kind() as phones:
        await register(phones, bench)
        await phones.behave("1001", PicksUp())
        live = await callers.start(CallerScript(number="0812", did="1001"))
        await phones.wait_for(Answered, device="1001")

        await live.wait_for("answered")
        await phones.hold("1001")
        await live.wait_for("reinvited")
        await phones.resume("1001")
        await phones.press("1001", KeyPress(keys="5", after_ms=300))
        await phones.wait_for(KeysPressed, device="1001")
        live.hang_up()

        assert (await live.outcome()).ending == "hung_up_here"
        assert [step.word for step in live.steps()].count("reinvited") == 2


async def test_a_caller_is_told_of_the_hold(bench: Bench, phones: AgentPhones, hearing_callers: AgentPhones) -> None:
    await register(phones, bench)
    await caller(hearing_callers, bench)
    await phones.behave("1001", PicksUp())
    await hearing_callers.dial("c1", "1001")
    await phones.wait_for(Answered, device="1001")

    await phones.hold("1001")
    assert (await hearing_callers.wait_for(Held, device="c1")).by == "far"
    await phones.resume("1001")
    assert (await hearing_callers.wait_for(Resumed, device="c1")).by == "far"


@pytest.mark.parametrize("kind", [AgentPhones, PjsuaPhones])
async def test_a_phone_works_over_tcp(kind: type[AgentPhones] | type[PjsuaPhones], bench: Bench) -> None:
    async with kind() as phones:
        await phones.register("1001", password="rahasia-1001", server="127.0.0.1", port=bench.sip_port, transport="tcp")
        await phones.dial("1001", "600", hang_up_after_ms=200)
        ended = await phones.wait_for(Ended, device="1001")

    assert (ended.by, ended.how) == ("here", "hung_up")


# -- ringing, and how it ends -----------------------------------------------------


@pytest.mark.parametrize("kind", [AgentPhones, PjsuaPhones])
async def test_ringing_shows_who_calls_and_the_headers(
    kind: type[AgentPhones] | type[PjsuaPhones], bench: Bench, hearing_callers: AgentPhones
) -> None:
    async with kind() as phones:
        await register(phones, bench)
        await caller(hearing_callers, bench)
        await phones.behave("1001", PicksUpWhenTold())

        await hearing_callers.dial("c1", "1001")
        ringing = await phones.wait_for(Ringing, device="1001")
        answered = await phones.wait_for(Answered, call=ringing.call)

        assert (ringing.number, ringing.name) == ("081234567890", "Budi 王")
        assert ringing.headers["Alert-Info"] == "info=alert-autoanswer"
        assert ringing.headers["X-Sambut-Queue"] == "umum"
        assert answered.at_ms - ringing.at_ms < 1000
        await hearing_callers.hang_up("c1")
        await phones.wait_for(Ended, call=ringing.call)


@pytest.mark.parametrize("kind", [AgentPhones, PjsuaPhones])
@pytest.mark.parametrize(
    ("plan", "agent_status", "caller_status"),
    [(Declines(after_ms=100), 603, 403), (IsBusy(), 486, 486)],
    ids=["declines", "busy"],
)
async def test_a_refusal_reaches_the_caller(
    kind: type[AgentPhones] | type[PjsuaPhones],
    plan: Declines | IsBusy,
    agent_status: int,
    caller_status: int,
    bench: Bench,
    callers: TrunkCallers,
) -> None:
    async with kind() as phones:
        await register(phones, bench)
        await phones.behave("1001", plan)

        outcome = await callers.call(CallerScript(number="0812", did="1001"))
        ended = await phones.wait_for(Ended, device="1001")

    assert (ended.by, ended.how, ended.status) == ("here", "refused", agent_status)
    # Asterisk tells 603's cause 21 as 403.
    assert (outcome.ending, outcome.status) == ("refused", caller_status)


@pytest.mark.parametrize("kind", [AgentPhones, PjsuaPhones])
async def test_a_caller_who_gives_up_cancels_the_ringing(
    kind: type[AgentPhones] | type[PjsuaPhones], bench: Bench, callers: TrunkCallers
) -> None:
    async with kind() as phones:
        await register(phones, bench)
        await phones.behave("1001", LetsItRing())

        outcome = await callers.call(CallerScript(number="0812", did="1001", give_up_after_ms=700))
        ended = await phones.wait_for(Ended, device="1001")

    assert (outcome.ending, outcome.status, outcome.answered_after_ms) == ("cancelled", 487, None)
    assert outcome.ended_after_ms == pytest.approx(700, abs=300)
    assert (ended.by, ended.how, ended.talk_ms) == ("far", "cancelled", 0)


async def test_no_answer_ends_by_the_switchs_own_time(bench: Bench, phones: AgentPhones, callers: TrunkCallers) -> None:
    await register(phones, bench)

    outcome = await callers.call(CallerScript(number="0812", did="1001", headers=(("X-Ring-S", "1"),)))
    ended = await phones.wait_for(Ended, device="1001")

    assert outcome.ending == "refused"
    assert outcome.rang_after_ms is not None
    assert outcome.ended_after_ms == pytest.approx(1000, abs=400)
    assert ended.how == "cancelled"


async def test_the_agent_who_hangs_up_ends_the_callers_call(
    bench: Bench, phones: AgentPhones, callers: TrunkCallers
) -> None:
    await register(phones, bench)
    await phones.behave("1001", PicksUp(after_ms=100, hang_up_after_ms=400))

    outcome = await callers.call(CallerScript(number="0812", did="1001"))

    assert outcome.ending == "hung_up_far"
    assert outcome.answered_after_ms == pytest.approx(100, abs=150)
    assert outcome.talk_ms == pytest.approx(400, abs=200)


async def test_a_number_that_is_not_there(bench: Bench, callers: TrunkCallers) -> None:
    outcome = await callers.call(CallerScript(number="0812", did="999"))

    assert (outcome.ending, outcome.status) == ("refused", 404)


# -- hostile callers ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "number"),
    [
        (CallerScript(number="0812", did="1001", display_name=HOSTILE_NAME), "0812"),
        (CallerScript(number="0812", did="1001", display_name="x" * 2000), "0812"),
        (CallerScript(number="0812", did="1001", display_name="é" * 40), "0812"),
        (CallerScript(number="", did="1001"), "anonymous"),
    ],
    ids=["quotes", "2kB", "utf-8", "anonymous"],
)
async def test_a_hostile_caller_id_rings_and_harms_nobody(
    script: CallerScript, number: str, bench: Bench, phones: AgentPhones, callers: TrunkCallers
) -> None:
    await register(phones, bench)
    await phones.behave("1001", PicksUp(hang_up_after_ms=200))

    outcome = await callers.call(script)
    ringing = await phones.wait_for(Ringing, device="1001")

    assert outcome.ending == "hung_up_far"
    assert ringing.number == number


# -- keys ----------------------------------------------------------------------------


async def test_an_agent_hears_a_sipp_callers_keys(bench: Bench, phones: AgentPhones, callers: TrunkCallers) -> None:
    await register(phones, bench)
    await phones.behave("1001", PicksUp())

    outcome = await callers.call(
        CallerScript(
            number="0812",
            did="1001",
            press=(KeyPress(keys="1*", after_ms=300), KeyPress(keys="9#", after_ms=300)),
            hang_up_after_ms=2500,
        )
    )
    await phones.wait_for(Ended, device="1001")

    assert outcome.keys_are_pressed
    assert "".join(heard.key for heard in phones.seen(KeyHeard, device="1001")) == "1*9#"


async def test_a_sipp_callers_keys_reach_the_dialplan(bench: Bench, callers: TrunkCallers) -> None:
    outcome = await callers.call(CallerScript(number="0812", did="1691", press=(KeyPress(keys="4711", after_ms=300),)))

    assert outcome.ending == "hung_up_far"
    assert bench.keys_seen()[-1] == "4711"


@pytest.mark.parametrize("kind", [AgentPhones, PjsuaPhones])
async def test_an_agent_dials_a_feature_code_and_presses_keys(
    kind: type[AgentPhones] | type[PjsuaPhones], bench: Bench
) -> None:
    async with kind() as phones:
        await register(phones, bench)

        await phones.dial("1001", "*11", press=[KeyPress(keys="12", after_ms=300), KeyPress(keys="34", after_ms=200)])
        ended = await phones.wait_for(Ended, device="1001")

    assert (ended.by, ended.how) == ("far", "hung_up")
    assert bench.keys_seen()[-1] == "1234"


# -- transfer -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [AgentPhones, PjsuaPhones])
async def test_a_blind_transfer_hands_the_caller_on(
    kind: type[AgentPhones] | type[PjsuaPhones], bench: Bench, callers: TrunkCallers
) -> None:
    async with AgentPhones() as others, kind() as phones:
        await register(phones, bench, "1001")
        await register(others, bench, "1002")
        await phones.behave("1001", PicksUp())
        await others.behave("1002", PicksUp(hang_up_after_ms=800))
        live = await callers.start(CallerScript(number="0812", did="1001"))
        await phones.wait_for(Answered, device="1001")

        await phones.transfer("1001", "1002")

        await phones.wait_for(Transferred, device="1001")
        await phones.wait_for(Ended, device="1001")
        await others.wait_for(Answered, device="1002")
        assert (await live.outcome()).ending == "hung_up_far"


async def test_a_transfer_to_nowhere_is_told_and_the_call_goes_on(
    bench: Bench, phones: AgentPhones, callers: TrunkCallers
) -> None:
    await register(phones, bench)
    await phones.behave("1001", PicksUp())
    live = await callers.start(CallerScript(number="0812", did="1001"))
    await phones.wait_for(Answered, device="1001")

    await phones.transfer("1001", "7")

    await phones.wait_for(TransferFailed, device="1001")
    assert phones.seen(Ended, device="1001") == []
    live.hang_up()
    assert (await live.outcome()).ending == "hung_up_here"


# -- many, and wrong use -----------------------------------------------------------------


async def test_callers_end_with_their_trunk(bench: Bench, phones: AgentPhones, callers: TrunkCallers) -> None:
    await register(phones, bench)
    await phones.behave("1001", PicksUp())
    async with callers:
        live = await callers.start(CallerScript(number="0812", did="1001"))
        await live.wait_for("answered")

    ended = await phones.wait_for(Ended, device="1001")

    assert (ended.by, ended.how) == ("far", "hung_up")


async def test_three_callers_at_once_ring_three_phones(
    bench: Bench, phones: AgentPhones, callers: TrunkCallers
) -> None:
    for device in ("1001", "1002", "1003"):
        await register(phones, bench, device)
        await phones.behave(device, PicksUp(hang_up_after_ms=500))

    lives = [await callers.start(CallerScript(number="0812", did=did)) for did in ("1001", "1002", "1003")]

    assert [(await live.outcome()).ending for live in lives] == ["hung_up_far"] * 3
    assert events_of(phones, Answered) == 3


async def test_an_agent_calls_an_agent(bench: Bench, phones: AgentPhones) -> None:
    await register(phones, bench, "1001")
    await register(phones, bench, "1002")
    await phones.behave("1002", PicksUp(hang_up_after_ms=300))

    await phones.dial("1001", "1002")

    assert (await phones.wait_for(Progress, device="1001")).status == 180
    assert (await phones.wait_for(Answered, device="1001")).by == "far"
    assert (await phones.wait_for(Ended, device="1001")).by == "far"


@pytest.mark.parametrize("kind", [AgentPhones, PjsuaPhones])
async def test_a_wrong_password_is_told(kind: type[AgentPhones] | type[PjsuaPhones], bench: Bench) -> None:
    async with kind() as phones:
        with pytest.raises(ConnectionRefusedError, match="1001"):
            await phones.register("1001", password="salah", server="127.0.0.1", port=bench.sip_port)


@pytest.mark.parametrize("kind", [AgentPhones, PjsuaPhones])
async def test_a_phone_unregisters_and_comes_back(kind: type[AgentPhones] | type[PjsuaPhones], bench: Bench) -> None:
    async with kind() as phones, AgentPhones() as others:
        await register(phones, bench, "1001")
        await register(others, bench, "1002")

        await phones.unregister("1001")
        await others.dial("1002", "1001")
        assert (await others.wait_for(Ended, device="1002")).how == "refused"

        await phones.register_again("1001")
        await others.dial("1002", "1001")
        await phones.wait_for(Ringing, device="1001")


@pytest.mark.parametrize("kind", [AgentPhones, PjsuaPhones])
async def test_what_cannot_be_done_is_refused_with_a_code(
    kind: type[AgentPhones] | type[PjsuaPhones], bench: Bench
) -> None:
    async with kind() as phones:
        await register(phones, bench)
        for wrong, code in (
            (phones.hold("1001"), "no_such_call"),
            (phones.pick_up("1001", "1001-99"), "no_such_call"),
            (phones.behave("9999", LetsItRing()), "unknown_device"),
            (register(phones, bench), "device_exists"),
        ):
            with pytest.raises(PhoneRefused) as refusal:
                await wrong
            assert refusal.value.code == code

        await phones.dial("1001", "600")
        await phones.wait_for(Answered, device="1001")
        with pytest.raises(PhoneRefused) as refusal:
            await phones.pick_up("1001")
        assert refusal.value.code == "wrong_state"


async def test_what_does_not_happen_is_not_seen_in_time(bench: Bench, phones: AgentPhones) -> None:
    await register(phones, bench)

    with pytest.raises(NotSeen, match="no Ringing of 1001 within 100 ms"):
        await phones.wait_for(Ringing, device="1001", within_ms=100)
