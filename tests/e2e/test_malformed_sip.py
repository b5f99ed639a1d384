"""SIP that is none: hundreds of messages with bytes changed, taken out and doubled, from a trunk's address and a stranger's.

Asterisk must take them, and a talk that goes on meanwhile must not notice; nothing of them may stay behind.
"""

import asyncio
import random
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from telephony.ami.actions import Action
from tests.e2e.caller_centre import HURRIED, with_stories
from tests.e2e.floor import CallFloor, eventually, open_floor
from tests.e2e.raw_sip import RawInvite, raw_calls
from tests.e2e.test_hostile_callers import unharmed_talk
from tests.fuzz.chance import changed

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(120)]

SEED = 169
DATAGRAMS = 900
STREAMS = 40
TRUNK, STRANGER = "127.0.0.1", "127.0.0.9"
OVER_S_MAX = 45
"""A call that was answered and never acknowledged is given up after 32 s."""
SDP = (
    "v=0\r\no=x 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 9 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
)
METHODS = ("INVITE", "REGISTER", "OPTIONS", "BYE", "CANCEL", "ACK", "SUBSCRIBE", "NOTIFY", "MESSAGE", "REFER", "INFO")
DIGEST = (
    'Authorization: Digest username="phone-1", realm="asterisk", nonce="1795493415/x", uri="sip:127.0.0.1", '
    'response="0123456789abcdef0123456789abcdef", algorithm=MD5, cnonce="x", qop=auth, nc=00000001\r\n'
)


def message(method: str, number: int, port: int) -> bytes:
    """One message as a decent phone or carrier would send it."""
    body = SDP if method == "INVITE" else ""
    user = HURRIED if method == "INVITE" else "phone-1"
    return (
        f"{method} sip:{user}@127.0.0.1:{port};transport=udp SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{number};rport\r\n"
        f'From: "A \\"b\\"" <sip:0812345678{number % 100:02d}@127.0.0.1>;tag=t{number}\r\n'
        f"To: <sip:{user}@127.0.0.1>\r\nCall-ID: m{number}@127.0.0.1\r\nCSeq: {number} {method}\r\n"
        f"Contact: <sip:x@127.0.0.1:9>;expires=60\r\nMax-Forwards: 70\r\nSupported: 100rel, timer, replaces\r\n"
        f"Session-Expires: 90;refresher=uac\r\nEvent: presence\r\nRefer-To: <sip:x@127.0.0.1>\r\n"
        f"P-Asserted-Identity: <sip:0812@127.0.0.1>\r\n{'' if method == 'INVITE' else DIGEST}"
        f"{'Content-Type: application/sdp' if body else 'Content-Type: text/plain'}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[CallFloor]:
    async with open_floor(tmp_path, rewrite=with_stories) as opened:
        yield opened


async def test_a_thousand_malformed_messages_harm_nobody_and_leave_nothing(floor: CallFloor) -> None:
    port, pid = floor.running.settings.asterisk.sip_udp_port, floor.running.exchange.process.pid
    chance = random.Random(SEED)
    async with unharmed_talk(floor):
        await send_datagrams(chance, port)
        await send_streams(chance, port)
        async with raw_calls([RawInvite(did=HURRIED.encode())], port=port) as (decent,):
            assert await decent.final() == 200
    assert floor.running.exchange.process.pid == pid
    assert floor.running.exchange.process.restarts == 0

    async def over() -> bool | None:
        rows = await floor.running.exchange.commands.collect(
            Action(name="CoreShowChannels"), "CoreShowChannelsComplete"
        )
        return None if rows or floor.running.hub.picture.calls else True

    await eventually(over, within_s=OVER_S_MAX, what="no channel and no interaction left")
    rows = await floor.running.storage.rows.find_interactions(count_max=1_000)
    assert all(row.disposition is not None for row in rows)
    assert len(rows) > 10, "some were good enough to be calls"


async def send_datagrams(chance: random.Random, port: int) -> None:
    """Over UDP, every other one from an address that is no trunk's."""
    known = [message(method, number, port) for number, method in enumerate(METHODS)]
    for number in range(DATAGRAMS):
        one = message(METHODS[number % len(METHODS)], 1_000 + number, port)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((TRUNK if number % 2 else STRANGER, 0))
            sender.sendto(changed(chance, one, chance.choice(known))[:8_000], ("127.0.0.1", port))
        # At the pace of a flood, not of a storm that the kernel would throw away.
        if number % 10 == 0:
            await asyncio.sleep(0.005)


async def send_streams(chance: random.Random, port: int) -> None:
    """Over TCP: messages that are cut short, run into each other, or promise a body that never comes."""
    for number in range(STREAMS):
        sent = changed(chance, message("OPTIONS", 5_000 + number, port), b"Content-Length: 99999999\r\n\r\n")
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent[: chance.randint(1, len(sent))] if number % 2 else sent * 3)
        await writer.drain()
        writer.close()
