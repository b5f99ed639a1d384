"""The benchmarks' phones: they ring, pick up, hang up by themselves, and write down when."""

import asyncio
import io
from collections.abc import AsyncIterator

import pytest

from sambut.bench import sip_phones
from sambut.bench.call_records import read_phones
from sambut.bench.sip_phones import Phones
from sambut.bench.sip_text import digest_answer, read_message, user_of

INVITE = (
    "INVITE sip:p1@127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9\r\n"
    "From: <sip:+62811@127.0.0.1>;tag=a\r\nTo: <sip:p1@127.0.0.1>\r\nCall-ID: {call}\r\nCSeq: 7 INVITE\r\n"
    "Contact: <sip:asterisk@127.0.0.1:9>\r\nContent-Length: 0\r\n\r\n"
)


class Log(io.StringIO):
    """A log that tells when it is written to."""

    def __init__(self) -> None:
        super().__init__()
        self.written = asyncio.Event()

    def write(self, text: str) -> int:
        self.written.set()
        return super().write(text)


class Switch(asyncio.DatagramProtocol):
    """The other side of the phones."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.put_nowait(data)

    async def hear(self) -> str:
        async with asyncio.timeout(2):
            return (await self.heard.get()).decode()


@pytest.fixture
async def line() -> AsyncIterator[tuple[Phones, Switch, asyncio.DatagramTransport, Log]]:
    loop, log = asyncio.get_running_loop(), Log()
    there, phones = await loop.create_datagram_endpoint(lambda: Phones(log, rtp_port=9), local_addr=("127.0.0.1", 0))
    address = there.get_extra_info("sockname")
    here, switch = await loop.create_datagram_endpoint(Switch, remote_addr=address)
    phones.talk_ms = (1, 1)
    yield phones, switch, here, log
    there.close()
    here.close()


Line = tuple[Phones, Switch, asyncio.DatagramTransport, Log]


async def test_a_phone_rings_picks_up_and_hangs_up_when_it_has_talked(line: Line) -> None:
    _, switch, wire, log = line
    wire.sendto(INVITE.format(call="c1").encode())
    assert (await switch.hear()).startswith("SIP/2.0 180")
    picked_up = await switch.hear()
    assert picked_up.startswith("SIP/2.0 200")
    assert "m=audio" in picked_up
    wire.sendto(INVITE.format(call="c1").replace("INVITE", "ACK").encode())
    bye = read_message((await switch.hear()).encode())
    assert (bye.method, bye.headers["call-id"], user_of(bye.headers["to"])) == ("BYE", "c1", "+62811")

    assert [(each.what, each.phone, each.number) for each in read_phones(log.getvalue())] == [
        (what, "p1", "+62811") for what in ("invite", "joined", "bye")
    ]


async def test_a_caller_is_put_on_hold_and_taken_back_before_the_end(line: Line) -> None:
    phones, switch, wire, log = line
    phones.talk_ms, phones.hold_share = (60, 60), 1.0
    wire.sendto(INVITE.format(call="c1").encode())
    await switch.hear()
    await switch.hear()
    wire.sendto(INVITE.format(call="c1").replace("INVITE", "ACK").encode())

    held = await switch.hear()
    wire.sendto(
        b"SIP/2.0 200 OK\r\nCall-ID: c1\r\nCSeq: 1 INVITE\r\nFrom: <sip:p1@127.0.0.1>;tag=t1\r\n"
        b"To: <sip:+62811@127.0.0.1>;tag=a\r\nContent-Length: 0\r\n\r\n"
    )
    heard = [read_message((await switch.hear()).encode()) for _ in range(3)]

    assert "a=sendonly" in held
    assert read_message(held.encode()).headers["cseq"] == "1 INVITE"
    assert [each.headers["cseq"] for each in heard] == ["1 ACK", "2 INVITE", "3 BYE"]
    assert "a=sendrecv" in heard[1].body
    assert [each.what for each in read_phones(log.getvalue())] == ["invite", "joined", "hold", "resume", "bye"]


async def test_an_invite_within_a_call_is_answered_and_is_no_call_of_its_own(line: Line) -> None:
    phones, switch, wire, log = line
    phones.talk_ms = (5_000, 5_000)
    wire.sendto(INVITE.format(call="c1").encode())
    await switch.hear()
    await switch.hear()
    wire.sendto(INVITE.format(call="c1").replace("INVITE", "ACK").encode())
    await log.written.wait()

    within = INVITE.replace("To: <sip:p1@127.0.0.1>", "To: <sip:p1@127.0.0.1>;tag=t1")
    wire.sendto(within.format(call="c1").encode())
    assert (await switch.hear()).startswith("SIP/2.0 200")
    wire.sendto(within.format(call="c2").encode())
    assert (await switch.hear()).startswith("SIP/2.0 481")

    assert [each.what for each in read_phones(log.getvalue())].count("invite") == 1


async def test_a_200_is_sent_again_until_it_is_heard_and_an_invite_sent_again_rings_once(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sip_phones, "AGAIN_S", 0.02)
    _, switch, wire, log = line
    wire.sendto(INVITE.format(call="c1").encode())
    wire.sendto(INVITE.format(call="c1").encode())

    assert [(await switch.hear())[8:11] for _ in range(3)] == ["180", "200", "200"]
    assert len(read_phones(log.getvalue())) == 1


async def test_a_dead_phone_says_nothing(line: Line) -> None:
    phones, switch, wire, log = line
    phones.answers = False
    wire.sendto(INVITE.format(call="c1").encode())
    async with asyncio.timeout(2):
        await log.written.wait()

    assert switch.heard.empty()


def test_the_digest_is_that_of_the_rfc() -> None:
    """RFC 2617, section 3.5."""
    challenge = 'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"'

    answer = digest_answer(challenge, user="Mufasa", secret="Circle Of Life", method="GET", uri="/dir/index.html")

    assert 'username="Mufasa"' in answer
    assert 'response="6629fae49393a05397450978507c4ef1"' in answer


async def test_who_talks_is_heard_every_20_ms_until_the_call_ends() -> None:
    loop, sound = asyncio.get_running_loop(), sip_phones.Sound()
    ear, heard = await loop.create_datagram_endpoint(Switch, local_addr=("127.0.0.1", 0))
    sound.heard_at["c1"] = ear.get_extra_info("sockname")
    speaking = asyncio.create_task(sound.run())
    async with asyncio.timeout(2):
        first, second = await heard.heard.get(), await heard.heard.get()
    speaking.cancel()
    await asyncio.wait([speaking])
    ear.close()

    assert len(first) == len(second) == 12 + 160
    assert int.from_bytes(second[2:4]) == int.from_bytes(first[2:4]) + 1
    assert int.from_bytes(second[4:8]) == int.from_bytes(first[4:8]) + 160
