"""Two aligned one-way recordings become one stereo file: caller left, agent right. Blocking; run it in a thread."""

import os
import wave
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

HEADER_BYTES = 44
FRAMES_PER_BLOCK = 65_536
BYTES_MAX = 2**31
"""A WAV file's own limit, with room to spare: 18 hours of stereo at 8 kHz."""

Samples = npt.NDArray[np.int16]


class SoundUnreadable(Exception):
    """A one-way file is missing, or is not 16-bit mono PCM. ``problem``: ``missing`` or ``unreadable``."""

    def __init__(self, problem: str, words: str) -> None:
        super().__init__(words)
        self.problem = problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What was made. ``uneven_ms``: by how much one side was longer than the other (it was filled with silence).

    ``closed``: Asterisk has finished both files; if not, it was killed, and up to two seconds that it had not yet written
    are lost.
    """

    duration_ms: int
    byte_count: int
    sha256: str
    uneven_ms: int
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OneWay:
    """One side's samples as they lie in the file."""

    path: Path
    rate_hz: int
    frame_count: int
    closed: bool

    def block(self, first: int, count: int) -> Samples:
        """``count`` samples from ``first`` on, silence beyond the end."""
        samples: Samples = np.zeros(count, dtype="<i2")
        length = max(0, min(count, self.frame_count - first))
        if length:
            found = np.fromfile(self.path, dtype="<i2", count=length, offset=HEADER_BYTES + 2 * first)
            samples[: len(found)] = found
        return samples


def merge(*, caller: Path, agent: Path, target: Path) -> Merged:
    """Write ``target`` whole, in one step, and durably; an older one is replaced.

    The length is taken from the files' sizes: Asterisk writes the length into the header only when it closes a file
    (format_wav.c), and never when it is killed. Raises SoundUnreadable, and OSError when the disk refuses.
    """
    left, right = open_one_way(caller), open_one_way(agent)
    if left.rate_hz != right.rate_hz:
        raise SoundUnreadable("unreadable", "the two sides differ in sample rate")
    frame_count = max(left.frame_count, right.frame_count)
    if frame_count * 4 > BYTES_MAX:
        raise SoundUnreadable("unreadable", "longer than a WAV file can be")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.part")
    try:
        with fresh.open("wb") as file:
            _write_stereo(file, left, right, frame_count)
            file.flush()
            os.fsync(file.fileno())
        digest, byte_count = _digest(fresh)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    _sync_folder(target.parent)
    return Merged(
        duration_ms=frame_count * 1000 // left.rate_hz,
        byte_count=byte_count,
        sha256=digest,
        uneven_ms=abs(left.frame_count - right.frame_count) * 1000 // left.rate_hz,
        closed=left.closed and right.closed,
    )


def open_one_way(path: Path) -> OneWay:
    """Check one side's header. Raises SoundUnreadable."""
    try:
        with path.open("rb") as file:
            header = file.read(HEADER_BYTES)
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        raise SoundUnreadable("missing", "a one-way file is missing") from None
    if len(header) < HEADER_BYTES or header[:4] != b"RIFF" or header[8:16] != b"WAVEfmt " or header[36:40] != b"data":
        raise SoundUnreadable("unreadable", "a one-way file is no plain WAV file")
    form, channels, rate_hz = (int.from_bytes(header[a:b], "little") for a, b in ((20, 22), (22, 24), (24, 28)))
    if (form, channels, int.from_bytes(header[34:36], "little")) != (1, 1, 16) or not 4_000 <= rate_hz <= 192_000:
        raise SoundUnreadable("unreadable", "a one-way file is not 16-bit mono PCM")
    # Not the length of the sound alone: it is nothing in a file without sound, finished or not.
    closed = int.from_bytes(header[4:8], "little") == size - 8
    return OneWay(path=path, rate_hz=rate_hz, frame_count=(size - HEADER_BYTES) // 2, closed=closed)


def _write_stereo(file: BinaryIO, left: OneWay, right: OneWay, frame_count: int) -> None:
    with wave.open(file, "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(left.rate_hz)
        sound.setnframes(frame_count)
        for first in range(0, frame_count, FRAMES_PER_BLOCK):
            count = min(FRAMES_PER_BLOCK, frame_count - first)
            both = np.stack((left.block(first, count), right.block(first, count)), axis=1)
            sound.writeframesraw(both.tobytes())


def _digest(path: Path) -> tuple[str, int]:
    found, size = sha256(), 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
            size += len(block)
    return found.hexdigest(), size


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
