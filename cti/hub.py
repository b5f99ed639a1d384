"""The hub: entries in, numbered events out, to the log and to everyone who follows.

It follows the journal like every other subscriber. The durable log is written lazily; what a crash left unwritten is
made again from the journal, with the same numbers, because translation depends on nothing else.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Protocol

import structlog

from acd.ports import Journal
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


class Hub:
    """A FactSubscriber. ``catch_up`` first, then ``run`` as a task for as long as the program lives."""

    def __init__(self, settings: CtiSettings, log: CtiLog) -> None:
        self._log = log
        self._retained_max = settings.retained_max
        self._write_every_s = settings.write_every_ms / 1000
        self._write_batch = settings.write_batch
        self._unwritten_max = settings.ring_length
        self._translator = Translator()
        self._ring: deque[NumberedEvent] = deque(maxlen=settings.ring_length)
        self._unwritten: deque[NumberedEvent] = deque()
        self._early: list[Entry] | None = []
        self._listeners: set[Listener] = set()
        self._seq = 0
        self._journal_seq = 0
        self._log_oldest = 0
        self._log_given_up = False

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

    def on_entry(self, entry: Entry) -> None:
        """Take one journalled entry. Entries that were already taken are passed over."""
        if self._early is not None:
            self._early.append(entry)
            return
        self._take(entry, publish=True)

    async def catch_up(self, journal: Journal) -> None:
        """Read the journal from its start: the picture needs it all, numbers go on where the log ends.

        Entries that arrive meanwhile by ``on_entry`` are kept and taken at the end.
        """
        last = await self._log.last()
        written_journal_seq = 0
        if last is not None:
            self._seq = last.seq
            written_journal_seq = last.journal_seq
            self._log_oldest = await self._log.oldest_seq()
        async for entry in journal.read(0):
            self._take(entry, publish=entry.seq > written_journal_seq)
            if len(self._unwritten) >= self._write_batch:
                await self.write()
        early, self._early = self._early or [], None
        for entry in early:
            self._take(entry, publish=True)

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

    def _take(self, entry: Entry, *, publish: bool) -> None:
        if entry.seq <= self._journal_seq:
            return
        if entry.seq != self._journal_seq + 1:
            _log.error("journal entries are missing", journal_seq=entry.seq, expected_seq=self._journal_seq + 1)
        self._journal_seq = entry.seq
        drafts = self._translator.take(entry)
        if not publish:
            return
        for ordinal, draft in enumerate(drafts, start=1):
            self._seq += 1
            event = numbered(draft, seq=self._seq, journal_seq=entry.seq, ordinal=ordinal, at=entry.at)
            self._ring.append(event)
            if not self._log_given_up:
                self._unwritten.append(event)
            for listener in tuple(self._listeners):
                listener.offer(event)

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
