"""Whether an announcement was spoken in what a phone heard: the announcement's own sound is looked for in it."""

import numpy as np
import numpy.typing as npt

from phones.tones import Pcm

PIECE_MS = 250
LIKENESS_MIN = 0.85
FOUND_MIN = 0.7
"""Part of the pieces that must be found: jitter may tear some."""

_Floats = npt.NDArray[np.float64]


def is_spoken(announcement: Pcm, heard: Pcm, *, rate_hz: int = 8000) -> bool:
    """Whether most pieces of an announcement are found in what was heard; mono PCM, both at the same rate."""
    size = rate_hz * PIECE_MS // 1000
    pieces = [announcement[start : start + size] for start in range(0, len(announcement) - size + 1, size)]
    # A pause between words is found everywhere, so it proves nothing.
    loudest = max((_loudness(piece) for piece in pieces), default=0.0)
    telling = [piece for piece in pieces if loudest > 0 and _loudness(piece) > loudest / 10]
    found = sum(likeness(piece, heard) >= LIKENESS_MIN for piece in telling)
    return bool(telling) and found >= FOUND_MIN * len(telling)


def likeness(piece: Pcm, heard: Pcm) -> float:
    """How alike a piece is to the place in ``heard`` that fits it best: 1.0 for the same, about 0 for another sound."""
    if len(piece) == 0 or len(heard) < len(piece):
        return 0.0
    sought, there = piece.astype(np.float64), heard.astype(np.float64)
    length = len(there) + len(sought)
    fitted: _Floats = np.fft.irfft(np.fft.rfft(there, length) * np.conj(np.fft.rfft(sought, length)), length)
    places = len(there) - len(sought) + 1
    power = np.concatenate(([0.0], np.cumsum(np.square(there))))
    power_there = power[len(sought) : len(sought) + places] - power[:places]
    scale = np.sqrt(np.maximum(power_there, 1.0) * max(float(np.sum(np.square(sought))), 1.0))
    return float(np.max(np.abs(fitted[:places]) / scale))


def _loudness(piece: Pcm) -> float:
    return float(np.sqrt(np.mean(np.square(piece.astype(np.float64)))))
