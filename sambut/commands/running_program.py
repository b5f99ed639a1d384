"""The centre of a program that is running, over its API, so that what is applied takes effect at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from io import BytesIO
from ipaddress import ip_address
from typing import TypeVar

import aiohttp
import msgspec

from cti.problems import FieldProblem
from cti.shapes import CentreOutcome
from sambut.commands.outcome import OfficeClosed, Outcome
from sambut.secrets_file import SecretsFile, SecretsUnusable
from sambut.settings import Settings
from sambut.storage import ADMIN_SECRET

"""The API token with the scope admin, in the secrets file."""

T = TypeVar("T")

CONNECT_S_MAX = 3
ANSWER_S_MAX = 60


class _Refused(msgspec.Struct, frozen=True, kw_only=True):
    """What we need of a problem document."""

    code: str
    detail: str
    how: str = ""
    problems: tuple[FieldProblem, ...] = ()


class ProgramApi:
    """Asks a running program, as this machine's own administrator."""

    def __init__(self, session: aiohttp.ClientSession, address: str, token: str) -> None:
        self._session = session
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}"}

    async def ask(
        self, method: str, path: str, query: dict[str, str], data: BytesIO | None = None, media: str = ""
    ) -> tuple[int, str]:
        """The status and text of an answer. Raises OfficeClosed."""
        headers = self._headers | ({"Content-Type": media} if media else {})
        try:
            async with self._session.request(
                method, f"{self._address}/api/v1{path}", params=query, data=data, headers=headers
            ) as answer:
                return answer.status, await answer.text()
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError) as wrong:
            words = str(wrong) or type(wrong).__name__
            raise OfficeClosed(
                f"the program at {self._address} did not answer ({words}); look at its log, and whether another "
                "program has its port (settings: http.port), then see with `sambut export` what is in force"
            ) from wrong

    async def text(self, path: str, query: dict[str, str]) -> str:
        """The text of what is asked for. Raises OfficeClosed."""
        status, body = await self.ask("GET", path, query)
        if status != HTTPStatus.OK:
            raise self.closed(body, status)
        return body

    def decoded(self, body: str, shape: type[T]) -> T:
        """An answer as a value. Raises OfficeClosed."""
        try:
            return msgspec.json.decode(body, type=shape)
        except msgspec.MsgspecError:
            raise self.closed("", HTTPStatus.OK) from None

    def problems(self, body: str) -> tuple[str, ...]:
        """What a refusal says is wrong with what was sent, in lines for people. Raises OfficeClosed."""
        return tuple(map(_in_words, self.decoded(body, _Refused).problems))

    def closed(self, body: str, status: int) -> OfficeClosed:
        """Why an answer is none that helps."""
        try:
            refused = msgspec.json.decode(body, type=_Refused)
        except msgspec.MsgspecError:
            return OfficeClosed(
                f"what answers at {self._address} is not this program (status {status}); "
                "stop it, or set http.port to where the program listens"
            )
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            what = f"the program at {self._address} does not know the token {ADMIN_SECRET} of our secrets file"
            return OfficeClosed(f"{what}; use the settings that the program was started with")
        return OfficeClosed(f"the program at {self._address} refused: {refused.detail} {refused.how}".rstrip())


class RunningProgram:
    """Implements ``Office`` on a program's API."""

    def __init__(self, api: ProgramApi) -> None:
        self._api = api

    async def current(self) -> str | None:
        return await self._api.text("/centre", {}) or None

    async def apply(self, text: str, *, dry_run: bool) -> Outcome:
        query = {"dry_run": str(int(dry_run))}
        status, body = await self._api.ask("POST", "/centre", query, BytesIO(text.encode()), "application/toml")
        if status == HTTPStatus.UNPROCESSABLE_ENTITY:
            problems = self._api.problems(body)
            if problems:
                return Outcome(applied=False, difference=(), problems=problems)
        if status != HTTPStatus.OK:
            raise self._api.closed(body, status)
        outcome = self._api.decoded(body, CentreOutcome)
        return Outcome(applied=outcome.applied, difference=outcome.difference, problems=())


def address_of(settings: Settings) -> str:
    """Where the program answers, as the beginning of an address."""
    host = _reachable(settings.http.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.http.port}"


@asynccontextmanager
async def open_running_program(settings: Settings) -> AsyncIterator[ProgramApi | None]:
    """The program that listens where the settings say; None when nothing listens there. Raises OfficeClosed."""
    limits = aiohttp.ClientTimeout(total=ANSWER_S_MAX, connect=CONNECT_S_MAX)
    async with aiohttp.ClientSession(timeout=limits, trust_env=False) as session:
        address = address_of(settings)
        if not await _listens(session, address):
            yield None
            return
        try:
            token = SecretsFile(settings.secrets_file).read().get(ADMIN_SECRET)
        except SecretsUnusable as wrong:
            raise OfficeClosed(str(wrong)) from wrong
        if token is None:
            what = f"something listens at {address}, and {settings.secrets_file} has no token {ADMIN_SECRET} for it"
            raise OfficeClosed(f"{what}; use the settings that the program was started with, or free the port")
        yield ProgramApi(session, address, token)


async def _listens(session: aiohttp.ClientSession, address: str) -> bool:
    """Whether anything takes connections there. Only a clear refusal counts as nobody: silence may be a busy program."""
    try:
        async with session.get(f"{address}/health/live", timeout=aiohttp.ClientTimeout(total=CONNECT_S_MAX)):
            return True
    except aiohttp.ClientConnectorError as wrong:
        if isinstance(wrong.os_error, ConnectionRefusedError):
            return False
        raise OfficeClosed(f"{address} cannot be reached ({wrong.strerror}); see the settings' http.host") from wrong
    except (aiohttp.ClientError, TimeoutError):
        return True


def _reachable(host: str) -> str:
    """Where to go for a program that listens on ``host``."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"


def _in_words(problem: FieldProblem) -> str:
    what = f"{problem.where}: {problem.what}" if problem.where else problem.what
    # Not every problem stands in the file: Asterisk may refuse what reads well.
    place = f"line {problem.line}: " if problem.line else ""
    return f"{place}{what}; {problem.how}"
