"""JSON lines over the standard input and output of a phone process."""

import asyncio
import os
import sys
import time

from phones.events import Event
from phones.wire import LINE_BYTES_MAX, line_of

# A reader this far behind is dead or lost; a phone that nobody listens to must not ring on.
UNREAD_BYTES_MAX = 4 * 1024 * 1024


class LineDoor:
    """The two ends: lines come in from the reader, events go out through `tell`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.WriteTransport) -> None:
        self.reader = reader
        self._writer = writer
        self.reader_is_gone = asyncio.Event()

    def tell(self, event: Event) -> None:
        """Send one event; never waits. A reader that does not read any more ends the process."""
        if self._writer.is_closing() or self._writer.get_write_buffer_size() > UNREAD_BYTES_MAX:
            self.reader_is_gone.set()
            return
        self._writer.write(line_of(event))

    async def close(self, *, flush_s_max: float = 2.0) -> None:
        """Let what was told leave, then close."""
        deadline = time.monotonic() + flush_s_max
        # A transport tells how much is left, and nobody when it is empty.
        while self._writer.get_write_buffer_size() and time.monotonic() < deadline:  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.01)
        self._writer.close()


async def open_door() -> LineDoor:
    """Take over the process's standard input and output.

    The output's descriptor is moved away and replaced by standard error, because the SIP stacks print where they like.
    """
    loop = asyncio.get_running_loop()
    sys.stdout.flush()
    own_output = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    reader = asyncio.StreamReader(limit=LINE_BYTES_MAX)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    writer, _ = await loop.connect_write_pipe(asyncio.Protocol, own_output)
    return LineDoor(reader, writer)


def now_ms() -> int:
    """The machine's time, milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000
