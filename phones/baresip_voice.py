"""Voices: one task that speaks and listens for all calls of a process, some milliseconds of sound at a time.

The stack's buffers never block: what is not written is sent as silence, what is not read is dropped. A tick of 40 ms
with up to 200 ms of tone queued survives a loaded machine, and costs one pass over the calls for 500 phones.
"""

import asyncio
import contextlib
from pathlib import Path

from baresip import AudioNotActive, AudioRestarted, Call

from phones import tones
from phones.ears import Ear

TICK_S = 0.04
QUEUED_MS = 200
RATE_HZ = 8000
READ_BYTES = 32768


class Voice:
    """The mouth and ear of one call. Only whole hertz: one second of the tone repeats without a seam."""

    def __init__(self, call: Call, tone_hz: int, ear: Ear | None) -> None:
        self._call = call
        self._ear = ear
        self._second = b""
        self._at = 0
        self.speak(tone_hz)

    def speak(self, tone_hz: int) -> None:
        """Change the tone; 0 is silence."""
        self._second = tones.tone(tone_hz, duration_ms=1000, rate_hz=RATE_HZ).tobytes() if tone_hz else b""
        self._at = 0

    def tick(self) -> None:
        """Queue what will be said next, and take what was heard."""
        # Both errors pass by themselves: media starts a moment after the answer, and each re-INVITE (baresip sends
        # one of its own right after it answered, to lock the codec) replaces the streams.
        with contextlib.suppress(AudioNotActive, AudioRestarted):
            audio = self._call.audio
            if self._second:
                state = audio.info()
                missing = 2 * RATE_HZ * QUEUED_MS // 1000 - state.tx_buffered
                if state.tx_ready and missing > 0:
                    self._at = (self._at + audio.write(self._next(missing))) % len(self._second)
            if self._ear is not None:
                pcm = audio.read(READ_BYTES)
                if pcm:
                    self._ear.hear(pcm)

    def _next(self, size: int) -> bytes:
        return (self._second[self._at :] + self._second)[:size]

    def close(self) -> Path | None:
        """Stop; gives the recording's file when there is one."""
        if self._ear is None:
            return None
        self._ear.close()
        return self._ear.path


class Voices:
    """All voices of the process, driven by one task."""

    def __init__(self) -> None:
        self._voices: set[Voice] = set()

    def add(self, voice: Voice) -> None:
        """Let it speak and listen from the next tick on."""
        self._voices.add(voice)

    def remove(self, voice: Voice) -> None:
        """Silence it. Harmless when it is not there."""
        self._voices.discard(voice)

    async def run(self) -> None:
        """Tick for ever, against the clock, so that lateness does not add up."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            for voice in list(self._voices):
                voice.tick()
            due = max(due + TICK_S, loop.time())
            await asyncio.sleep(due - loop.time())
