"""A follower: one reader's place in the event log, first catching up, then live; without a gap and without a double."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from cti.frames import NumberedEvent
from cti.hub import Hub
from cti.topics import Interest

_BATCH = 500


class TooSlow(Exception):
    """The reader is so far behind that it is let go; it resumes when it can."""


class Follower:
    """Reads the log by itself until it has caught up, and only then lets the hub push.

    The step from one to the other happens between two awaits, so no event can fall between. While pushed to, at most
    ``pending_max`` events wait; one more, and ``on_overflow`` is called, because the reader may be stuck in a send.
    """

    def __init__(
        self, hub: Hub, interest: Interest, *, next_seq: int, pending_max: int, on_overflow: Callable[[], None]
    ) -> None:
        self._hub = hub
        self._interest = interest
        self._next_seq = next_seq
        self._pending: deque[NumberedEvent] = deque()
        self._pending_max = pending_max
        self._on_overflow = on_overflow
        self._wake = asyncio.Event()

    def offer(self, event: NumberedEvent) -> None:
        """From the hub: one more event."""
        if not self._interest.wants(event.logged):
            return
        if len(self._pending) >= self._pending_max:
            self._hub.detach(self)
            self._on_overflow()
            return
        self._pending.append(event)
        self._wake.set()

    async def missed(self) -> AsyncIterator[list[NumberedEvent]]:
        """What was missed, in batches; when this ends the follower is live.

        Raises:
            TooSlow: retention overtook the reader.
        """
        while self._next_seq <= self._hub.head_seq:
            events = await self._hub.read(self._next_seq, _BATCH)
            if not events or events[0].logged.seq != self._next_seq:
                raise TooSlow
            self._next_seq = events[-1].logged.seq + 1
            wanted = [event for event in events if self._interest.wants(event.logged)]
            if wanted:
                yield wanted
        self._hub.attach(self)

    async def live(self, idle_s: float) -> AsyncIterator[list[NumberedEvent]]:
        """What happens, in batches, without end; an empty batch after ``idle_s`` seconds of nothing.

        With an empty batch, everything up to the hub's ``head_seq`` at that moment has been read or was not asked for.
        """
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(idle_s):
                    await self._wake.wait()
            self._wake.clear()
            batch = list(self._pending)
            # Cleared before the batch is sent: what waits in the sending is bounded by what waited here.
            self._pending.clear()
            yield batch

    def leave(self) -> None:
        """Follow no more."""
        self._hub.detach(self)
