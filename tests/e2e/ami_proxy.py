"""What stands between the program and Asterisk's manager, and does to it what networks do."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from telephony.ami.connection import AmiLink

END = b"\r\n\r\n"
PIECE_BYTES = 65_536


@dataclass(kw_only=True)
class AmiProxy:
    """Passes everything on, or not.

    ``holds``: open connections pass nothing on any more, and nobody is told. ``byte_by_byte``: what Asterisk says comes in
    single bytes. ``lost``, ``doubled``, ``swapped``: the share of events (answers are never touched) with which that is done.
    """

    server: tuple[str, int]
    seed: int = 7
    holds: bool = False
    byte_by_byte: bool = False
    lost: float = 0.0
    doubled: float = 0.0
    swapped: float = 0.0
    events_harmed: int = 0
    connections: int = 0
    port: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until one of its ends goes."""
        self.connections += 1
        far_reader, far_writer = await asyncio.open_connection(*self.server)
        ways = [
            asyncio.create_task(self._pass_on(reader, far_writer)),
            asyncio.create_task(self._pass_back(far_reader, writer)),
        ]
        self._tasks.update(ways)
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._tasks.difference_update(ways)
            for each in (writer, far_writer):
                each.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held = self.holds
        while data := await reader.read(PIECE_BYTES):
            held = held or self.holds
            if not held:
                writer.write(data)
        if held:
            await asyncio.Event().wait()

    async def _pass_back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        rest, kept = b"", b""
        held = self.holds
        while data := await reader.read(PIECE_BYTES):
            held = held or self.holds
            if held:
                continue
            *messages, rest = (rest + data).split(END)
            for message in messages:
                said, kept = self._harmed(message + END, kept)
                await self._say(writer, said)

    def _harmed(self, message: bytes, kept: bytes) -> tuple[bytes, bytes]:
        """What to say now, and what to keep for after the next event."""
        if not message.startswith(b"Event: ") or b"\r\nActionID: " in message or b"FullyBooted" in message:
            return message, kept
        drawn = self._chance.random()
        if drawn < self.lost:
            self.events_harmed += 1
            return kept, b""
        if drawn < self.lost + self.doubled:
            self.events_harmed += 1
            return message + kept + message, b""
        if drawn < self.lost + self.doubled + self.swapped and not kept:
            self.events_harmed += 1
            return b"", message
        return message + kept, b""

    async def _say(self, writer: asyncio.StreamWriter, said: bytes) -> None:
        if not self.byte_by_byte:
            writer.write(said)
            return
        for at in range(len(said)):
            writer.write(said[at : at + 1])
            await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def proxied(link: AmiLink) -> AsyncIterator[AmiProxy]:
    """Lead a link that is up through a proxy from now on."""
    proxy = AmiProxy(server=(link.settings.host, link.settings.port))
    server = await asyncio.start_server(proxy.take, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    own = link.settings
    link.settings = replace(own, port=proxy.port)
    await link.close()
    await link.start()
    try:
        yield proxy
    finally:
        link.settings = own
        server.close()
