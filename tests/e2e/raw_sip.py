"""A caller whose every byte a test chooses: SIP over UDP by hand, for what no decent phone would send."""

import asyncio
import contextlib
import re
import secrets
import struct
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from tests.e2e.floor import eventually

AUDIO = (
    b"m=audio {rtp} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
)
"""The media of a decent offer."""
VIDEO = b"m=video {rtp} RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\n"
_STATUS = re.compile(rb"SIP/2\.0 ([1-6][0-9]{2})")
_METHOD = re.compile(rb"([A-Z]+) sip:")


@dataclass(frozen=True, kw_only=True)
class RawInvite:
    """One INVITE. Bytes go out as they are, ``{rtp}`` in ``media`` alone is filled in; no ``media``: no body at all."""

    did: bytes = b"169"
    caller: bytes = b"<sip:081234567801@127.0.0.1>"
    headers: bytes = b""
    media: bytes | None = AUDIO


@dataclass(kw_only=True)
class RawCall:
    """One call from one port: answers what must be answered, and keeps what it was told."""

    invite: RawInvite
    address: str
    server: tuple[str, int]
    call_id: str = field(default_factory=lambda: secrets.token_hex(8))
    statuses: list[int] = field(default_factory=list)
    far_hung_up: bool = False
    to: bytes = b""
    far_rtp: tuple[str, int] | None = None
    _transport: asyncio.DatagramTransport | None = None
    _rtp: asyncio.DatagramTransport | None = None

    async def begin(self) -> None:
        """Open both sockets and send the INVITE."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: _Ear(self), local_addr=(self.address, 0))
        self._rtp, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, local_addr=(self.address, 0))
        self.to = b"<sip:" + self.invite.did + b"@127.0.0.1>"
        self._send(self._request(b"INVITE", 1, body=self._sdp()))

    def cancel(self) -> None:
        """Take the INVITE back, whatever has come of it."""
        self._send(self._request(b"CANCEL", 1))

    def bye(self) -> None:
        """Hang up."""
        self._send(self._request(b"BYE", 2))

    async def final(self, *, within_s: float = 5) -> int | None:
        """The status that decided the INVITE; None when it was not even worth an answer."""

        async def look() -> int | None:
            return next((status for status in self.statuses if status >= 200), None)

        with contextlib.suppress(AssertionError):
            return await eventually(look, within_s=within_s, what="a final answer")
        return None

    def flood_keys(self, count: int) -> None:
        """Press so many keys in one moment: the last packet of each alone."""
        assert self._rtp is not None
        assert self.far_rtp is not None
        for number in range(count):
            head = struct.pack("!BBHII", 0x80, 101, number, number * 800, 77)
            self._rtp.sendto(head + struct.pack("!BBH", number % 10, 0x8A, 800), self.far_rtp)

    def close(self) -> None:
        """Say nothing more."""
        for transport in (self._transport, self._rtp):
            if transport is not None:
                transport.close()

    def take(self, message: bytes) -> None:
        """One message has come."""
        status, method = _STATUS.match(message), _METHOD.match(message)
        if method is not None:
            self.far_hung_up = self.far_hung_up or method.group(1) == b"BYE"
            self._send(_answer_to(message))
        elif status is not None and b"INVITE" in _header(message, b"CSeq"):
            self.statuses.append(int(status.group(1)))
            if int(status.group(1)) >= 200:
                self._decided(message, int(status.group(1)))

    def _decided(self, message: bytes, status: int) -> None:
        self.to = _header(message, b"To")
        port = re.search(rb"m=audio ([0-9]+)", message)
        if port is not None:
            self.far_rtp = ("127.0.0.1", int(port.group(1)))
        self._send(self._request(b"ACK", 1, of_another_transaction=status < 300))

    def _request(self, method: bytes, number: int, *, body: bytes = b"", of_another_transaction: bool = False) -> bytes:
        assert self._transport is not None
        port = self._transport.get_extra_info("sockname")[1]
        here = f"{self.address}:{port}".encode()
        shares_branch = method in (b"INVITE", b"CANCEL", b"ACK") and not of_another_transaction
        branch = self.call_id.encode() + (b"" if shares_branch else method)
        lines = [
            method + b" sip:" + self.invite.did + f"@{self.server[0]}:{self.server[1]} SIP/2.0".encode(),
            b"Via: SIP/2.0/UDP " + here + b";branch=z9hG4bK" + branch,
            b"From: " + self.invite.caller + b";tag=raw",
            b"To: " + self.to,
            b"Call-ID: " + self.call_id.encode(),
            f"CSeq: {number} ".encode() + method,
            b"Contact: <sip:raw@" + here + b">",
            b"Max-Forwards: 70",
        ]
        lines += [self.invite.headers] if self.invite.headers and method == b"INVITE" else []
        lines += [b"Content-Type: application/sdp"] if body else []
        lines += [f"Content-Length: {len(body)}".encode(), b"", body]
        return b"\r\n".join(lines)

    def _sdp(self) -> bytes:
        if self.invite.media is None:
            return b""
        assert self._rtp is not None
        address = self.address.encode()
        head = b"v=0\r\no=raw 1 1 IN IP4 " + address + b"\r\ns=-\r\nc=IN IP4 " + address + b"\r\nt=0 0\r\n"
        return head + self.invite.media.replace(b"{rtp}", str(self._rtp.get_extra_info("sockname")[1]).encode())

    def _send(self, message: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(message, self.server)


class _Ear(asyncio.DatagramProtocol):
    def __init__(self, call: RawCall) -> None:
        self._call = call

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._call.take(data)


@contextlib.asynccontextmanager
async def raw_calls(
    invites: Sequence[RawInvite], *, port: int, address: str = "127.0.0.1"
) -> AsyncIterator[list[RawCall]]:
    """Calls begun with these INVITEs; at the end all are hung up, and their sockets closed."""
    calls = [RawCall(invite=invite, address=address, server=("127.0.0.1", port)) for invite in invites]
    try:
        for call in calls:
            await call.begin()
        yield calls
    finally:
        for call in calls:
            if any(200 <= status < 300 for status in call.statuses):
                call.bye()
            else:
                call.cancel()
            call.close()


def _header(message: bytes, name: bytes) -> bytes:
    found = re.search(rb"\r\n" + name + rb": *([^\r]*)", message)
    return b"" if found is None else found.group(1)


def _answer_to(request: bytes) -> bytes:
    kept = [name + b": " + _header(request, name) for name in (b"Via", b"From", b"To", b"Call-ID", b"CSeq")]
    return b"\r\n".join([b"SIP/2.0 200 OK", *kept, b"Content-Length: 0", b"", b""])
