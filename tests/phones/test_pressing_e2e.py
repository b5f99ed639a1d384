"""On a real Asterisk: keys, transfers, many at once, and wrong use."""

import pytest

from phones.caller_script import CallerScript
from phones.callers import TrunkCallers
from phones.crowd import AgentPhones
from phones.events import (
    Answered,
    Ended,
    KeyHeard,
    Progress,
    Ringing,
    TransferFailed,
    Transferred,
)
from phones.phone_process import NotSeen, PhoneRefused
from phones.plans import KeyPress, LetsItRing, PicksUp
from tests.phones.bench import Bench
from tests.phones.people import KINDS, Kind, register

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


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


@KINDS
async def test_an_agent_dials_a_feature_code_and_presses_keys(kind: Kind, bench: Bench) -> None:
    async with kind() as phones:
        await register(phones, bench)

        await phones.dial("1001", "*11", press=[KeyPress(keys="12", after_ms=300), KeyPress(keys="34", after_ms=200)])
        ended = await phones.wait_for(Ended, device="1001")

    assert (ended.by, ended.how) == ("far", "hung_up")
    assert bench.keys_seen()[-1] == "1234"


@KINDS
async def test_a_blind_transfer_hands_the_caller_on(kind: Kind, bench: Bench, callers: TrunkCallers) -> None:
    async with AgentPhones() as others, kind() as phones:
        await register(phones, bench, "1001")
        await register(others, bench, "1002")
        await phones.behave("1001", PicksUp())
        await others.behave("1002", PicksUp(hang_up_after_ms=800))
        live = await callers.start(CallerScript(number="0812", did="1001", press=(KeyPress(keys="1"),)))
        # Answered is not yet bridged, and only a bridged call can be transferred.
        await phones.wait_for(KeyHeard, device="1001")

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
    live = await callers.start(CallerScript(number="0812", did="1001", press=(KeyPress(keys="1"),)))
    await phones.wait_for(KeyHeard, device="1001")

    await phones.transfer("1001", "7")

    await phones.wait_for(TransferFailed, device="1001")
    assert phones.seen(Ended, device="1001") == []
    live.hang_up()
    assert (await live.outcome()).ending == "hung_up_here"


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
    assert len(phones.seen(Answered)) == 3


async def test_an_agent_calls_an_agent(bench: Bench, phones: AgentPhones) -> None:
    await register(phones, bench, "1001")
    await register(phones, bench, "1002")
    await phones.behave("1002", PicksUp(hang_up_after_ms=300))

    await phones.dial("1001", "1002")

    assert (await phones.wait_for(Progress, device="1001")).status == 180
    assert (await phones.wait_for(Answered, device="1001")).by == "far"
    assert (await phones.wait_for(Ended, device="1001")).by == "far"


@KINDS
async def test_a_wrong_password_is_told(kind: Kind, bench: Bench) -> None:
    async with kind() as phones:
        with pytest.raises(ConnectionRefusedError, match="1001"):
            await phones.register("1001", password="salah", server="127.0.0.1", port=bench.sip_port)


@KINDS
async def test_a_phone_unregisters_and_comes_back(kind: Kind, bench: Bench) -> None:
    async with kind() as phones, AgentPhones() as others:
        await register(phones, bench, "1001")
        await register(others, bench, "1002")

        await phones.unregister("1001")
        await others.dial("1002", "1001")
        assert (await others.wait_for(Ended, device="1002")).how == "refused"

        await phones.register_again("1001")
        await others.dial("1002", "1001")
        await phones.wait_for(Ringing, device="1001")


@KINDS
async def test_what_cannot_be_done_is_refused_with_a_code(kind: Kind, bench: Bench) -> None:
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
