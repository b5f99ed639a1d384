"""A CRM that follows a running program: its event socket and its REST API, with a token of its own."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from yarl import URL

from kernel.instants import Instant
from sambut.program import Running
from sambut.secrets_file import SecretsFile
from sambut.settings import Settings
from sambut.storage import ADMIN_SECRET
from store.tokens import StoredToken

SUBPROTOCOL = "acd.cti.v1+json"
WAIT_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame, and when it came (milliseconds since the epoch)."""

    at_ms: int
    type: str
    seq: int
    data: dict[str, Any]
    whole: dict[str, Any]


@dataclass(slots=True)
class EventSocket:
    """A socket that said hello. All frames that came are kept, in order."""

    socket: aiohttp.ClientWebSocketResponse
    frames: list[Frame] = field(default_factory=list)
    close_code: int | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self) -> None:
        """Until it is closed."""
        async for message in self.socket:
            frame = message.json()
            self.frames.append(
                Frame(
                    at_ms=time.time_ns() // 1_000_000,
                    type=frame["type"],
                    seq=frame.get("seq", 0),
                    data=frame["data"],
                    whole=frame,
                )
            )
            self._news.set()
        self.close_code = self.socket.close_code
        self._news.set()

    @property
    def events(self) -> list[Frame]:
        """The numbered ones."""
        return [frame for frame in self.frames if frame.seq]

    async def until(self, kind: str, *, count: int = 1, within_s: float = WAIT_S, **data: object) -> Frame:
        """The ``count``-th frame of a type with this data, once it has come."""
        async with asyncio.timeout(within_s):
            while True:
                found = [f for f in self.frames if f.type == kind and data.items() <= f.data.items()]
                if len(found) >= count:
                    return found[count - 1]
                assert self.close_code is None, f"closed with {self.close_code} before {kind}"
                self._news.clear()
                await self._news.wait()

    async def closed(self, *, within_s: float = WAIT_S) -> int:
        """The close code, once the server has closed it."""
        async with asyncio.timeout(within_s):
            while self.close_code is None:
                self._news.clear()
                await self._news.wait()
        return self.close_code


class Crm:
    """Asks with one token."""

    def __init__(self, http: aiohttp.ClientSession, settings: Settings, token: str) -> None:
        self._http = http
        self._base = f"http://{settings.http.host}:{settings.http.port}"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        """Status and JSON (or text) of one request below /api/v1."""
        more["headers"] = self._headers | more.get("headers", {})
        # As it is written: what is encoded already is not to be encoded again.
        url = URL(f"{self._base}/api/v1{path}", encoded=True)
        async with self._http.request(method, url, **more) as answer:
            is_json = answer.content_type.endswith("json")
            return answer.status, await (answer.json(content_type=None) if is_json else answer.text())

    async def get(self, path: str) -> Any:
        """What is at a path; it must be there."""
        status, answer = await self.ask("GET", path)
        assert status == 200, answer
        return answer

    async def raw(self, path: str) -> tuple[int, bytes]:
        """Status and bytes of any address."""
        async with self._http.get(f"{self._base}{path}", headers=self._headers) as answer:
            return answer.status, await answer.read()

    @asynccontextmanager
    async def follow(self, **hello: Any) -> AsyncIterator[EventSocket]:
        """The event socket, from its hello on. Raises aiohttp.WSServerHandshakeError."""
        url = f"{self._base}/cti/v1/ws"
        async with self._http.ws_connect(url, headers=self._headers, protocols=(SUBPROTOCOL,)) as socket:
            followed = EventSocket(socket)
            await socket.send_json({"v": 1, "type": "hello", "client": "crm", "versions": [1], **hello})
            reading = asyncio.create_task(followed.read())
            try:
                yield followed
            finally:
                await socket.close()
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)


async def new_token(running: Running, *scopes: str, expires_at: int | None = None) -> tuple[str, str]:
    """A token's id and text."""
    text, token_id = secrets.token_urlsafe(), secrets.token_hex(4)
    await running.storage.tokens.add(
        StoredToken(
            id=token_id,
            client=f"client-{token_id}",
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            scopes=frozenset(scopes),
            created_at=Instant(1),
            expires_at=None if expires_at is None else Instant(expires_at),
        )
    )
    return token_id, text


@asynccontextmanager
async def crm_of(settings: Settings, token: str | None = None) -> AsyncIterator[Crm]:
    """Somebody who asks with a token; without one, this machine's administrator."""
    if token is None:
        token = SecretsFile(settings.secrets_file).read()[ADMIN_SECRET]
    async with aiohttp.ClientSession() as http:
        yield Crm(http, settings, token)
