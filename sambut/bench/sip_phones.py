"""Hundreds of agents' phones in one cheap process: ``python -m sambut.bench.sip_phones --log FILE``.

Orders come as JSON lines on standard input, each answered by one line on standard output. What happens is written to
the log, one line each: ``<what> <microseconds since the epoch> <phone> <caller's number>``, where ``what`` is ``invite``
(it came), ``joined`` (our 200 was acknowledged), ``hold`` and ``resume``, ``bye`` (the agent hung up) or ``left`` (the other
side did).

A phone rings, picks up at once or when its plan says, and hangs up when it has talked for as long as its plan says. Sound is sent only on
demand: every 20 ms one packet, the same for all who talk, from one socket; what comes back is left to the kernel.
"""

import argparse
import asyncio
import contextlib
import json
import socket
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, TextIO, cast

from sambut.bench.sip_text import (
    SDP,
    Message,
    digest_answer,
    read_message,
    respond,
    user_of,
    write_register,
    write_request,
)

ADDRESS = "127.0.0.1"
RECEIVE_BYTES = 4_000_000
AGAIN_S = 0.5
TRIES_MAX = 10
EXPIRES_S = 3600
REGISTERS_AT_ONCE = 50
REGISTER_S_MAX = 30.0
PACKET_S = 0.02
SAMPLES = 160
SILENCE = b"\xd5" * SAMPLES
RTP_HEADER = struct.Struct("!BBHII")


@dataclass(slots=True, kw_only=True)
class Talk:
    """One call of one phone. ``again``: what is sent until the other side has heard it."""

    invite: Message
    phone: str
    caller: str
    tag: str
    peer: tuple[str, int]
    again: bytes = b""
    tries: int = 0
    joined: bool = False
    hanging_up: bool = False
    timer: asyncio.TimerHandle | None = None
    requests: int = 0
    """Requests of ours in this call."""


class Sound:
    """The voices of all who talk: 20 ms of G.711 silence at a time, with running numbers."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((ADDRESS, 0))
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self.heard_at: dict[str, tuple[str, int]] = {}
        """Where each call's sound goes, by call id."""
        self.late_ms_max = 0.0

    async def run(self) -> None:
        """Send until cancelled; then the socket is closed."""
        with self._socket:
            await self._send()

    async def _send(self) -> None:
        loop, number = asyncio.get_running_loop(), 0
        started = loop.time()
        while True:
            number += 1
            due = started + number * PACKET_S
            await asyncio.sleep(due - loop.time())
            self.late_ms_max = max(self.late_ms_max, (loop.time() - due) * 1000)
            packet = RTP_HEADER.pack(0x80, 8, number & 0xFFFF, number * SAMPLES & 0xFFFFFFFF, 0x5A3B) + SILENCE
            for address in list(self.heard_at.values()):
                # A full buffer loses a packet, as a network does.
                with contextlib.suppress(BlockingIOError):
                    self._socket.sendto(packet, address)


class Phones(asyncio.DatagramProtocol):
    """All phones that share one socket. ``answers``: one that does not is a phone that is dead and whose port is open."""

    def __init__(
        self, log: TextIO, *, rtp_port: int, answers: bool = True, seed: int = 1, sound: Sound | None = None
    ) -> None:
        self._sound = sound
        self.talk_ms = (1000, 1000)
        self.ring_ms = (0, 0)
        self.hold_share = 0.0
        """The share of talks whose second third the caller spends on hold."""
        self.secrets: dict[str, str] = {}
        self.registered: set[str] = set()
        self.answers = answers
        self._log = log
        self._chance = Random(seed)
        self._talks: dict[str, Talk] = {}
        self._numbers = 0
        self._local = ""
        self._sdp = SDP.format(address=ADDRESS, port=rtp_port)
        self._server = (ADDRESS, 0)
        self._changed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # asyncio's own transport of datagrams is no DatagramTransport to isinstance.
        self.transport = cast(asyncio.DatagramTransport, transport)
        host, port = transport.get_extra_info("sockname")
        self._local = f"{host}:{port}"

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        message = read_message(data)
        match message.method:
            case "SIP/2.0":
                self._answered(message)
            case "INVITE" if ";tag=" in message.headers.get("to", ""):
                self._invited_again(message, addr)
            case "INVITE":
                self._invited(message, addr)
            case "ACK":
                self._acknowledged(message)
            case "BYE" | "CANCEL":
                self._told_to_end(message, addr)
            case "OPTIONS" if self.answers:
                self.transport.sendto(respond(message, "200 OK", to_tag="o"), addr)

    async def register(self, secrets: dict[str, str], server_port: int, *, at_once: int = REGISTERS_AT_ONCE) -> None:
        """Register them all, so many at a time. Raises TimeoutError."""
        self._server = (ADDRESS, server_port)
        self.secrets |= secrets
        names = list(secrets)
        async with asyncio.timeout(REGISTER_S_MAX):
            for start in range(0, len(names), at_once):
                batch = names[start : start + at_once]
                while missing := [name for name in batch if name not in self.registered]:
                    for name in missing:
                        self._send_register(name, 1, "")
                    await self._wait_for(batch)

    async def _wait_for(self, batch: list[str]) -> None:
        try:
            async with asyncio.timeout(2.0):
                while any(name not in self.registered for name in batch):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return

    def _send_register(self, user: str, number: int, authorization: str) -> None:
        self.transport.sendto(
            write_register(
                user=user,
                server=f"{ADDRESS}:{self._server[1]}",
                local=self._local,
                branch=self._branch(),
                number=number,
                expires_s=EXPIRES_S,
                authorization=authorization,
            ),
            self._server,
        )

    def _answered(self, message: Message) -> None:
        if message.answers == "REGISTER":
            user = user_of(message.headers.get("to", ""))
            challenge = message.headers.get("www-authenticate", "")
            if message.status == 401 and user in self.secrets:
                uri = f"sip:{ADDRESS}:{self._server[1]}"
                answer = digest_answer(challenge, user=user, secret=self.secrets[user], method="REGISTER", uri=uri)
                self._send_register(user, 2, answer)
            elif message.status == 200:
                self.registered.add(user)
                self._changed.set()
        elif message.answers == "INVITE" and message.status >= 200:
            self._acknowledge(message)
        elif message.answers == "BYE" and message.status >= 200:
            self._over(message.headers.get("call-id", ""))

    def _invited(self, message: Message, addr: tuple[str, int]) -> None:
        now = time.time_ns() // 1000
        call_id = message.headers.get("call-id", "")
        if call_id in self._talks:
            return  # sent again: our own answer is being sent again as well
        phone, caller = user_of(message.start), user_of(message.headers.get("from", ""))
        self._write("invite", now, phone, caller)
        if not self.answers:
            return
        self._numbers += 1
        talk = Talk(invite=message, phone=phone, caller=caller, tag=f"t{self._numbers}", peer=addr)
        self._talks[call_id] = talk
        contact = f"<sip:{phone}@{self._local}>"
        self.transport.sendto(respond(message, "180 Ringing", to_tag=talk.tag, contact=contact), addr)
        talk.again = respond(message, "200 OK", to_tag=talk.tag, contact=contact, sdp=self._sdp)
        if self.ring_ms == (0, 0):
            self._send_until_heard(call_id, talk)
            return
        delay_s = self._chance.uniform(*self.ring_ms) / 1000
        talk.timer = asyncio.get_running_loop().call_later(delay_s, self._send_until_heard, call_id, talk)

    def _invited_again(self, message: Message, addr: tuple[str, int]) -> None:
        """An INVITE within a call changes nothing for us, but wants its answer."""
        if not self.answers:
            return
        if message.headers.get("call-id", "") not in self._talks:
            self.transport.sendto(respond(message, "481 Call/Transaction Does Not Exist", to_tag=""), addr)
            return
        contact = f"<sip:{user_of(message.start)}@{self._local}>"
        self.transport.sendto(respond(message, "200 OK", to_tag="", contact=contact, sdp=self._sdp), addr)

    def _acknowledged(self, message: Message) -> None:
        call_id = message.headers.get("call-id", "")
        talk = self._talks.get(call_id)
        if talk is None or talk.joined:
            return
        talk.joined = True
        self._stop(talk)
        self._write("joined", time.time_ns() // 1000, talk.phone, talk.caller)
        if self._sound is not None and talk.invite.audio_port:
            self._sound.heard_at[call_id] = (ADDRESS, talk.invite.audio_port)
        talk_s = self._chance.uniform(*self.talk_ms) / 1000
        loop = asyncio.get_running_loop()
        talk.timer = loop.call_later(talk_s, self._hang_up, call_id)
        if self._chance.random() < self.hold_share:
            loop.call_later(talk_s / 3, self._hold, call_id, "hold")
            loop.call_later(talk_s * 2 / 3, self._hold, call_id, "resume")

    def _hold(self, call_id: str, what: str) -> None:
        talk = self._talks.get(call_id)
        if talk is None or talk.hanging_up:
            return
        self._write(what, time.time_ns() // 1000, talk.phone, talk.caller)
        self.transport.sendto(self._request("INVITE", talk, held=what == "hold"), talk.peer)

    def _acknowledge(self, answer: Message) -> None:
        """The other side took a hold, or its end."""
        talk = self._talks.get(answer.headers.get("call-id", ""))
        if talk is not None:
            number = int(answer.headers["cseq"].partition(" ")[0])
            self.transport.sendto(
                write_request(
                    "ACK", talk.invite, to_tag=talk.tag, branch=self._branch(), local=self._local, number=number
                ),
                talk.peer,
            )

    def _request(self, method: str, talk: Talk, *, held: bool | None = None) -> bytes:
        """The next request of ours in a call; ``held``: with what is to become of the sound."""
        talk.requests += 1
        sdp = "" if held is None else self._sdp.replace("o=- 1 1 ", f"o=- 1 {talk.requests + 1} ")
        return write_request(
            method,
            talk.invite,
            to_tag=talk.tag,
            branch=self._branch(),
            local=self._local,
            number=talk.requests,
            contact="" if held is None else f"<sip:{talk.phone}@{self._local}>",
            sdp=sdp.replace("sendrecv", "sendonly") if held else sdp,
        )

    def _hang_up(self, call_id: str) -> None:
        talk = self._talks[call_id]
        talk.hanging_up = True
        talk.again = self._request("BYE", talk)
        talk.tries = 0
        self._write("bye", time.time_ns() // 1000, talk.phone, talk.caller)
        self._send_until_heard(call_id, talk)

    def _told_to_end(self, message: Message, addr: tuple[str, int]) -> None:
        if not self.answers:
            return
        self.transport.sendto(respond(message, "200 OK", to_tag="x"), addr)
        call_id = message.headers.get("call-id", "")
        talk = self._talks.get(call_id)
        if talk is None:
            return
        if message.method == "CANCEL":
            self.transport.sendto(respond(talk.invite, "487 Request Terminated", to_tag=talk.tag), addr)
        if not talk.hanging_up:
            self._write("left", time.time_ns() // 1000, talk.phone, talk.caller)
        self._over(call_id)

    def _send_until_heard(self, call_id: str, talk: Talk) -> None:
        self.transport.sendto(talk.again, talk.peer)
        talk.tries += 1
        if talk.tries < TRIES_MAX:
            talk.timer = asyncio.get_running_loop().call_later(AGAIN_S, self._send_until_heard, call_id, talk)

    def _over(self, call_id: str) -> None:
        talk = self._talks.pop(call_id, None)
        if self._sound is not None:
            self._sound.heard_at.pop(call_id, None)
        if talk is not None:
            self._stop(talk)

    @staticmethod
    def _stop(talk: Talk) -> None:
        if talk.timer is not None:
            talk.timer.cancel()

    def _branch(self) -> str:
        self._numbers += 1
        return f"z9hG4bKs{self._numbers}"

    def _write(self, what: str, at_us: int, phone: str, caller: str) -> None:
        self._log.write(f"{what} {at_us} {phone} {caller}\n")


class Exchange:
    """The orders: ``speak`` (before register), ``register`` (secrets, port, ``at_once``), ``die`` (``how``: those registered last
    are silent from now on, or their port is closed), ``plan``, ``flush``."""

    def __init__(self, log: TextIO) -> None:
        self._log = log
        self._lines: list[tuple[asyncio.DatagramTransport, Phones]] = []
        self._sound: Sound | None = None
        self._speaking: asyncio.Task[None] | None = None

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do one order and say what came of it."""
        match order["do"]:
            case "register":
                await self._register(order["secrets"], order["port"], order.get("at_once", REGISTERS_AT_ONCE))
            case "die":
                transport, phones = self._lines[-1]
                phones.answers = False
                if order["how"] == "closed":
                    transport.close()
            case "plan":
                for _, line in self._lines:
                    line.talk_ms = (order["talk_ms"][0], order["talk_ms"][1])
                    line.ring_ms = (order["ring_ms"][0], order["ring_ms"][1])
                    line.hold_share = order["hold_share"]
            case "speak":
                self._sound = Sound()
                self._speaking = asyncio.create_task(self._sound.run())
            case "flush":
                self._log.flush()
        return {"done": order["do"]}

    async def _register(self, secrets: dict[str, str], port: int, at_once: int) -> None:
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        one.bind((ADDRESS, 0))
        loop = asyncio.get_running_loop()
        sound = self._sound
        transport, phones = await loop.create_datagram_endpoint(
            lambda: Phones(self._log, rtp_port=9 if sound is None else sound.port, sound=sound), sock=one
        )
        self._lines.append((transport, phones))
        await phones.register(secrets, port, at_once=at_once)


async def _serve(log_path: Path) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    with log_path.open("w", encoding="utf-8", buffering=2**16) as log:
        exchange = Exchange(log)
        while line := await reader.readline():
            answer = await exchange.obey(json.loads(line))
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--log", type=Path, required=True)
    asyncio.run(_serve(parser.parse_args().log))


if __name__ == "__main__":
    main()
