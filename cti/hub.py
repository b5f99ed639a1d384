"""The hub: entries in, numbered events out, to the log and to everyone who follows.

It follows the journal like every other subscriber. The durable log is written lazily; what a crash left unwritten is
made again from the journal, with the same numbers, because translation depends on nothing else.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

import structlog

from cti.frames import NumberedEvent, numbered, recalled
from cti.picture import Picture
from cti.ports import CtiLog, CtiLogFailed
from cti.settings import CtiSettings
from cti.translate import Translator
from kernel.entry import Entry

_log = structlog.get_logger(__name__)


class Listener(Protocol):
    """Somebody who follows from now on."""

    def offer(self, event: NumberedEvent) -> None:
        """Take note of one event; must not block, wait or raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubCheckpoint:
    """What a hub knows after one entry: the picture, and the highest number given so far."""

    picture: Picture
    head_seq: int


class Hub:
    """A FactSubscriber. ``begin``, ``hear`` what the journal holds, then ``run`` for as long as the program lives."""

    def __init__(self, settings: CtiSettings, log: CtiLog) -> None:
        self._log = log
        self._retained_max = settings.retained_max
        self._write_every_s = settings.write_every_ms / 1000
        self._write_batch = settings.write_batch
        self._unwritten_max = settings.ring_length
        self._translator = Translator()
        self._ring: deque[NumberedEvent] = deque(maxlen=settings.ring_length)
        self._unwritten: deque[NumberedEvent] = deque()
        self._listeners: set[Listener] = set()
        self._seq = 0
        self._journal_seq = 0
        self._log_oldest = 0
        self._log_given_up = False
        self._logged_journal_seq = 0
        self._writing = asyncio.Lock()

    @property
    def picture(self) -> Picture:
        """What is live as of the last event. To be read only."""
        return self._translator.picture

    @property
    def head_seq(self) -> int:
        """The highest number given so far; 0 before the first event."""
        return self._seq

    @property
    def oldest_seq(self) -> int:
        """The lowest number that can be replayed; one above ``head_seq`` when there is nothing to replay."""
        if self._log_oldest and not self._log_given_up:
            return self._log_oldest
        return self._ring[0].logged.seq if self._ring else self._seq + 1

    @property
    def listener_count(self) -> int:
        """How many follow at this moment."""
        return len(self._listeners)

    def attach(self, listener: Listener) -> None:
        """From the next event on, ``listener`` is offered each."""
        self._listeners.add(listener)

    def detach(self, listener: Listener) -> None:
        """No more for this one. Harmless when it was not attached."""
        self._listeners.discard(listener)

    async def begin(self, *, journal_seq: int = 0, checkpoint: HubCheckpoint | None = None) -> None:
        """Stand where the checkpoint of that entry was made, or (0, None) before the journal's first entry.

        Numbers go on where the log ends: events that it holds are not made again. Raises CtiLogFailed.
        """
        self._journal_seq = journal_seq
        if checkpoint is not None:
            self._translator.picture = checkpoint.picture
            self._seq = checkpoint.head_seq
        last = await self._log.last()
        if last is not None:
            self._seq = max(self._seq, last.seq)
            self._logged_journal_seq = last.journal_seq
            self._log_oldest = await self._log.oldest_seq()

    def checkpoint(self) -> HubCheckpoint:
        """What is known now. The picture is the living one: to be written down before anything else happens."""
        return HubCheckpoint(picture=self.picture, head_seq=self._seq)

    def has_logged(self, journal_seq: int) -> bool:
        """Whether the log holds every event of the entries up to that one; if not, a start has to read them again."""
        written = not self._unwritten or self._unwritten[0].logged.journal_seq > journal_seq
        return written and not self._log_given_up

    def on_entry(self, entry: Entry) -> None:
        """Take one journalled entry. Entries that were already taken are passed over."""
        if entry.seq <= self._journal_seq:
            return
        if entry.seq != self._journal_seq + 1:
            _log.error("journal entries are missing", journal_seq=entry.seq, expected_seq=self._journal_seq + 1)
        self._journal_seq = entry.seq
        drafts = self._translator.take(entry)
        if entry.seq <= self._logged_journal_seq:
            return
        for ordinal, draft in enumerate(drafts, start=1):
            self._seq += 1
            event = numbered(draft, seq=self._seq, journal_seq=entry.seq, ordinal=ordinal, at=entry.at)
            self._ring.append(event)
            if not self._log_given_up:
                self._unwritten.append(event)
            for listener in tuple(self._listeners):
                listener.offer(event)

    async def hear(self, entry: Entry) -> None:
        """Take an entry that the journal holds already. What that makes known anew is written a batch at a time."""
        self.on_entry(entry)
        if len(self._unwritten) >= self._write_batch:
            await self.write()

    async def run(self) -> None:
        """Write events to the log, a moment after they happened, until cancelled; then write what is left."""
        try:
            while True:
                await asyncio.sleep(self._write_every_s)
                await self.write()
        finally:
            await self.write()

    async def write(self) -> None:
        """Write every unwritten event now. A failing log is told of and tried again next time."""
        async with self._writing:
            while self._unwritten:
                batch = self._next_batch()
                try:
                    await self._log.append([event.logged for event in batch])
                    for _ in batch:
                        self._unwritten.popleft()
                    self._log_oldest = self._log_oldest or batch[0].logged.seq
                    await self._forget_old()
                except CtiLogFailed:
                    _log.warning("event log not written", unwritten_count=len(self._unwritten))
                    self._give_up_if_hopeless()
                    return

    async def read(self, from_seq: int, count_max: int) -> Sequence[NumberedEvent]:
        """Events from ``from_seq`` on, in order, without a hole; at most ``count_max``, fewer at the end."""
        if self._ring and from_seq >= self._ring[0].logged.seq:
            start = from_seq - self._ring[0].logged.seq
            return list(islice(self._ring, start, start + count_max))
        if self._log_given_up:
            return []
        return [recalled(logged) for logged in await self._log.read(from_seq, count_max)]

    def _next_batch(self) -> list[NumberedEvent]:
        """About a batch of events, never part of an entry: after a crash an entry is in the log whole or not at all."""
        batch: list[NumberedEvent] = []
        for event in self._unwritten:
            if len(batch) >= self._write_batch and event.logged.journal_seq != batch[-1].logged.journal_seq:
                break
            batch.append(event)
        return batch

    async def _forget_old(self) -> None:
        keep_from = self._seq - self._retained_max + 1
        # A tenth more than needed may stay, so that not every write is followed by a deletion.
        if keep_from - self._log_oldest > self._retained_max // 10:
            await self._log.forget_before(keep_from)
            self._log_oldest = keep_from

    def _give_up_if_hopeless(self) -> None:
        # The next start makes the missing events again from the journal; until then the ring serves who resumes.
        if len(self._unwritten) > self._unwritten_max:
            self._log_given_up = True
            self._unwritten.clear()
            _log.error("event log given up until the next start")
