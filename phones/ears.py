"""Ears: keep what a phone hears in one call as a WAV file on the call's own time line, and say what it was."""

import asyncio
import contextlib
import time
import wave
from pathlib import Path

import numpy as np
import structlog

from phones import tones
from phones.events import Heard, Stretch, ToneHeard

log = structlog.get_logger()

READ_TRIES = 20
READ_AGAIN_S = 0.05
# Ten minutes: a test that records longer is a mistake, and the memory for its analysis has a bound.
KEPT_MS_MAX = 600_000
# A gap shorter than this is jitter; a longer one (on hold nothing is sent) becomes silence in the file.
LAG_MS_MAX = 150


class Ear:
    """Takes sound as it comes; silence is put in where none came, so that positions are times since the answer."""

    def __init__(self, path: Path, *, rate_hz: int = 8000) -> None:
        """Open the file. Raises OSError when it cannot be made."""
        self.path = path
        self._rate_hz = rate_hz
        self._began_s = time.monotonic()
        self._samples = 0
        self._file = wave.open(str(path), "wb")  # noqa: SIM115 - open as long as the call; `close` ends it
        self._file.setnchannels(1)
        self._file.setsampwidth(2)
        self._file.setframerate(rate_hz)

    def hear(self, pcm: bytes) -> None:
        """Add 16-bit mono sound that has just arrived."""
        elapsed = int((time.monotonic() - self._began_s) * self._rate_hz)
        missing = elapsed - self._samples - len(pcm) // 2
        if missing > (LAG_MS_MAX * self._rate_hz // 1000 if self._samples else 0):
            self._keep(bytes(2 * missing))
        self._keep(pcm)

    def _keep(self, pcm: bytes) -> None:
        room = KEPT_MS_MAX * self._rate_hz // 1000 - self._samples
        kept = pcm[: 2 * max(0, room)]
        self._samples += len(kept) // 2
        self._file.writeframes(kept)

    def close(self) -> None:
        """Finish the file. Harmless when it is finished already."""
        self._file.close()


async def heard_in(path: Path) -> Heard | None:
    """Analyse a recording that was just ended, off the event loop; None, with a log line, when it cannot be read.

    pjsua2 writes a file's header a moment after it let go of it, so an unreadable file is tried again for a second.
    """
    for _ in range(READ_TRIES - 1):
        with contextlib.suppress(ValueError, EOFError, OSError, wave.Error):
            return await asyncio.to_thread(what_was_heard, path)
        await asyncio.sleep(READ_AGAIN_S)
    try:
        return await asyncio.to_thread(what_was_heard, path)
    except (ValueError, EOFError, OSError, wave.Error) as error:
        log.error("recording cannot be read", file=path.name, exc_info=error)
        return None


def what_was_heard(path: Path) -> Heard:
    """Analyse a finished mono recording. Raises ValueError, wave.Error or OSError when it cannot be read."""
    sound = tones.read_wav(path)
    pcm = np.ascontiguousarray(sound.channel(0))
    found = tones.tones_in(pcm, rate_hz=sound.rate_hz)
    return Heard(
        file=str(path),
        duration_ms=sound.duration_ms,
        sound_ms=sum(segment.duration_ms for segment in tones.sound_segments(pcm, rate_hz=sound.rate_hz)),
        tones=tuple(
            ToneHeard(
                frequency_hz=tone.frequency_hz,
                level_dbfs=tone.level_dbfs,
                heard_ms=tone.heard_ms,
                stretches=tuple(Stretch(start_ms=s.start_ms, end_ms=s.end_ms) for s in tone.segments),
            )
            for tone in found
        ),
    )
