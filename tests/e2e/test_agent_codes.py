"""Agents at any phone: they dial a code, hear that it was taken, and the floor knows it (ACD-a, ACD-c, ACD-g)."""

import pytest

from acd.core.facts import AgentLoggedIn, AgentLoggedOut
from centre.schema import USUAL_AUX_REASONS
from kernel.ids import AgentId, DeviceId
from kernel.instants import Instant
from phones.caller_script import CallerScript
from phones.events import Ended, Ringing
from phones.plans import PicksUp
from tests.e2e.brisk import caller
from tests.e2e.codes import AUX, LOGIN, LOGOUT, READY, dial, keyed
from tests.e2e.floor import CallFloor, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

SAID_1001 = ["agent-login-ok", "digit-1", "digit-0", "digit-0", "digit-1"]
FAR_FUTURE = Instant(2**52)


async def test_scenario_26_log_in_and_log_off_pressed_twice_give_one_record_each(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    await floor.plug_in("phone-1")
    assert await dial(floor, "phone-1", LOGOUT) == ["not-logged-in"]

    assert await dial(floor, "phone-1", LOGIN, *keyed("1001")) == SAID_1001
    await floor.until("a1", "aux", "logged_in")
    assert await dial(floor, "phone-1", READY) == ["agent-ready"]
    await floor.until("a1", "ready")
    assert await dial(floor, "phone-1", LOGIN, *keyed("1001")) == SAID_1001
    await floor.until("a1", "ready")  # the phone is in use until Asterisk has told that the call of the code is over

    assert await dial(floor, "phone-1", LOGOUT) == ["agent-logged-out"]
    await floor.until("a1", "logged_out")
    assert await dial(floor, "phone-1", LOGOUT) == ["not-logged-in"]
    assert await dial(floor, "phone-1", READY) == ["not-logged-in"]
    assert await floor.all_facts(AgentLoggedIn) == [
        AgentLoggedIn(agent_id=AgentId("a1"), device_id=DeviceId("phone-1"))
    ]
    assert [fact.reason_code for fact in await floor.all_facts(AgentLoggedOut)] == ["own_wish"]


async def test_a_wrong_pin_is_refused_aloud_and_not_for_ever(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    await floor.plug_in("phone-1")

    # The third login is nobody's.
    wrong = (*keyed("1001", "111999"), *keyed("1001", "135791", after_ms=3500), *keyed("9999", after_ms=3500))
    assert await dial(floor, "phone-1", LOGIN, *wrong) == ["agent-login-failed"] * 3

    assert floor.state_of("a1") == "logged_out"
    assert await floor.all_facts(AgentLoggedIn) == []


async def test_scenario_28_the_reason_code_from_the_phone_is_in_event_picture_and_rows(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    await floor.seat("a1", "phone-1")
    assert await dial(floor, "phone-1", f"{AUX}2") == ["agent-aux"]
    await floor.until("a1", "aux", "prayer")

    for digit, reason_code in USUAL_AUX_REASONS.items():
        await floor.phones.dial("phone-1", f"{AUX}{digit}")
        await floor.until("a1", "aux", reason_code)
        await floor.phones.hang_up("phone-1")
        await floor.phones.wait_for(Ended, device="phone-1")
    assert await dial(floor, "phone-1", READY) == ["agent-ready"]

    storage = floor.running.storage
    reasons = set(USUAL_AUX_REASONS.values())

    async def in_rows() -> bool | None:
        times = await storage.rows.agent_times(Instant(0), FAR_FUTURE)
        return True if reasons <= {row.reason_code for row in times if row.agent_id == "a1" and row.time_ms} else None

    await eventually(in_rows, within_s=5, what="every reason in the agent's rows")
    events = [event for event in await storage.cti_log.read(1, 1_000) if event.type == "agent.state_changed"]
    assert all(any(f'"reason_code":"{one}"'.encode() in event.data for event in events) for one in reasons)


async def test_a_reason_that_is_none_is_asked_for(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    await floor.seat("a1", "phone-1")

    asked = keyed("8", "3")
    heard = await dial(floor, "phone-1", f"{AUX}0", *asked)

    assert heard[-1] == "agent-aux"
    await floor.until("a1", "aux", "meal")


async def test_scenario_24_logged_in_at_a_second_phone_the_agent_moves_and_the_next_call_rings_there(
    brisk_floor: CallFloor,
) -> None:
    floor = brisk_floor
    for phone in ("phone-1", "phone-2"):
        await floor.plug_in(phone)
        await floor.phones.behave(phone, PicksUp())
        assert await dial(floor, phone, LOGIN, *keyed("1001")) == SAID_1001
    assert await dial(floor, "phone-1", READY) == ["not-logged-in"]
    assert await dial(floor, "phone-2", READY) == ["agent-ready"]

    call = await floor.callers.start(caller())
    await floor.until("a1", "talking")
    # With a caller in hand nobody moves, and nobody takes the phone away.
    assert await dial(floor, "phone-1", LOGIN, *keyed("1001")) == ["error-try-later"]
    call.hang_up()
    await call.outcome()

    assert [ring.device for ring in floor.phones.seen(Ringing)] == ["phone-2"]
    assert [fact.device_id for fact in await floor.all_facts(AgentLoggedIn)] == ["phone-1", "phone-2"]
    assert [fact.reason_code for fact in await floor.all_facts(AgentLoggedOut)] == ["moved"]


async def test_codes_do_nothing_when_a_caller_dials_them(brisk_floor: CallFloor) -> None:
    floor = brisk_floor
    await floor.seat("a1", "phone-1")
    before = await floor.running.storage.journal.last_seq()

    outcomes = [
        await floor.callers.call(CallerScript(number=number, did=code))
        for number in ("081234567890", "phone-1")
        for code in (LOGIN, LOGOUT, READY, f"{AUX}2")
    ]

    # 404: no such number on a trunk. 401: who claims to be a phone is asked for its password.
    assert [outcome.status for outcome in outcomes] == [404] * 4 + [401] * 4
    assert floor.state_of("a1") == "ready"
    assert await floor.running.storage.journal.last_seq() == before
