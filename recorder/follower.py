"""Follows the facts of every talk and sees to it that its sound comes onto the shelf, or that its loss is known."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import structlog

from acd.core.facts import InteractionAnswered, InteractionReleased
from acd.core.outbound_words import CallOutAnswered, CallOutReleased
from kernel.entry import Entry
from kernel.ids import AgentId, InteractionId, QueueId, ReservationId
from kernel.instants import Instant
from recorder.facts import RecorderFact, RecordingFailed, RecordingStored
from recorder.merge import Merged, SoundUnreadable, merge
from recorder.naming import NotOurId, agent_side, aside_sides, caller_side, reservation_of, stored_name
from recorder.ports import RecorderNotes, RecordingShelf
from recorder.watch import RecordingWatch

log = structlog.get_logger(__name__)

CLOSED_MS_MAX = 5_000
"""How long after a talk Asterisk may take to say that its files are complete."""
SHORTER_MS_MAX = 1_000
"""By how much a recording may be shorter than the talk."""
TRIES_MAX = 5
RETRY_S = 1.0
"""Pause before the second try; each further one waits so much longer."""
NO_QUEUE = QueueId("")
"""Of the talks in calls that agents made."""
QUEUE_LENGTH_MAX = 10_000


@dataclass(slots=True, kw_only=True)
class Talk:
    """One talk from answer to shelf. ``expected_ms`` None: it goes on; not ``end_seen``: it may have been shorter."""

    interaction_id: InteractionId
    reservation_id: ReservationId
    queue_id: QueueId
    agent_id: AgentId
    started_at: Instant
    expected_ms: int | None = None
    end_seen: bool = True
    sound_closed: bool = False
    is_due: bool = False
    tries: int = 0


@dataclass(slots=True, kw_only=True)
class RecorderCounters:
    """Counts since the start; they never go back."""

    stored: int = 0
    failed: int = 0
    retried: int = 0
    uneven: int = 0
    left_out: int = 0
    """Left in the spool for the next start, after several tries or because too many waited."""
    disk_short: int = 0
    """Recordings made while there was less room on the disk than there should be."""


class Recorder:
    """A FactSubscriber. ``run`` it as a task; ``finish`` waits for what is under way.

    ``spool``: where Asterisk writes the one-way files; ``shelf_dir``: where recordings are kept. ``records``: whether talks
    are recorded now; if not, only the sound of those is looked after that began when they were.
    """

    def __init__(
        self,
        *,
        spool: Path,
        shelf_dir: Path,
        shelf: RecordingShelf,
        notes: RecorderNotes,
        free_bytes_min: int,
        records: bool = True,
        closed_ms_max: int = CLOSED_MS_MAX,
        retry_s: float = RETRY_S,
    ) -> None:
        self._spool = spool
        self._shelf_dir = shelf_dir
        self._shelf = shelf
        self._notes = notes
        self._records = records
        self._closed_ms_max = closed_ms_max
        self._retry_s = retry_s
        self._talks: dict[ReservationId, Talk] = {}
        self._left_out: dict[ReservationId, Talk] = {}
        self._due: asyncio.Queue[Talk] = asyncio.Queue(QUEUE_LENGTH_MAX)
        self._timers: dict[ReservationId, asyncio.TimerHandle] = {}
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="merge")
        self.counters = RecorderCounters()
        self.watch = RecordingWatch(
            spool=spool, shelf_dir=shelf_dir, free_bytes_min=free_bytes_min, talks=self._talks_in_progress
        )

    def _talks_in_progress(self) -> list[ReservationId]:
        return [talk.reservation_id for talk in self._talks.values() if talk.expected_ms is None]

    @property
    def waiting_count(self) -> int:
        """Talks that are over and whose sound is not on the shelf yet."""
        return sum(talk.expected_ms is not None for talk in self._talks.values())

    def checkpoint(self) -> tuple[Talk, ...]:
        """The talks whose sound is not on the shelf, those that were left out too, as a start is to try them."""
        talks = (*self._left_out.values(), *self._talks.values())
        return tuple(replace(talk, sound_closed=False, is_due=False, tries=0) for talk in talks)

    def resume(self, talks: Iterable[Talk]) -> None:
        """Know the talks of a checkpoint: those that are over are tried anew."""
        for talk in talks:
            self._talks[talk.reservation_id] = talk
            if talk.expected_ms is not None:
                self._wait_for_sound(talk)

    # --- what happens ------------------------------------------------------------------------------------------------

    def on_entry(self, entry: Entry) -> None:
        """Note the beginning and the end of every talk."""
        for fact in entry.facts:
            match fact:
                case InteractionAnswered():
                    self._answered(fact, entry.at, fact.queue_id)
                case CallOutAnswered():
                    self._answered(fact, entry.at, NO_QUEUE)
                case InteractionReleased() | CallOutReleased():
                    self._released(fact)
                case RecordingStored() | RecordingFailed():
                    self._forget(fact.reservation_id)
                case _:
                    pass

    def sound_closed(self, reservation_id: ReservationId) -> None:
        """Asterisk has closed the two files of a leg (event MixMonitorStop)."""
        talk = self._talks.get(reservation_id)
        if talk is None:
            return
        talk.sound_closed = True
        if talk.expected_ms is not None:
            self._make_due(talk)

    def _answered(self, fact: InteractionAnswered | CallOutAnswered, at: Instant, queue_id: QueueId) -> None:
        if not self._records and not self._has_sound(fact):
            return
        self._talks[fact.reservation_id] = Talk(
            interaction_id=fact.interaction_id,
            reservation_id=fact.reservation_id,
            queue_id=queue_id,
            agent_id=fact.agent_id,
            started_at=at,
        )

    def _has_sound(self, fact: InteractionAnswered | CallOutAnswered) -> bool:
        names = agent_side(fact.reservation_id), *aside_sides(fact.interaction_id)
        try:
            return any((self._spool / name).exists() for name in names)
        except OSError:
            return False

    def _released(self, fact: InteractionReleased | CallOutReleased) -> None:
        talk = self._talks.get(fact.reservation_id)
        if talk is None:
            return
        talk.expected_ms = fact.talk_ms + fact.hold_ms
        talk.end_seen = fact.end_seen
        if talk.sound_closed:
            self._make_due(talk)
        else:
            self._wait_for_sound(talk)

    def _wait_for_sound(self, talk: Talk) -> None:
        loop = asyncio.get_running_loop()
        self._timers[talk.reservation_id] = loop.call_later(self._closed_ms_max / 1000, self._make_due, talk)

    def _make_due(self, talk: Talk) -> None:
        """Once only, however often the switch says that the sound is complete."""
        if talk.is_due:
            return
        self._end_timer(talk.reservation_id)
        try:
            self._due.put_nowait(talk)
            talk.is_due = True
        except asyncio.QueueFull:
            self._leave_out(talk)

    def _leave_out(self, talk: Talk) -> None:
        """The files stay in the spool, and the next start finds them there."""
        self._forget(talk.reservation_id)
        self._left_out[talk.reservation_id] = talk
        self.counters.left_out += 1
        log.error("recording left in the spool", reservation_id=talk.reservation_id)

    def _forget(self, reservation_id: ReservationId) -> None:
        self._end_timer(reservation_id)
        self._talks.pop(reservation_id, None)
        self._left_out.pop(reservation_id, None)

    def _end_timer(self, reservation_id: ReservationId) -> None:
        timer = self._timers.pop(reservation_id, None)
        if timer is not None:
            timer.cancel()

    # --- what is done about it ---------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Bring sound onto the shelf, one talk at a time, until cancelled."""
        await self._sweep()
        while True:
            await self._shelve(await self._due.get())

    async def _sweep(self) -> None:
        """Remove one-way files whose recording is on the shelf: a crash came between the two."""
        names = sorted(path.name for path in self._spool.glob("*.wav"))
        for reservation_id in sorted({found for name in names if (found := reservation_of(name)) is not None}):
            if reservation_id in self._talks:
                continue
            try:
                if await self._shelf.one(reservation_id) is not None:
                    self._remove_one_way(reservation_id)
            except Exception as problem:  # the database or the disk is away: the next start sweeps again
                log.error("spool not swept", reservation_id=reservation_id, problem=type(problem).__name__)
                return

    def _remove_one_way(self, reservation_id: ReservationId) -> None:
        try:
            for name in (agent_side(reservation_id), caller_side(reservation_id)):
                (self._spool / name).unlink(missing_ok=True)
        except OSError as problem:  # the recording is safe; the next start sweeps
            log.error("one-way files stay", reservation_id=reservation_id, problem=type(problem).__name__)

    async def finish(self, *, within_s: float) -> None:
        """Wait for the talks that are over, at most so long."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        # Timers, files and the journal all have a part in it; there is no one thing to wait for.
        while self.waiting_count and loop.time() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    def close(self) -> None:
        """Give up timers and threads."""
        for timer in self._timers.values():
            timer.cancel()
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def _shelve(self, talk: Talk) -> None:
        try:
            told = await self._made(talk)
            await self._notes.note(told)
        except Exception as problem:  # the database or the disk is away: the files wait in the spool
            log.error("recording not stored", reservation_id=talk.reservation_id, problem=type(problem).__name__)
            self._try_again(talk)
            return
        self._forget(talk.reservation_id)
        for fact in told:
            if isinstance(fact, RecordingStored):
                self.counters.stored += 1
                self._remove_one_way(talk.reservation_id)
            else:
                self.counters.failed += 1
                log.error("recording failed", reservation_id=talk.reservation_id, problem=fact.problem)

    def _try_again(self, talk: Talk) -> None:
        talk.is_due = False
        talk.tries += 1
        if talk.tries >= TRIES_MAX:
            self._leave_out(talk)
            return
        self.counters.retried += 1
        pause_s = talk.tries * self._retry_s
        loop = asyncio.get_running_loop()
        self._timers[talk.reservation_id] = loop.call_later(pause_s, self._make_due, talk)

    async def _made(self, talk: Talk) -> tuple[RecorderFact, ...]:
        """What became of a talk's sound. That something is missing is told, whether or not the rest is on the shelf."""
        there = await self._shelf.one(talk.reservation_id)
        if there is not None:
            return (there,)
        try:
            self._look_at_disk(talk)
            self._take_aside_files(talk)
            file_name = stored_name(talk.interaction_id, talk.reservation_id, talk.started_at)
            merged = await self._merged(talk, self._shelf_dir / file_name)
        except NotOurId:
            return (_failed(talk, "unreadable", 0),)
        except SoundUnreadable as unreadable:
            return (_failed(talk, unreadable.problem, 0),)
        short = (_failed(talk, "short", merged.duration_ms),) if _is_short(talk, merged) else ()
        if short and (talk.end_seen or not merged.duration_ms):
            # Kept on the disk under its name, beside the fact that tells what is missing.
            return short
        self.counters.uneven += merged.uneven_ms > SHORTER_MS_MAX
        stored = RecordingStored(
            interaction_id=talk.interaction_id,
            reservation_id=talk.reservation_id,
            queue_id=talk.queue_id,
            agent_id=talk.agent_id,
            file_name=file_name,
            started_at=talk.started_at,
            duration_ms=merged.duration_ms,
            byte_count=merged.byte_count,
            sha256=merged.sha256,
        )
        await self._shelf.add(stored)
        # Cut off by Asterisk's death it is short, and all that there will ever be.
        return (*short, stored)

    def _take_aside_files(self, talk: Talk) -> None:
        """A talk that Asterisk brought about by itself is recorded under its interaction: from now on under its name."""
        names = agent_side(talk.reservation_id), caller_side(talk.reservation_id)
        for aside, name in zip(aside_sides(talk.interaction_id), names, strict=True):
            if (self._spool / aside).exists() and not (self._spool / name).exists():
                (self._spool / aside).rename(self._spool / name)

    def _look_at_disk(self, talk: Talk) -> None:
        # Made all the same: what is short now may suffice, and what fails is tried again.
        if self.watch.disk_is_short():
            self.counters.disk_short += 1
            log.error("little room for recordings", reservation_id=talk.reservation_id)

    async def _merged(self, talk: Talk, target: Path) -> Merged:
        caller = self._spool / caller_side(talk.reservation_id)
        agent = self._spool / agent_side(talk.reservation_id)
        make = partial(merge, caller=caller, agent=agent, target=target)
        return await asyncio.get_running_loop().run_in_executor(self._threads, make)


def _is_short(talk: Talk, merged: Merged) -> bool:
    """Whether sound is missing. A talk whose end nobody saw may have been as short as its files, if Asterisk closed them."""
    if not talk.end_seen:
        return not merged.closed
    return merged.duration_ms < (talk.expected_ms or 0) - SHORTER_MS_MAX


def _failed(talk: Talk, problem: str, found_ms: int) -> RecordingFailed:
    return RecordingFailed(
        interaction_id=talk.interaction_id,
        reservation_id=talk.reservation_id,
        problem=problem,
        expected_ms=talk.expected_ms or 0,
        found_ms=found_ms,
    )
