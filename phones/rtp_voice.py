"""The sound of one SIPp caller: its own RTP socket, because SIPp 3.6 cannot record, and sends keys only as root.

SIPp does the signalling and names this socket's port in its SDP.
"""

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np

from phones import g711, rtp
from phones.ears import Ear
from phones.plans import KeyPress


class RtpVoice(asyncio.DatagramProtocol):
    """Speaks and presses keys once it knows the far end; hears from the first packet on."""

    def __init__(
        self, *, sound: g711.Octets, press: Sequence[KeyPress], law: g711.Law, record_path: Path | None
    ) -> None:
        self._sound = sound
        self._press = press
        self._law: g711.Law = law
        self._record_path = record_path
        self._transport: asyncio.DatagramTransport | None = None
        self._speaking: asyncio.Task[None] | None = None
        self._ear: Ear | None = None
        self.keys_are_pressed = not press
        self.packets_heard = 0

    async def open(self, address: str) -> Self:
        """Take a free port of this address. Raises OSError when there is none."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(address, 0))
        return self

    @property
    def port(self) -> int:
        """The port that the SDP names. Raises ValueError before `open`."""
        if self._transport is None:
            raise ValueError("the voice is not open")
        port: int = self._transport.get_extra_info("sockname")[1]
        return port

    def begin(self, far: tuple[str, int]) -> None:
        """The call is answered: speak to this address, and keep what is heard. Harmless the second time."""
        if self._speaking is not None:
            return
        if self._record_path is not None:
            self._ear = Ear(self._record_path)
        self._speaking = asyncio.create_task(self._speak(far))

    async def _speak(self, far: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        last_key_slot = max(rtp.key_slots(self._press), default=-1)
        stream = rtp.packets(self._sound, self._press, law=self._law, source=secrets.randbits(32))
        for slot, packet in enumerate(stream):
            if self._transport is None or self._transport.is_closing():
                return
            self._transport.sendto(rtp.write_packet(packet), far)
            # The first of the packets that end a key counts: a switch may act on it and hang up at once.
            self.keys_are_pressed = slot > last_key_slot - rtp.KEY_END_PACKETS
            due += rtp.PACKET_MS / 1000
            await asyncio.sleep(max(0.0, due - loop.time()))

    def datagram_received(self, data: bytes, addr: object) -> None:
        """Hear one packet."""
        packet = rtp.read_packet(data)
        if packet is None or packet.payload_type != g711.PAYLOAD_TYPES[self._law]:
            return
        self.packets_heard += 1
        if self._ear is not None:
            self._ear.hear(g711.decode(np.frombuffer(packet.payload, dtype=np.uint8), self._law).tobytes())

    async def close(self) -> Path | None:
        """Stop; gives the recording's file when there is one."""
        if self._speaking is not None:
            self._speaking.cancel()
            await asyncio.gather(self._speaking, return_exceptions=True)
        if self._transport is not None:
            self._transport.close()
        if self._ear is None:
            return None
        self._ear.close()
        return self._ear.path
