"""On a real Asterisk: a phone rings, shows who calls, and the call ends in each way it can."""

import pytest

from phones.caller_script import CallerScript
from phones.callers import TrunkCallers
from phones.crowd import AgentPhones
from phones.events import (
    Answered,
    Ended,
    Ringing,
)
from phones.plans import Declines, DoesNotDisturb, Forwards, IsBusy, LetsItRing, PicksUp, PicksUpWhenTold
from tests.phones.bench import Bench
from tests.phones.people import HOSTILE_NAME, KINDS, Kind, caller, register

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@KINDS
async def test_ringing_shows_who_calls_and_the_headers(kind: Kind, bench: Bench, hearing_callers: AgentPhones) -> None:
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


@KINDS
@pytest.mark.parametrize(
    ("plan", "agent_status", "caller_status"),
    [(Declines(after_ms=100), 603, 403), (IsBusy(), 486, 486), (DoesNotDisturb(), 480, 480)],
    ids=["declines", "busy", "does not disturb"],
)
async def test_a_refusal_reaches_the_caller(
    kind: Kind,
    plan: Declines | IsBusy | DoesNotDisturb,
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


@KINDS
async def test_a_phone_that_forwards_names_where_to(kind: Kind, bench: Bench, callers: TrunkCallers) -> None:
    async with kind() as phones:
        await register(phones, bench)
        await register(phones, bench, "1002")
        await phones.behave("1001", Forwards(to=f"sip:1002@127.0.0.1:{bench.sip_port}"))
        await phones.behave("1002", PicksUp(hang_up_after_ms=200))

        outcome = await callers.call(CallerScript(number="0812", did="1001"))
        ended = await phones.wait_for(Ended, device="1001")

    # This bench's Asterisk goes where it is told; the program's own must not.
    assert (ended.how, ended.status, outcome.ending) == ("refused", 302, "hung_up_far")


@KINDS
async def test_a_caller_who_gives_up_cancels_the_ringing(kind: Kind, bench: Bench, callers: TrunkCallers) -> None:
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
