"""Agents at their phones: sitting down, leaving, ready, aux, each with spoken confirmation."""

from collections.abc import Awaitable, Callable

import argon2
import pytest

from acd.core.inputs import Input, LogIn, LogOut, SetAux, SetReady
from agi_scripts.agent_aux import agent_aux
from agi_scripts.agent_login import agent_login
from agi_scripts.agent_logout import agent_logout
from agi_scripts.agent_ready import agent_ready
from agi_scripts.login_tries import CLOSED_MS, LOGINS_MAX, WRONG_MAX, LoginTries
from agi_scripts.pins import Argon2Pins
from agi_scripts.ports import Line, Services
from ivr.ports import CallerGone
from kernel.ids import AgentId, DeviceId
from kernel.instants import after
from kernel.result_codes import RefusalCode
from tests.agi_scripts.fakes import FakeLine, Office
from tests.ivr.fakes import NOON

ANN = AgentId("ann")
SEATED = {"phone-1": "ann"}


def typed(*entries: str) -> list[str]:
    """Keys of several entries, each ended by #."""
    return [key for entry in entries for key in f"{entry}#"]


# --- login -----------------------------------------------------------------------------------------------------------


async def test_an_agent_sits_down_at_any_phone() -> None:
    office = Office()
    line = FakeLine("phone-1", keys=typed("1001", "2468"))

    await agent_login(line, office.services)

    assert office.door.inputs == [LogIn(agent_id=ANN, device_id=DeviceId("phone-1"))]
    assert line.answered
    assert line.heard[-5:] == ["id/agent-login-ok", "id/digit-1", "id/digit-0", "id/digit-0", "id/digit-1"]


async def test_a_wrong_pin_may_be_mended() -> None:
    office = Office()
    line = FakeLine("phone-1", keys=typed("1001", "1111", "1001", "2468"))

    await agent_login(line, office.services)

    assert "id/agent-login-failed" in line.heard
    assert office.door.inputs == [LogIn(agent_id=ANN, device_id=DeviceId("phone-1"))]


async def test_after_three_wrong_tries_it_is_over() -> None:
    office = Office()
    line = FakeLine("phone-1", keys=typed("1001", "1", "1001", "2", "9999", "2468", "1001", "2468"))

    await agent_login(line, office.services)

    assert line.heard.count("id/agent-login-failed") == 3
    assert office.door.inputs == []


async def test_an_unknown_login_takes_as_long_as_a_wrong_pin() -> None:
    office = Office()

    await agent_login(FakeLine("phone-1", keys=typed("7777", "2468")), office.services)

    assert len(office.agents.hashes_compared) == 3
    assert office.agents.hashes_compared[0].startswith("$argon2id$")


async def test_who_has_no_pin_cannot_log_in_by_phone_and_takes_as_long() -> None:
    office = Office()
    line = FakeLine("phone-1", keys=typed("1002", "2468"))

    await agent_login(line, office.services)

    assert "id/agent-login-failed" in line.heard
    assert office.door.inputs == []
    assert office.agents.hashes_compared[0].startswith("$argon2id$")


async def test_a_pin_cannot_be_found_by_trying() -> None:
    office = Office()
    for _ in range(2):
        await agent_login(FakeLine("phone-1", keys=typed("1001", "1", "1001", "2", "1001", "3")), office.services)
    line = FakeLine("phone-2", keys=typed("1001", "2468"))

    await agent_login(line, office.services)
    assert office.door.inputs == []

    office.clock.at = after(NOON, CLOSED_MS)
    await agent_login(FakeLine("phone-2", keys=typed("1001", "2468")), office.services)
    assert office.door.inputs == [LogIn(agent_id=ANN, device_id=DeviceId("phone-2"))]


@pytest.mark.parametrize("code", [RefusalCode.DEVICE_TAKEN, RefusalCode.AGENT_BUSY])
async def test_a_refused_login_is_told(code: RefusalCode) -> None:
    line = FakeLine("phone-1", keys=typed("1001", "2468"))

    await agent_login(line, Office(refuses=code).services)

    assert line.heard[-1] == "id/error-try-later"


@pytest.mark.parametrize("device", ["", "${ACD_DEVICE}", "phone-1&PJSIP/2", "Phone 1", "p" * 100])
async def test_a_login_from_no_device_is_refused_before_any_pin(device: str) -> None:
    line = FakeLine(device, keys=typed("1001", "2468"))

    await agent_login(line, Office().services)

    assert line.heard == ["id/error-try-later"]


async def test_keys_without_end_do_not_keep_the_line() -> None:
    line = FakeLine("phone-1", keys=["*"] * 10_000)

    await agent_login(line, Office().services)

    assert line.turns < 500


async def test_an_agent_may_hang_up_at_every_step() -> None:
    whole = FakeLine("phone-1", keys=typed("1001", "2468"))
    await agent_login(whole, Office().services)

    for turn in range(whole.turns):
        with pytest.raises(CallerGone):
            await agent_login(FakeLine("phone-1", keys=typed("1001", "2468"), gone_at=turn), Office().services)


# --- logout, ready, aux ------------------------------------------------------------------------------------------------

Script = Callable[[Line, Services], Awaitable[None]]
SEATED_SCRIPTS: list[tuple[Script, Input, str]] = [
    (agent_logout, LogOut(agent_id=ANN), "id/agent-logged-out"),
    (agent_ready, SetReady(agent_id=ANN), "id/agent-ready"),
    (agent_aux, SetAux(agent_id=ANN, reason_code="prayer"), "id/agent-aux"),
]


@pytest.mark.parametrize(("script", "given", "said"), SEATED_SCRIPTS)
async def test_what_the_agent_asks_is_done_and_said(script: Script, given: Input, said: str) -> None:
    office = Office(seats=SEATED)
    line = FakeLine("phone-1", "2")

    await script(line, office.services)

    assert (office.door.inputs, line.heard) == ([given], [said])


@pytest.mark.parametrize(("script", "_given", "_said"), SEATED_SCRIPTS)
async def test_a_phone_where_nobody_sits_says_so(script: Script, _given: Input, _said: str) -> None:
    office = Office()
    for device in ("phone-1", "", "no device!"):
        line = FakeLine(device, "2")

        await script(line, office.services)

        assert (office.door.inputs, line.heard) == ([], ["id/not-logged-in"])


@pytest.mark.parametrize(
    ("office", "said"),
    [
        (Office(seats=SEATED, refuses=RefusalCode.NOT_LOGGED_IN), "id/not-logged-in"),
        (Office(seats=SEATED, refuses=RefusalCode.WRONG_STATE), "id/error-try-later"),
        (Office(seats=SEATED, refuses=RefusalCode.TOO_MANY_AWAY), "id/agent-too-many-away"),
        (Office(seats=SEATED, closed=True), "id/error-try-later"),
    ],
    ids=["gone meanwhile", "refused", "too many away", "door closed"],
)
@pytest.mark.parametrize(("script", "_given", "_said"), SEATED_SCRIPTS)
async def test_what_cannot_be_done_is_said(
    script: Script, _given: Input, _said: str, office: Office, said: str
) -> None:
    line = FakeLine("phone-1", "2")

    await script(line, office.services)

    assert line.heard == [said]


async def test_a_reason_is_asked_for_when_none_was_dialled() -> None:
    office = Office(seats=SEATED)
    line = FakeLine("phone-1", keys=["8", "3"])

    await agent_aux(line, office.services)

    assert line.heard == ["id/agent-choose-reason", "id/agent-choose-reason", "id/agent-aux"]
    assert office.door.inputs == [SetAux(agent_id=ANN, reason_code="meal")]


async def test_in_a_centre_with_reasons_of_its_own_their_number_is_asked_for() -> None:
    office = Office(seats=SEATED)
    office.place.aux_reasons = {"1": "errand", "20": "visit"}
    line = FakeLine("phone-1", keys=["2", "0"])

    await agent_aux(line, office.services)

    assert line.heard == ["id/agent-enter-reason", "id/agent-aux"]
    assert office.door.inputs == [SetAux(agent_id=ANN, reason_code="visit")]


@pytest.mark.parametrize("dialled", ["", "0", "88", "x"])
async def test_without_a_reason_nothing_changes(dialled: str) -> None:
    office = Office(seats=SEATED)
    line = FakeLine("phone-1", dialled)

    await agent_aux(line, office.services)

    assert (office.door.inputs, line.heard) == ([], ["id/agent-choose-reason"] * 3)


# --- PINs ------------------------------------------------------------------------------------------------------------


CUT_SHORT = "$argon2id$v=19$m=8,t=1,p=1$AAAA$BBBB"


def test_a_pin_is_compared_with_its_argon2_hash() -> None:
    pins = Argon2Pins()
    pin_hash = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("2468")

    assert pins.matches(pin_hash, "2468")
    assert not pins.matches(pin_hash, "2469")
    assert not pins.matches(pin_hash, "")
    assert not any(pins.matches(no_hash, "2468") for no_hash in ("", "2468", "$argon2id$", CUT_SHORT))


def test_wrong_pins_are_forgotten_after_a_right_one() -> None:
    tries = LoginTries()
    for _ in range(WRONG_MAX):
        tries.note_wrong("1001", NOON)
    assert tries.is_closed("1001", NOON)

    tries.note_right("1001")

    assert not tries.is_closed("1001", NOON)


def test_old_wrong_pins_do_not_count() -> None:
    tries = LoginTries()
    for _ in range(WRONG_MAX - 1):
        tries.note_wrong("1001", NOON)

    tries.note_wrong("1001", after(NOON, CLOSED_MS))

    assert not tries.is_closed("1001", after(NOON, CLOSED_MS))


def test_only_so_many_logins_are_remembered() -> None:
    tries = LoginTries()
    for _ in range(WRONG_MAX):
        tries.note_wrong("first", NOON)
    for number in range(LOGINS_MAX):
        tries.note_wrong(str(number), NOON)

    assert not tries.is_closed("first", NOON)
