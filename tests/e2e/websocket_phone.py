"""As much of a browser's phone as registers over wss, sees an INVITE and refuses it (RFC 7118); no sound."""

import asyncio
import hashlib
import re
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

WAIT_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SipMessage:
    """A request or an answer: first line, headers by lower-case name (the last of each), body."""

    first: str
    headers: dict[str, str]
    via: tuple[str, ...]
    body: str


@dataclass(slots=True, kw_only=True)
class WebsocketPhone:
    """One SIP identity on one websocket."""

    user: str
    password: str
    host: str
    socket: aiohttp.ClientWebSocketResponse
    call_id: str = field(default_factory=lambda: secrets.token_hex(8))
    sequence: int = 0
    inbox: "asyncio.Queue[SipMessage]" = field(default_factory=asyncio.Queue)

    async def register(self) -> SipMessage:
        """Register, proving the password when asked to; the final answer."""
        await self._send_register("")
        asked = await self.until("SIP/2.0")
        if not asked.first.startswith("SIP/2.0 401"):
            return asked
        await self._send_register(self._proof(asked.headers["www-authenticate"]))
        return await self.until("SIP/2.0")

    async def until(self, beginning: str) -> SipMessage:
        """The next message that begins so; others are passed over."""
        async with asyncio.timeout(WAIT_S):
            while True:
                message = await self.inbox.get()
                if message.first.startswith(beginning):
                    return message

    async def listen(self) -> None:
        """Take what comes, and answer when the switch looks whether we are there."""
        async for frame in self.socket:
            message = _read(frame.data)
            if message.first.startswith("OPTIONS"):
                await self.answer(message, "200 OK")
            else:
                self.inbox.put_nowait(message)

    async def answer(self, request: SipMessage, status: str) -> None:
        """Answer a request, without a body."""
        kept = [f"Via: {via}" for via in request.via]
        kept += [f"{name}: {request.headers[name.lower()]}" for name in ("From", "Call-ID", "CSeq")]
        to = request.headers["to"]
        kept.append(f"To: {to}" if ";tag=" in to else f"To: {to};tag={self.call_id}")
        await self.socket.send_str("\r\n".join([f"SIP/2.0 {status}", *kept, "Content-Length: 0", "", ""]))

    async def _send_register(self, proof: str) -> None:
        self.sequence += 1
        lines = [
            f"REGISTER sip:{self.host} SIP/2.0",
            f"Via: SIP/2.0/WSS browser.invalid;branch=z9hG4bK{secrets.token_hex(8)}",
            "Max-Forwards: 70",
            f"From: <sip:{self.user}@{self.host}>;tag={self.call_id}",
            f"To: <sip:{self.user}@{self.host}>",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self.sequence} REGISTER",
            f"Contact: <sip:{self.user}@browser.invalid;transport=ws>;expires=120",
            *([proof] if proof else []),
            "Content-Length: 0",
            "",
            "",
        ]
        await self.socket.send_str("\r\n".join(lines))

    def _proof(self, challenge: str) -> str:
        asked = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
        uri, count, own = f"sip:{self.host}", "00000001", secrets.token_hex(8)
        first = _md5(f"{self.user}:{asked['realm']}:{self.password}")
        second = _md5(f"REGISTER:{uri}")
        response = _md5(f"{first}:{asked['nonce']}:{count}:{own}:auth:{second}")
        return (
            f'Authorization: Digest username="{self.user}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", '
            f'uri="{uri}", response="{response}", algorithm=MD5, qop=auth, nc={count}, cnonce="{own}"'
            + (f', opaque="{asked["opaque"]}"' if "opaque" in asked else "")
        )


@asynccontextmanager
async def websocket_phone(
    *, user: str, password: str, port: int, trusts: ssl.SSLContext
) -> AsyncIterator[WebsocketPhone]:
    """A phone whose websocket is open; it is not registered yet."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"wss://localhost:{port}/ws", protocols=("sip",), ssl=trusts) as socket,
    ):
        phone = WebsocketPhone(user=user, password=password, host="localhost", socket=socket)
        listening = asyncio.create_task(phone.listen())
        try:
            yield phone
        finally:
            await socket.close()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _read(text: str) -> SipMessage:
    head, _, body = text.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    pairs = [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    via = tuple(value for name, value in pairs if name == "via")
    return SipMessage(first=first, headers=dict(pairs), via=via, body=body)
