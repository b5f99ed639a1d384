"""What a phone may do when it is offered a call, and what becomes of its agent and of the caller (ACD-b, TEL-c)."""

import os
import signal

import pytest

from acd.core.facts import ReservationEnded
from kernel.result_codes import Disposition
from phones.crowd import AgentPhones
from phones.events import Answered, Ended, Ringing
from phones.plans import Declines, DoesNotDisturb, Forwards, IsBusy, PicksUp, PicksUpWhenTold
from tests.e2e.brisk import LENIENT_DID, caller
from tests.e2e.codes import LOGIN
from tests.e2e.floor import CallFloor

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]


async def results(floor: CallFloor) -> list[tuple[str, str]]:
    """How each offer ended, in order: agent and result."""
    return [(fact.agent_id, str(fact.result)) for fact in await floor.all_facts(ReservationEnded)]


async def test_a_phone_that_nobody_answers_puts_its_agent_out_of_the_line_and_the_next_one_rings(
    brisk_floor: CallFloor,
) -> None:
    floor = brisk_floor
    await floor.seat("a1", "phone-1")
    await floor.seat("a2", "phone-2")
    await floor.phones.behave("phone-2", PicksUp())

    call = await floor.callers.start(caller())
    await floor.until("a1", "alerting")
    stopped = await floor.phones.wait_for(Ended, device="phone-1", within_ms=7000)
    await floor.until("a2", "talking")

    assert (stopped.by, stopped.how) == ("far", "cancelled")
    call.hang_up()
    row = await floor.ended_row()
    assert (row.agent_id, row.disposition, row.reservation_count) == ("a2", Disposition.ANSWERED, 2)
    assert 4_800 <= row.wait_ms <= 6_500
    await floor.until("a1", "aux", "rona")
    assert await results(floor) == [("a1", "lapsed"), ("a2", "answered")]


async def test_where_the_queue_forgives_it_the_phone_rings_again(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    await floor.seat("a1", "phone-1")

    await floor.callers.start(caller(did=LENIENT_DID))
    await floor.phones.wait_for(Ended, device="phone-1", within_ms=9000)
    await floor.until("a1", "alerting")
    await floor.phones.pick_up("phone-1")

    await floor.until("a1", "talking")
    assert await results(floor) == [("a1", "lapsed"), ("a1", "answered")]


@pytest.mark.parametrize("plan", [Declines(), IsBusy(), DoesNotDisturb()], ids=["603", "486", "480"])
async def test_the_reject_button_passes_the_caller_on_at_once(
    brisk_floor: CallFloor, plan: Declines | IsBusy | DoesNotDisturb
) -> None:
    floor = brisk_floor
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", plan)
    await floor.seat("a2", "phone-2")
    await floor.phones.behave("phone-2", PicksUp())

    await floor.callers.start(caller())
    await floor.until("a2", "talking")

    assert (await results(floor))[-1] == ("a2", "answered")
    await floor.until("a1", "aux", "declined")
    rings = floor.phones.seen(Ringing)
    assert [ring.device for ring in rings] == ["phone-1", "phone-2"]
    assert rings[1].at_ms - rings[0].at_ms < 1000


async def test_a_phone_that_says_busy_without_ringing_is_left_alone_for_a_while(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    async with AgentPhones(calls_max=1) as busy:
        await floor.plug_in("phone-3", phones=busy)
        await busy.dial("phone-3", LOGIN)
        await busy.wait_for(Answered, device="phone-3")
        await floor.seat("a1", "phone-1", phones=busy)
        await floor.seat("a2", "phone-2")
        await floor.phones.behave("phone-2", PicksUp())

        await floor.callers.start(caller())
        await floor.until("a2", "talking")

        assert await results(floor) == [("a1", "busy"), ("a2", "answered")]
        await floor.until("a1", "unreachable", "busy_elsewhere")
        assert busy.seen(Ringing) == []
        await floor.until("a1", "ready", within_s=7)


# A code of ours, and what Asterisk would take for the name of a channel of its own.
@pytest.mark.parametrize("elsewhere", ["*11", "PJSIP/phone-3", "PJSIP%2F0811%40trunk-carrier"])
async def test_scenario_23_a_phone_that_forwards_is_not_followed_and_counts_as_no_response(
    brisk_floor: CallFloor, elsewhere: str
) -> None:
    floor = brisk_floor
    port = floor.running.settings.asterisk.sip_udp_port
    await floor.plug_in("phone-3")
    await floor.phones.behave("phone-3", PicksUp(after_ms=400))
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", Forwards(to=f"sip:{elsewhere}@127.0.0.1:{port}"))
    await floor.seat("a2", "phone-2")
    await floor.phones.behave("phone-2", PicksUp(after_ms=1000))

    await floor.callers.start(caller(did=LENIENT_DID))
    await floor.until("a2", "talking")

    assert await results(floor) == [("a1", "lapsed"), ("a2", "answered")]
    assert floor.phones.seen(Answered, device="phone-3") == []
    await floor.until("a1", "aux", "rona")


async def test_a_dead_phone_that_is_still_registered_does_not_starve_the_caller(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    async with AgentPhones() as doomed:
        await floor.seat("a1", "phone-1", phones=doomed)
        await floor.seat("a2", "phone-2")
        await floor.phones.behave("phone-2", PicksUp())
        os.kill(doomed.pid, signal.SIGKILL)

        await floor.callers.start(caller())
        await floor.until("a2", "talking", within_s=6)

    assert await results(floor) == [("a1", "unreachable"), ("a2", "answered")]
    assert floor.state_of("a1") == "unreachable"


async def test_scenario_17_a_phone_in_a_private_call_is_neither_rung_nor_paused(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", PicksUp())
    await floor.phones.dial("phone-1", LOGIN)
    await floor.until("a1", "unreachable", "phone_in_use")

    call = await floor.callers.start(caller())
    await call.wait_for("answered")
    await floor.queued()
    assert floor.phones.seen(Ringing) == []
    await floor.phones.hang_up("phone-1")

    await floor.until("a1", "talking")
    assert await results(floor) == [("a1", "answered")]


async def test_scenario_18_an_unregistered_phone_is_unreachable_until_it_is_back(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", PicksUp())
    await floor.phones.unregister("phone-1")
    await floor.until("a1", "unreachable", "not_reachable")

    await floor.callers.start(caller())
    await floor.queued()
    assert await results(floor) == []
    await floor.phones.register_again("phone-1")

    await floor.until("a1", "talking")


async def test_scenario_16_a_phone_that_registers_anew_during_the_offer_is_rung_again_and_not_paused(
    brisk_floor: CallFloor,
) -> None:
    floor = brisk_floor
    async with AgentPhones() as doomed:
        await floor.seat("a1", "phone-1", phones=doomed)
        await floor.callers.start(caller())
        await doomed.wait_for(Ringing, device="phone-1")
        os.kill(doomed.pid, signal.SIGKILL)
    await floor.plug_in("phone-1")
    await floor.phones.behave("phone-1", PicksUp())

    await floor.until("a1", "talking", within_s=10)
    # Asterisk may hold the phone to be away for a moment while its address changes: then it is rung twice anew.
    *former, last = await results(floor)
    assert set(former) == {("a1", "unreachable")}
    assert last == ("a1", "answered")


async def test_a_phone_that_answers_by_itself_is_told_to_and_shows_who_calls(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    await floor.seat("a6", "phone-6")
    await floor.phones.behave("phone-6", PicksUpWhenTold())

    await floor.callers.start(caller())
    ringing = await floor.phones.wait_for(Ringing, device="phone-6", within_ms=8000)
    answered = await floor.phones.wait_for(Answered, device="phone-6")

    assert ringing.headers["X-ACD-Auto-Answer"] == "1"
    assert ringing.headers["X-ACD-Queue"] == "Brisk"
    assert ringing.headers["X-ACD-Call"].startswith("c")
    assert (ringing.number, ringing.name) == ("+6281234567890", "Brisk")
    assert answered.at_ms - ringing.at_ms < 500
    await floor.until("a6", "talking")
