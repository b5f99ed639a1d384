"""A carrier with which a trunk registers: it asks for the password, and sends calls to where the trunk said it is."""

import asyncio
import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

REALM = "carrier.example"
WAIT_S = 10
Address = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A SIP message as it came: first line, headers by lower-case name, body."""

    first: str
    headers: dict[str, str]
    body: str
    sender: Address


@dataclass(slots=True, kw_only=True)
class Carrier(asyncio.DatagramProtocol):
    """One account. ``contact``: where it has registered, None before that; ``refused``: wrong passwords shown."""

    user: str
    password: str
    contact: str | None = None
    refused: int = 0
    registered: asyncio.Event = field(default_factory=asyncio.Event)
    inbox: "asyncio.Queue[Message]" = field(default_factory=asyncio.Queue)
    _transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """A registration is looked at; everything else lies in the inbox."""
        head, _, body = data.decode().partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        pairs = ((name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
        message = Message(first=first, headers=dict(pairs), body=body, sender=addr)
        if first.startswith("REGISTER"):
            self._register(message)
        elif first.startswith("OPTIONS"):
            self.answer(message, "200 OK")
        else:
            if first.startswith("BYE"):
                self.answer(message, "200 OK")
            self.inbox.put_nowait(message)

    def _register(self, asked: Message) -> None:
        proof = dict(re.findall(r'(\w+)="?([^",]+)"?', asked.headers.get("authorization", "")))
        if not proof:
            challenge = f'WWW-Authenticate: Digest realm="{REALM}", nonce="{secrets.token_hex(8)}", qop="auth"'
            self.answer(asked, "401 Unauthorized", challenge)
            return
        first = _md5(f"{self.user}:{REALM}:{self.password}")
        second = _md5(f"REGISTER:{proof['uri']}")
        wanted = _md5(":".join([first, proof["nonce"], proof["nc"], proof["cnonce"], proof["qop"], second]))
        if proof["response"] != wanted:
            self.refused += 1
            self.answer(asked, "403 Forbidden")
            return
        found = re.search(r"<([^>]+)>", asked.headers["contact"])
        assert found is not None
        self.contact = found[1]
        self.answer(asked, "200 OK", f"Contact: <{self.contact}>;expires=600")
        self.registered.set()

    def answer(self, request: Message, status: str, *more: str) -> None:
        """Answer a request, without a body."""
        kept = [f"{name}: {request.headers[name.lower()]}" for name in ("Via", "From", "Call-ID", "CSeq")]
        to = request.headers["to"]
        kept.append(f"To: {to}" if ";tag=" in to else f"To: {to};tag=carrier")
        self._send([f"SIP/2.0 {status}", *kept, *more], "", request.sender)

    async def call(self, *, number: str, called: str, rtp_port: int, to_contact: bool = True) -> "CarrierCall":
        """Send a call, which is up when this returns.

        ``to_contact``: to the account as it has registered, and ``called`` stands in To only; else to that number.
        """
        assert self.contact is not None
        found = re.search(r"@([0-9.]+):([0-9]+)", self.contact)
        assert found is not None
        call = CarrierCall(carrier=self, number=number, called=called, to=(found[1], int(found[2])))
        sdp = "\r\n".join([
            "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0",
            f"m=audio {rtp_port} RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "",
        ])  # fmt: skip
        call.send("INVITE", self.contact if to_contact else f"sip:{called}@{found[1]}:{found[2]}", sdp)
        call.taken = await self.until("SIP/2.0 200")
        target = re.search(r"<([^>]+)>", call.taken.headers["contact"])
        assert target is not None
        call.target = target[1]
        call.send("ACK", call.target)
        return call

    async def until(self, beginning: str) -> Message:
        """The next message that begins so; others are passed over, but a refusal ends the wait."""
        async with asyncio.timeout(WAIT_S):
            while True:
                message = await self.inbox.get()
                if message.first.startswith(beginning):
                    return message
                assert not re.match(r"SIP/2.0 [3-6]", message.first), message.first

    def send(self, lines: list[str], body: str, to: Address) -> None:
        """Send one message."""
        self._send(lines, body, to)

    def _send(self, lines: list[str], body: str, to: Address) -> None:
        assert self._transport is not None
        text = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])
        self._transport.sendto(text.encode(), to)

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._transport is not None
        port: int = self._transport.get_extra_info("sockname")[1]
        return port


@dataclass(slots=True, kw_only=True)
class CarrierCall:
    """A call that the carrier has sent. ``taken``: the answer, whose SDP says where sound is wanted."""

    carrier: Carrier
    number: str
    called: str
    to: Address
    call_id: str = field(default_factory=lambda: secrets.token_hex(8))
    taken: Message | None = None
    target: str = ""

    @property
    def sound_goes_to(self) -> Address:
        """Where the switch wants to hear us."""
        assert self.taken is not None
        found = re.search(r"c=IN IP4 ([0-9.]+).*m=audio ([0-9]+)", self.taken.body, re.DOTALL)
        assert found is not None
        return found[1], int(found[2])

    def send(self, method: str, uri: str, body: str = "") -> None:
        """One request of this call."""
        to = f"<sip:{self.called}@{REALM}>" if self.taken is None else self.taken.headers["to"]
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.carrier.port};branch=z9hG4bK{secrets.token_hex(8)}",
            "Max-Forwards: 70",
            f"From: <sip:{self.number}@{REALM}>;tag={self.call_id}",
            f"To: {to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: 1 {method}",
            f"Contact: <sip:carrier@127.0.0.1:{self.carrier.port}>",
            *(["Content-Type: application/sdp"] if body else []),
        ]
        self.carrier.send(lines, body, self.to)


@asynccontextmanager
async def carrier(*, user: str, password: str) -> AsyncIterator[Carrier]:
    """A carrier on a free port of the loopback."""
    loop = asyncio.get_running_loop()
    transport, opened = await loop.create_datagram_endpoint(
        lambda: Carrier(user=user, password=password), local_addr=("127.0.0.1", 0)
    )
    try:
        yield opened
    finally:
        transport.close()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
