"""An agent sits down: login id and PIN by keypad, at whatever phone they are."""

import asyncio

import structlog

from acd.core.inputs import LogIn
from agi_scripts.agent_desk import ERROR_TRY_LATER, device_of, hand_in, say
from agi_scripts.keypad import ask_digits
from agi_scripts.ports import AgentLogin, Line, Services
from kernel.ids import DeviceId, PromptId

log = structlog.get_logger(__name__)

TRIES_MAX = 3
LOGIN_DIGITS_MAX = 8
PIN_DIGITS_MAX = 12

ENTER_LOGIN = PromptId("agent-enter-login")
ENTER_PIN = PromptId("agent-enter-pin")
LOGIN_OK = PromptId("agent-login-ok")
LOGIN_FAILED = PromptId("agent-login-failed")

# Compared with when the login is unknown, so that how long it takes does not tell which logins exist. No PIN fits it.
_NOBODYS_HASH = "$argon2id$v=19$m=65536,t=3,p=1$c2FtYnV0LW5vYm9keQ$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"


async def agent_login(line: Line, services: Services) -> None:
    """Arguments: device id. Asks at most three times. Raises CallerGone, PromptMissing."""
    await line.answer()
    device_id = device_of(line)
    if device_id is None:
        await say(line, services, ERROR_TRY_LATER)
        return
    for _ in range(TRIES_MAX):
        login = await ask_digits(line, ENTER_LOGIN, services.place.languages[0], digits_max=LOGIN_DIGITS_MAX)
        pin = await ask_digits(line, ENTER_PIN, services.place.languages[0], digits_max=PIN_DIGITS_MAX)
        found = await _agent(services, login, pin)
        if found is not None:
            await _sit_down(line, services, found, device_id, login)
            return
        log.warning("agent login failed", device_id=device_id)
        await say(line, services, LOGIN_FAILED)


async def _agent(services: Services, login: str, pin: str) -> AgentLogin | None:
    now = services.clock.now()
    if services.login_tries.is_closed(login, now):
        return None
    found = services.agents.by_login(login)
    # Who has no PIN cannot log in by phone, and is not told apart from nobody, not even by the time it takes.
    pin_hash = found.pin_hash if found is not None and found.pin_hash else _NOBODYS_HASH
    is_right = await asyncio.to_thread(services.pins.matches, pin_hash, pin)
    if found is None or not found.pin_hash or not is_right:
        services.login_tries.note_wrong(login, now)
        return None
    services.login_tries.note_right(login)
    return found


async def _sit_down(line: Line, services: Services, found: AgentLogin, device_id: DeviceId, login: str) -> None:
    refused = await hand_in(services, LogIn(agent_id=found.agent_id, device_id=device_id))
    if refused is not None:
        log.info("agent login refused", agent_id=found.agent_id, device_id=device_id, code=refused)
        await say(line, services, ERROR_TRY_LATER)
        return
    await say(line, services, LOGIN_OK, *(PromptId(f"digit-{digit}") for digit in login))
