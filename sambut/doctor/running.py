"""What of ours runs just now, and whether the running program could serve a caller."""

from http import HTTPStatus

import aiohttp
import msgspec

from sambut.commands.running_program import address_of
from sambut.doctor.findings import Finding, fine, wrong
from sambut.doctor.port_owners import Ours
from sambut.settings import Settings

WHERE = "running"
ANSWER_S_MAX = 5.0


class _Problem(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    what: str


class _Health(msgspec.Struct, frozen=True, kw_only=True):
    """What we need of /health/ready."""

    problems: tuple[_Problem, ...]


async def look_at_running(settings: Settings, ours: Ours) -> list[Finding]:
    """Which of the program and its Asterisk run, and what the program says of itself."""
    parts = {"the program": ours.program_pid}
    if settings.asterisk.mode == "managed":
        parts["Asterisk"] = ours.asterisk_pid
    words = [f"{name} {'does not run' if pid is None else f'runs (process {pid})'}" for name, pid in parts.items()]
    found = [fine(WHERE, ", ".join(words))]
    return [*found, *await _health(settings)] if ours.program_pid is not None else found


async def _health(settings: Settings) -> list[Finding]:
    address = f"{address_of(settings)}/health/ready"
    limits = aiohttp.ClientTimeout(total=ANSWER_S_MAX)
    mend = "look into its log; is it starting or stopping just now?"
    try:
        async with (
            aiohttp.ClientSession(timeout=limits, trust_env=False) as session,
            session.get(address) as answer,
        ):
            told, status = msgspec.json.decode(await answer.read(), type=_Health), answer.status
    except (aiohttp.ClientError, TimeoutError, msgspec.MsgspecError) as problem:
        return [wrong(WHERE, f"the program does not answer at {address} ({type(problem).__name__})", mend)]
    if status == HTTPStatus.OK:
        return [fine(WHERE, "the program says that callers can be served")]
    return [wrong(WHERE, f"the program says that {one.name} is not well: {one.what}", mend) for one in told.problems]
