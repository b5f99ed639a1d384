"""Which announcements somebody heard: found again in a recording by their own sound."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sambut.phones import tones
from sambut.phones.events import Ended

ALIKE_MIN = 0.9
"""Correlation at which it is the same recording, heard to its end: G.711 leaves 0.99, the nearest other text has 0.7."""

TAIL_LOST = 1600

Samples = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One announcement in a recording."""

    prompt: str
    start_ms: int
    end_ms: int


def announcements_in(recording: Path, *, language: str = "id") -> list[str]:
    """The announcements in a mono recording of 8 kHz, in the order in which they were heard."""
    heard = tones.read_wav(recording).channel(0).astype(np.float64)
    found: list[Found] = []
    # Longest first: a digit that sounds like a part of a sentence already found is that part.
    for path in sorted(_sounds(language), key=lambda path: -path.stat().st_size):
        for one in _places(path, heard):
            if not any(one.start_ms < other.end_ms and other.start_ms < one.end_ms for other in found):
                found.append(one)
    return [one.prompt for one in sorted(found, key=lambda one: one.start_ms)]


def heard_by(ended: Ended, *, language: str = "id") -> list[str]:
    """The announcements that a phone heard in a call that is over."""
    assert ended.heard is not None, "the call was answered and recorded"
    return announcements_in(Path(ended.heard.file), language=language)


def _sounds(language: str) -> list[Path]:
    return [Path(str(each)) for each in (files("asterisk_conf") / "sounds" / language).iterdir()]


def _places(path: Path, heard: Samples) -> list[Found]:
    prompt = tones.read_wav(path).channel(0).astype(np.float64)
    # What hangs up after its last word takes some of it along.
    prompt = prompt[: max(len(prompt) - TAIL_LOST, len(prompt) * 3 // 4)]
    if len(heard) < len(prompt):
        return []
    likeness = _likeness(heard, prompt)
    places: list[Found] = []
    for start in np.flatnonzero(likeness >= ALIKE_MIN):
        start_ms = int(start) // 8
        if not places or start_ms >= places[-1].end_ms:
            places.append(Found(prompt=path.stem, start_ms=start_ms, end_ms=start_ms + len(prompt) // 8))
    return places


def _likeness(heard: Samples, prompt: Samples) -> Samples:
    """Normalised correlation at every place where the prompt may begin: 1 is the very same sound."""
    size = 1 << (len(heard) + len(prompt)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(prompt, size))
    together: Samples = np.fft.irfft(spectrum, size)[: len(heard) - len(prompt) + 1]
    energy = np.concatenate(([0.0], np.cumsum(np.square(heard))))
    here = energy[len(prompt) :] - energy[: -len(prompt)]
    floor = np.square(prompt).sum() * 1e-3  # silence is like nothing
    return together / np.sqrt(np.maximum(here, floor) * np.square(prompt).sum())
