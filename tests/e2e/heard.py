"""Which announcement, and which music, a caller's recording holds: found again by correlation with the files played.

Sound that went through G.711 is still nearly equal to what it was, so a stretch of it is found to the sample; tones
and other voices are not mistaken for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from phones import tones

SOUNDS = Path(__file__).resolve().parents[2] / "asterisk_conf" / "sounds"
RATE_HZ = 8000
CHUNK = RATE_HZ * 2 // 5
"""A stretch of 400 ms is long enough not to be found by chance, and short enough to bear a gap beside it."""
ALIKE = 0.7
DRIFT = RATE_HZ // 2
"""So far from its place may the next stretch be: packets of the phone may be late."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One time that an announcement was heard, in milliseconds since the answer; ``whole``: to its end."""

    start_ms: int
    end_ms: int
    whole: bool


def plays(recording: str, language: str, prompt: str) -> list[Play]:
    """Every time that an announcement is heard in a recording, in order."""
    heard = _samples(Path(recording))
    chunks = list(_audible_chunks(_samples(SOUNDS / language / f"{prompt}.wav")))
    first_at, first = chunks[0]
    found = []
    for start in _places(heard, first):
        end, missing = start + len(first), 0
        for at, chunk in chunks[1:]:
            place = _place_near(heard, chunk, start + at - first_at)
            if place is None:
                missing += 1
            else:
                end = place + len(chunk)
        found.append(Play(start_ms=_ms(start), end_ms=_ms(end), whole=missing == 0))
    return found


def likeness(recording: str, language: str, prompt: str) -> float:
    """How alike the best place of a recording is to an announcement, the end left out: 1 is the very same sound.

    Tells sentences apart that share words in the same voice: of those, the nearest other one has 0.7.
    """
    sound = _samples(SOUNDS / language / f"{prompt}.wav")
    alike = _alike(_samples(Path(recording)), sound[: max(len(sound) - CHUNK // 2, len(sound) * 3 // 4)])
    return float(alike.max()) if len(alike) else 0.0


def music_heard(recording: str, folder: Path, start_ms: int, end_ms: int) -> bool:
    """Is this stretch of a recording a piece of one of the music files in a folder?"""
    piece = _samples(Path(recording))[start_ms * 8 : end_ms * 8]
    if len(piece) < CHUNK or tones.is_silent(np.asarray(piece * tones.FULL_SCALE, dtype=np.int16)):
        return False
    return any(bool(_alike(_samples(path), piece).max() > ALIKE) for path in sorted(folder.glob("*.wav")))


def _samples(path: Path) -> Floats:
    return tones.read_wav(path).channel(0).astype(np.float64) / tones.FULL_SCALE


def _audible_chunks(sound: Floats) -> Iterator[tuple[int, Floats]]:
    size = min(CHUNK, len(sound))
    for at in range(0, len(sound) - size + 1, size):
        chunk = sound[at : at + size]
        if np.sqrt(np.mean(np.square(chunk))) > 0.01:
            yield at, chunk


def _places(heard: Floats, chunk: Floats) -> list[int]:
    """Where a stretch is found, each place once."""
    alike = _alike(heard, chunk)
    places: list[int] = []
    while len(alike) and (best := int(np.argmax(alike))) >= 0 and alike[best] > ALIKE:
        places.append(best)
        alike[max(0, best - len(chunk)) : best + len(chunk)] = 0
    return sorted(places)


def _place_near(heard: Floats, chunk: Floats, expected: int) -> int | None:
    """Where a stretch, or at least a half of it, lies: a packet lost in the middle shifts the other half."""
    half = len(chunk) // 2
    for at, part in ((0, chunk), (0, chunk[:half]), (half, chunk[half:])):
        begin = max(0, expected + at - DRIFT)
        places = _places(heard[begin : expected + at + DRIFT + len(part)], part)
        if places:
            return begin + places[0] - at
    return None


def _alike(heard: Floats, chunk: Floats) -> Floats:
    """How alike the stretch at each place is, from -1 to 1 (normalised cross-correlation)."""
    places = len(heard) - len(chunk) + 1
    if places < 1:
        return np.zeros(0)
    size = 1 << (len(heard) + len(chunk)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(chunk, size))
    product = np.fft.irfft(spectrum, size)[:places]
    sums = np.concatenate(([0.0], np.cumsum(np.square(heard))))
    energy = sums[len(chunk) :][:places] - sums[:places]
    quiet = energy < 1e-4 * len(chunk) * 0.01
    alike: Floats = product / np.sqrt(np.maximum(energy, 1e-9) * max(float(np.sum(np.square(chunk))), 1e-9))
    alike[quiet] = 0
    return alike


def _ms(samples: int) -> int:
    return samples * 1000 // RATE_HZ
