"""Checkpoints of the journal: what engine and followers know after one entry, so that a start reads only what came later.

Made every few thousand entries and at the end. A checkpoint is never needed: whatever is wrong with it, the journal holds
everything, and an older checkpoint or the journal's beginning serves as well. It only takes longer.
"""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, fields
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

FORMAT = 10
"""What a body is written in. To be raised with every change to a class that is in it, and with every change to what a
fact does to the state: a checkpoint of before holds what the old rule made of the facts.
"""

EVERY_ENTRIES = 4_000
"""How many entries a start reads at most, besides those that come while a checkpoint is made: a third of a second."""

T = TypeVar("T")
_ENCODER = msgspec.json.Encoder()


SLICE_RECORDS = 250
"""Records of the engine that are written down without a pause: well below a millisecond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What the followers know."""

    hub: HubCheckpoint
    numbers: NumbersCheckpoint
    talks: tuple[Talk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Everything that a start would otherwise have to read the journal for. No caller's number is in it."""

    engine: EngineCheckpoint
    followed: Followed


class AtRest(Protocol):
    """``acd.distributor.Distributor.at_rest``."""

    def __call__(self, look: Callable[[int, EngineCheckpoint], T]) -> Awaitable[T]:
        """See there."""


class Checkpointer:
    """A FactSubscriber that counts; ``run`` is the task that makes checkpoints.

    What followers know is living, and is written down while nothing is decided: two milliseconds for 500 agents in talks.
    The engine's records are frozen, and are written down between decisions, a few at a time. Packing and saving wait for no one.
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
            seq, engine, followed = await at_rest(self._look)
        except DoorClosed:
            return  # the engine has ended: what it knows may not be in the journal
        self._tried_seq = seq
        if seq == self._kept_seq:
            return
        written = bytearray(b'{"engine":')
        for piece in _in_slices(engine):
            written += piece
            await asyncio.sleep(0)
        written += b',"followed":' + followed + b"}"
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

    def _look(self, seq: int, engine: EngineCheckpoint) -> tuple[int, EngineCheckpoint, bytes]:
        followed = Followed(
            hub=self._hub.checkpoint(), numbers=self._numbers.checkpoint(), talks=self._recorder.checkpoint()
        )
        return seq, engine, _ENCODER.encode(followed)


def _in_slices(engine: EngineCheckpoint) -> Iterator[bytes]:
    """The JSON of the engine's checkpoint, in pieces that are quickly made."""
    for number, field in enumerate(fields(engine)):
        yield b'%s"%s":' % (b"," if number else b"{", field.name.encode())
        value = getattr(engine, field.name)
        if not isinstance(value, dict) or not value:
            yield _ENCODER.encode(value)
            continue
        records = list(value.items())
        for start in range(0, len(records), SLICE_RECORDS):
            piece = _ENCODER.encode(dict(records[start : start + SLICE_RECORDS]))
            yield (b"," if start else b"{") + piece[1:-1]
        yield b"}"
    yield b"}"


async def newest_checkpoint(shelf: StoreCheckpoints, last_seq: int) -> tuple[int, Checkpoint | None]:
    """The newest that can be read, and its entry; (0, None) when there is none. Raises StoreFailed."""
    return _first_readable(await shelf.newest_first(), last_seq)


async def checkpoint_before(shelf: StoreCheckpoints, seq: int) -> tuple[int, Checkpoint | None]:
    """The newest that can be read of those made before the entry ``seq``; (0, None) without one. Raises StoreFailed."""
    return _first_readable([one for one in await shelf.newest_first() if one.seq < seq], seq)


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
    except (zlib.error, msgspec.MsgspecError, UnicodeError) as wrong:
        raise _Unreadable(str(wrong)) from wrong
    except KeyError as unknown:
        raise _Unreadable(f"it contradicts itself: {unknown}") from unknown
    return checkpoint
