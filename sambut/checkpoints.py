"""Checkpoints of the journal: what engine and followers know after one entry, so that a start reads only what came later.

Made every few thousand entries and at the end. A checkpoint is never needed: whatever is wrong with it, the journal holds
everything, and an older checkpoint or the journal's beginning serves as well. It only takes longer.
"""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec
import structlog

from acd.core.checkpoint import EngineCheckpoint, state_of
from acd.ports import Clock, DoorClosed
from cti.hub import Hub, HubCheckpoint
from kernel.entry import Entry
from recorder.follower import Recorder, Talk
from reports.live import NumbersCheckpoint
from sambut.live_numbers import CentreNumbers
from store.checkpoints import StoreCheckpoints, StoredCheckpoint
from store.database import StoreFailed

log = structlog.get_logger(__name__)

FORMAT = 1
"""What a body is written in. To be raised with every change to a class that is in it, and with every change to what a
fact does to the state: a checkpoint of before holds what the old rule made of the facts.
"""

EVERY_ENTRIES = 4_000
"""How many entries a start reads at most, besides those that come while a checkpoint is made: a third of a second."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Everything that a start would otherwise have to read the journal for. No caller's number is in it."""

    engine: EngineCheckpoint
    hub: HubCheckpoint
    numbers: NumbersCheckpoint
    talks: tuple[Talk, ...]


class AtRest(Protocol):
    """``acd.distributor.Distributor.at_rest``."""

    def __call__(self, look: Callable[[int, EngineCheckpoint], T]) -> Awaitable[T]:
        """See there."""


class Checkpointer:
    """A FactSubscriber that counts; ``run`` is the task that makes checkpoints.

    Writing down what is known takes some milliseconds in which nothing is decided; packing and saving do not.
    """

    def __init__(
        self,
        *,
        shelf: StoreCheckpoints,
        clock: Clock,
        hub: Hub,
        numbers: CentreNumbers,
        recorder: Recorder,
        every_entries: int = EVERY_ENTRIES,
    ) -> None:
        self._shelf = shelf
        self._clock = clock
        self._hub = hub
        self._numbers = numbers
        self._recorder = recorder
        self._every_entries = every_entries
        self._kept_seq = self._tried_seq = 0
        self._is_due = asyncio.Event()
        self._encoder = msgspec.json.Encoder()

    def start_at(self, seq: int) -> None:
        """There is a checkpoint of that entry, or (0) none."""
        self._kept_seq = self._tried_seq = seq

    def on_entry(self, entry: Entry) -> None:
        """Count one entry."""
        if entry.seq >= self._tried_seq + self._every_entries:
            self._is_due.set()

    async def run(self, at_rest: AtRest) -> None:
        """Make a checkpoint whenever one is due, until cancelled; then the last one."""
        try:
            while True:
                await self._is_due.wait()
                await self.make(at_rest)
        finally:
            await self.make(at_rest)

    async def make(self, at_rest: AtRest) -> None:
        """Make a checkpoint now. One that cannot be made or kept is told of; the next one is made in its time."""
        self._is_due.clear()
        try:
            seq, written = await at_rest(self._write)
        except DoorClosed:
            return  # the engine has ended: what it knows may not be in the journal
        self._tried_seq = seq
        if seq == self._kept_seq:
            return
        body = await asyncio.to_thread(zlib.compress, written, 1)
        await self._hub.write()
        if not self._hub.has_logged(seq):
            log.warning("no checkpoint: the event log is behind", seq=seq)
            return
        try:
            await self._shelf.save(StoredCheckpoint(seq=seq, made_at=self._clock.now(), format=FORMAT, body=body))
        except StoreFailed as wrong:
            log.warning("checkpoint not kept", seq=seq, problem=str(wrong))
        else:
            self._kept_seq = seq
            log.info("checkpoint kept", seq=seq, byte_count=len(body))

    def _write(self, seq: int, engine: EngineCheckpoint) -> tuple[int, bytes]:
        known = Checkpoint(
            engine=engine,
            hub=self._hub.checkpoint(),
            numbers=self._numbers.checkpoint(),
            talks=self._recorder.checkpoint(),
        )
        return seq, self._encoder.encode(known)


async def newest_checkpoint(shelf: StoreCheckpoints, last_seq: int) -> tuple[int, Checkpoint | None]:
    """The newest that can be read, and its entry; (0, None) when there is none. Raises StoreFailed."""
    return _first_readable(await shelf.newest_first(), last_seq)


def _first_readable(stored: Sequence[StoredCheckpoint], last_seq: int) -> tuple[int, Checkpoint | None]:
    for one in stored:
        try:
            return one.seq, _read(one, last_seq)
        except _Unreadable as wrong:
            log.warning("checkpoint passed over", seq=one.seq, problem=str(wrong))
    return 0, None


class _Unreadable(Exception):
    """This checkpoint is of no use."""


def _read(stored: StoredCheckpoint, last_seq: int) -> Checkpoint:
    if stored.format != FORMAT:
        raise _Unreadable(f"its format is {stored.format}, ours is {FORMAT}")
    if stored.seq > last_seq:
        raise _Unreadable(f"the journal ends before it, at {last_seq}")
    if not stored.is_whole:
        raise _Unreadable("it is damaged")
    try:
        checkpoint = msgspec.json.decode(zlib.decompress(stored.body), type=Checkpoint)
        state_of(checkpoint.engine)
    except (zlib.error, msgspec.MsgspecError) as wrong:
        raise _Unreadable(str(wrong)) from wrong
    except KeyError as unknown:
        raise _Unreadable(f"it contradicts itself: {unknown}") from unknown
    return checkpoint
