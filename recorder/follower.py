"""Follows the facts of every talk and sees to it that its sound comes onto the shelf, or that its loss is known."""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog

from acd.core.facts import InteractionAnswered, InteractionReleased
from kernel.entry import Entry
from kernel.ids import AgentId, InteractionId, QueueId, ReservationId
from kernel.instants import Instant
from recorder.facts import RecorderFact, RecordingFailed, RecordingStored
from recorder.merge import Merged, SoundUnreadable, merge
from recorder.naming import NotOurId, agent_side, caller_side, stored_name
from recorder.ports import RecorderNotes, RecordingShelf

log = structlog.get_logger(__name__)

CLOSED_MS_MAX = 5_000
"""How long after a talk Asterisk may take to say that its files are complete."""
SHORTER_MS_MAX = 1_000
"""By how much a recording may be shorter than the talk."""
TRIES_MAX = 5
QUEUE_LENGTH_MAX = 10_000


@dataclass(slots=True, kw_only=True)
class Talk:
    """One talk from answer to shelf. ``expected_ms`` None: it goes on."""

    interaction_id: InteractionId
    reservation_id: ReservationId
    queue_id: QueueId
    agent_id: AgentId
    started_at: Instant
    expected_ms: int | None = None
    sound_closed: bool = False
    tries: int = 0


@dataclass(slots=True, kw_only=True)
class RecorderCounters:
    """Counts since the start; they never go back."""

    stored: int = 0
    failed: int = 0
    retried: int = 0
    uneven: int = 0
    left_out: int = 0


class Recorder:
    """A FactSubscriber. ``run`` it as a task; ``finish`` waits for what is under way.

    ``spool``: where Asterisk writes the one-way files; ``shelf_dir``: where recordings are kept.
    """

    def __init__(
        self, *, spool: Path, shelf_dir: Path, shelf: RecordingShelf, notes: RecorderNotes, free_bytes_min: int
    ) -> None:
        self._spool = spool
        self._shelf_dir = shelf_dir
        self._shelf = shelf
        self._notes = notes
        self._free_bytes_min = free_bytes_min
        self._talks: dict[ReservationId, Talk] = {}
        self._due: asyncio.Queue[Talk] = asyncio.Queue(QUEUE_LENGTH_MAX)
        self._timers: dict[ReservationId, asyncio.TimerHandle] = {}
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="merge")
        self.counters = RecorderCounters()

    @property
    def waiting_count(self) -> int:
        """Talks that are over and whose sound is not on the shelf yet."""
        return sum(talk.expected_ms is not None for talk in self._talks.values())

    def disk_is_short(self) -> bool:
        """Whether there is less room than recordings are to leave free: an alarm for people."""
        folder = self._shelf_dir if self._shelf_dir.exists() else self._shelf_dir.parent
        return shutil.disk_usage(folder).free < self._free_bytes_min

    # --- what happens ------------------------------------------------------------------------------------------------

    def on_entry(self, entry: Entry) -> None:
        """Note the beginning and the end of every talk."""
        for fact in entry.facts:
            match fact:
                case InteractionAnswered():
                    self._answered(fact, entry.at)
                case InteractionReleased():
                    self._released(fact)
                case RecordingStored() | RecordingFailed():
                    self._talks.pop(fact.reservation_id, None)
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

    def _answered(self, fact: InteractionAnswered, at: Instant) -> None:
        self._talks[fact.reservation_id] = Talk(
            interaction_id=fact.interaction_id,
            reservation_id=fact.reservation_id,
            queue_id=fact.queue_id,
            agent_id=fact.agent_id,
            started_at=at,
        )

    def _released(self, fact: InteractionReleased) -> None:
        talk = self._talks.get(fact.reservation_id)
        if talk is None:
            return
        talk.expected_ms = fact.talk_ms + fact.hold_ms
        if talk.sound_closed:
            self._make_due(talk)
        else:
            self._wait_for_sound(talk)

    def _wait_for_sound(self, talk: Talk) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # refolding the journal before the loop runs: ``settle`` follows
            return
        self._timers[talk.reservation_id] = loop.call_later(CLOSED_MS_MAX / 1000, self._make_due, talk)

    def _make_due(self, talk: Talk) -> None:
        timer = self._timers.pop(talk.reservation_id, None)
        if timer is not None:
            timer.cancel()
        try:
            self._due.put_nowait(talk)
        except asyncio.QueueFull:
            # The files stay in the spool, and the next start finds them there.
            self.counters.left_out += 1
            log.error("recording left in the spool", reservation_id=talk.reservation_id)

    # --- what is done about it ---------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Bring sound onto the shelf, one talk at a time, until cancelled."""
        self.settle()
        while True:
            talk = await self._due.get()
            await self._shelve(talk)
            self._due.task_done()

    def settle(self) -> None:
        """After the journal was folded: take up what an earlier program left unfinished."""
        for talk in self._talks.values():
            if talk.expected_ms is not None and talk.reservation_id not in self._timers:
                self._wait_for_sound(talk)

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
            fact = await self._stored(talk)
            await self._notes.note((fact,))
        except Exception as problem:  # the database or the disk is away: the files wait in the spool
            log.error("recording not stored", reservation_id=talk.reservation_id, problem=type(problem).__name__)
            self._try_again(talk)
            return
        if isinstance(fact, RecordingStored):
            self.counters.stored += 1
            for name in (agent_side(talk.reservation_id), caller_side(talk.reservation_id)):
                (self._spool / name).unlink(missing_ok=True)
        else:
            self.counters.failed += 1
            log.error("recording failed", reservation_id=talk.reservation_id, problem=fact.problem)

    def _try_again(self, talk: Talk) -> None:
        talk.tries += 1
        if talk.tries < TRIES_MAX:
            self.counters.retried += 1
            asyncio.get_running_loop().call_later(talk.tries, self._make_due, talk)

    async def _stored(self, talk: Talk) -> RecorderFact:
        there = await self._shelf.one(talk.reservation_id)
        if there is not None:
            return there
        expected_ms = talk.expected_ms or 0
        try:
            file_name = stored_name(talk.interaction_id, talk.reservation_id, talk.started_at)
            merged = await self._merged(talk, self._shelf_dir / file_name)
        except NotOurId:
            return _failed(talk, "unreadable", 0)
        except SoundUnreadable as unreadable:
            return _failed(talk, unreadable.problem, 0)
        if merged.duration_ms < expected_ms - SHORTER_MS_MAX:
            # Kept on the disk under its name, beside the fact that tells what is missing.
            return _failed(talk, "short", merged.duration_ms)
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
        return stored

    async def _merged(self, talk: Talk, target: Path) -> Merged:
        caller = self._spool / caller_side(talk.reservation_id)
        agent = self._spool / agent_side(talk.reservation_id)
        make = partial(merge, caller=caller, agent=agent, target=target)
        return await asyncio.get_running_loop().run_in_executor(self._threads, make)


def _failed(talk: Talk, problem: str, found_ms: int) -> RecordingFailed:
    return RecordingFailed(
        interaction_id=talk.interaction_id,
        reservation_id=talk.reservation_id,
        problem=problem,
        expected_ms=talk.expected_ms or 0,
        found_ms=found_ms,
    )
