"""A channel in `AGI()`, played by hand: it opens a session as Asterisk does and answers as told."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telephony.agi.caller_channel import Channel
from telephony.agi.server import AgiServer, AgiSettings, Script

OK = "200 result=0"


def block(path: str = "inbound", *arguments: str, **changed: str) -> bytes:
    """An opening block as 22.10.1 writes it. `changed`: other values for headers, without `agi_`."""
    headers = {
        "network": "yes",
        "network_script": path,
        "request": f"agi://127.0.0.1/{path}",
        "channel": "PJSIP/trunk-00000001",
        "language": "id",
        "type": "PJSIP",
        "uniqueid": "1795493415.1",
        "version": "22.10.1",
        "callerid": "0812345",
        "calleridname": "unknown",
        "callingpres": "0",
        "dnid": "169",
        "rdnis": "unknown",
        "context": "from-trunk",
        "extension": "169",
        "priority": "3",
        "enhanced": "0.0",
        "accountcode": "",
        "threadid": "140603991815872",
    } | changed
    lines = [f"agi_{name}: {value}\n" for name, value in headers.items()]
    lines += [f"agi_arg_{number}: {value}\n" for number, value in enumerate(arguments, 1)]
    return "".join(lines).encode() + b"\n"


class FakeCaller:
    """The connection, seen from Asterisk."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def say(self, *lines: str) -> None:
        """Write lines to the server."""
        self.writer.write("".join(f"{line}\n" for line in lines).encode())

    async def hear(self) -> str:
        """The next command, "" when the server has closed."""
        async with asyncio.timeout(5):
            return (await self.reader.readline()).decode().removesuffix("\n")

    async def answers(self, *lines: str) -> str:
        """Hear one command and answer it."""
        command = await self.hear()
        self.say(*lines)
        return command

    async def echo(self) -> None:
        """Answer the server's first question, which only a true Asterisk can."""
        question = await self.hear()
        assert question.startswith('GET FULL VARIABLE "')
        self.say(f"200 result=1 ({question.split(chr(34))[1]})")

    async def closed(self) -> bool:
        """Whether the server closes the connection without a further command."""
        async with asyncio.timeout(5):
            try:
                return await self.reader.read() == b""
            except ConnectionError:
                return True

    def reset(self) -> None:
        """Cut the connection with a TCP reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@asynccontextmanager
async def calling(server: AgiServer, opening: bytes | None = None) -> AsyncIterator[FakeCaller]:
    """A connection to the server that has sent these bytes; without any, an honest opening, echo included."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    caller = FakeCaller(reader, writer)
    try:
        writer.write(block() if opening is None else opening)
        if opening is None:
            await caller.echo()
        yield caller
    finally:
        writer.transport.abort()


@asynccontextmanager
async def serving(*, settings: AgiSettings | None = None, **routes: Script) -> AsyncIterator[AgiServer]:
    """A started server on a free port with these scripts."""
    server = AgiServer(routes, settings or AgiSettings(port=0, opening_ms_max=2_000, grace_ms=100))
    await server.start()
    try:
        yield server
    finally:
        await server.close()


class LedScript:
    """A script that a test leads step by step from outside: it hands out the channel and waits for end()."""

    def __init__(self) -> None:
        self._channel: asyncio.Future[Channel] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()

    async def __call__(self, channel: Channel) -> None:
        self._channel.set_result(channel)
        await self._over.wait()

    async def channel(self) -> Channel:
        async with asyncio.timeout(5):
            return await asyncio.shield(self._channel)

    @property
    def has_begun(self) -> bool:
        return self._channel.done()

    def end(self) -> None:
        self._over.set()


@asynccontextmanager
async def session(opening: bytes | None = None) -> AsyncIterator[tuple[Channel, FakeCaller]]:
    """One open session: the script's channel and the caller on the other side."""
    script = LedScript()
    async with serving(inbound=script) as server, calling(server, opening or block()) as caller:
        await caller.echo()
        channel = await script.channel()
        try:
            yield channel, caller
        finally:
            script.end()
