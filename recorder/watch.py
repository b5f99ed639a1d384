"""Looks every few seconds whether talks are being recorded: is there room, and does the sound of each grow.

Asterisk itself only writes a warning into its log when a file cannot be written on; the talk goes on without it.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from kernel.ids import ReservationId
from recorder.naming import agent_side, caller_side

log = structlog.get_logger(__name__)

LOOK_S: Final = 1.2
STILL_LOOKS: Final = 3
"""So many looks without a byte more, and the sound counts as standing still. Asterisk writes every two seconds."""


def is_short(folders: Iterable[Path], free_bytes_min: int) -> bool:
    """Whether one of the folders (or what there is of the way to it) has less room than that, or cannot be written."""
    return any(_is_short(folder, free_bytes_min) for folder in folders)


def _is_short(folder: Path, free_bytes_min: int) -> bool:
    nearest = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    read_only = bool(os.statvfs(nearest).f_flag & os.ST_RDONLY)
    return read_only or shutil.disk_usage(nearest).free < free_bytes_min


@dataclass(slots=True, kw_only=True)
class _Seen:
    """What the last look found of one talk's two files."""

    byte_count: int
    looks_still: int = 0


@dataclass(slots=True, kw_only=True)
class WatchCounters:
    """Counts since the start; they never go back."""

    ran_short: int = 0
    """Times that room began to be short."""
    stood_still: int = 0
    """Talks whose sound stood still, once each."""


class RecordingWatch:
    """``run`` it as a task. ``talks``: those that are being recorded now."""

    def __init__(
        self,
        *,
        spool: Path,
        shelf_dir: Path,
        free_bytes_min: int,
        talks: Callable[[], Iterable[ReservationId]],
        look_s: float = LOOK_S,
    ) -> None:
        self._spool = spool
        self._folders = (shelf_dir, spool)
        self._free_bytes_min = free_bytes_min
        self._talks = talks
        self._look_s = look_s
        self._seen: dict[ReservationId, _Seen] = {}
        self._was_short = False
        self.counters = WatchCounters()

    @property
    def still_now(self) -> int:
        """Talks whose sound stands still."""
        return sum(seen.looks_still >= STILL_LOOKS for seen in self._seen.values())

    def disk_is_short(self) -> bool:
        """Whether recordings lack room, or their disk can only be read: an alarm for people."""
        return is_short(self._folders, self._free_bytes_min)

    async def run(self) -> None:
        """Look until cancelled. A look that cannot be is told of, and the next one comes in its time."""
        while True:
            await asyncio.sleep(self._look_s)
            talks = tuple(self._talks())
            try:
                short, sizes = await asyncio.to_thread(self._look, talks)
            except OSError as problem:
                log.error("recordings not looked at", problem=type(problem).__name__)
                continue
            self._take_room(short)
            self._take_sizes(sizes)

    def _look(self, talks: Iterable[ReservationId]) -> tuple[bool, dict[ReservationId, int]]:
        return self.disk_is_short(), {talk: self._byte_count(talk) for talk in talks}

    def _byte_count(self, reservation_id: ReservationId) -> int:
        return sum(_size(self._spool / name) for name in (agent_side(reservation_id), caller_side(reservation_id)))

    def _take_room(self, short: bool) -> None:
        if short and not self._was_short:
            self.counters.ran_short += 1
            log.error("little room for recordings, or none")
        elif self._was_short and not short:
            log.warning("room for recordings again")
        self._was_short = short

    def _take_sizes(self, sizes: Mapping[ReservationId, int]) -> None:
        self._seen = {talk: self._grown(talk, byte_count) for talk, byte_count in sizes.items()}

    def _grown(self, reservation_id: ReservationId, byte_count: int) -> _Seen:
        before = self._seen.get(reservation_id)
        if before is None or byte_count > before.byte_count:
            return _Seen(byte_count=byte_count)
        still = _Seen(byte_count=byte_count, looks_still=before.looks_still + 1)
        if still.looks_still == STILL_LOOKS:
            self.counters.stood_still += 1
            log.error("a talk's sound is not being written", reservation_id=reservation_id)
        return still


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
