"""The few SIP messages that the benchmarks' phones read and write. Pure."""

import hashlib
import re
from dataclasses import dataclass

SDP = (
    "v=0\r\no=- 1 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:20\r\na=sendrecv\r\n"
)
CLIENT_NONCE = "0a4f113b"
_CHALLENGE = re.compile(r'(\w+)="?([^",]+)"?')
_AUDIO = re.compile(r"^m=audio (\d+)", re.MULTILINE)
_USER = re.compile(r"sips?:([^@;>]+)@")


@dataclass(frozen=True, slots=True)
class Message:
    """One SIP message. ``start``: its first line. ``headers``: first values by lower-case name; ``vias``: all of them."""

    start: str
    headers: dict[str, str]
    vias: tuple[str, ...]
    body: str

    @property
    def method(self) -> str:
        """The request's method; SIP/2.0 for a response."""
        return self.start.partition(" ")[0]

    @property
    def status(self) -> int:
        """The response's status; 0 for a request."""
        return int(self.start[8:11]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def answers(self) -> str:
        """The method that CSeq names."""
        return self.headers.get("cseq", "").rpartition(" ")[2]

    @property
    def audio_port(self) -> int:
        """Where the other side wants its sound; 0 when it does not say."""
        found = _AUDIO.search(self.body)
        return int(found.group(1)) if found else 0


def read_message(data: bytes) -> Message:
    """One datagram. What is no SIP gives a message without method that anybody passes over."""
    head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    headers: dict[str, str] = {}
    vias: list[str] = []
    for line in lines:
        name, _, value = line.partition(":")
        key = name.strip().lower()
        if key == "via":
            vias.append(value.strip())
        headers.setdefault(key, value.strip())
    return Message(start=start, headers=headers, vias=tuple(vias), body=body)


def user_of(address: str) -> str:
    """The user part of the first SIP address in a header or a request line; empty when there is none."""
    found = _USER.search(address)
    return found.group(1) if found else ""


def respond(request: Message, status: str, *, to_tag: str, contact: str = "", sdp: str = "") -> bytes:
    """A response: ``status`` is code and reason."""
    to = request.headers.get("to", "")
    lines = [f"SIP/2.0 {status}", *(f"Via: {via}" for via in request.vias)]
    lines += [
        f"From: {request.headers.get('from', '')}",
        f"To: {to}" if ";tag=" in to else f"To: {to};tag={to_tag}",
        f"Call-ID: {request.headers.get('call-id', '')}",
        f"CSeq: {request.headers.get('cseq', '')}",
    ]
    return _finish(lines, contact, sdp)


def write_request(
    method: str,
    invite: Message,
    *,
    to_tag: str,
    branch: str,
    local: str,
    number: int = 1,
    contact: str = "",
    sdp: str = "",
) -> bytes:
    """A request within the call, of the side that was invited. ``local``: its host:port. ``number``: for CSeq."""
    target = invite.headers.get("contact", "").partition("<")[2].partition(">")[0]
    lines = [
        f"{method} {target} SIP/2.0",
        f"Via: SIP/2.0/UDP {local};rport;branch={branch}",
        f"From: {invite.headers.get('to', '').partition(';tag=')[0]};tag={to_tag}",
        f"To: {invite.headers.get('from', '')}",
        f"Call-ID: {invite.headers.get('call-id', '')}",
        f"CSeq: {number} {method}",
        "Max-Forwards: 70",
    ]
    return _finish(lines, contact, sdp)


def write_register(
    *, user: str, server: str, local: str, branch: str, number: int, expires_s: int, authorization: str = ""
) -> bytes:
    """A REGISTER. ``server`` and ``local``: host:port."""
    lines = [
        f"REGISTER sip:{server} SIP/2.0",
        f"Via: SIP/2.0/UDP {local};rport;branch={branch}",
        f"From: <sip:{user}@{server}>;tag={user}",
        f"To: <sip:{user}@{server}>",
        f"Call-ID: {user}-register-{local}",
        f"CSeq: {number} REGISTER",
        f"Expires: {expires_s}",
        "Max-Forwards: 70",
        *([f"Authorization: {authorization}"] if authorization else []),
    ]
    return _finish(lines, f"<sip:{user}@{local}>", "")


def digest_answer(challenge: str, *, user: str, secret: str, method: str, uri: str) -> str:
    """The Authorization header for a WWW-Authenticate header (RFC 2617, MD5)."""
    said = dict(_CHALLENGE.findall(challenge))
    nonce, realm = said.get("nonce", ""), said.get("realm", "")
    first, second = _md5(f"{user}:{realm}:{secret}"), _md5(f"{method}:{uri}")
    response = _md5(f"{first}:{nonce}:00000001:{CLIENT_NONCE}:auth:{second}")
    opaque = f', opaque="{said["opaque"]}"' if "opaque" in said else ""
    return (
        f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", response="{response}", '
        f'algorithm=MD5, qop=auth, nc=00000001, cnonce="{CLIENT_NONCE}"{opaque}'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _finish(lines: list[str], contact: str, sdp: str) -> bytes:
    if contact:
        lines.append(f"Contact: {contact}")
    if sdp:
        lines.append("Content-Type: application/sdp")
    lines.append(f"Content-Length: {len(sdp)}")
    return ("\r\n".join(lines) + "\r\n\r\n" + sdp).encode()
