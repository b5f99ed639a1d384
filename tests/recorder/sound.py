"""Sound made for tests: one-way files as Asterisk leaves them, and ears for what comes out."""

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE_HZ = 8_000


def tone(hz: float, ms: int, rate_hz: int = RATE_HZ) -> npt.NDArray[np.int16]:
    """A steady tone at a third of full volume."""
    moments = np.arange(rate_hz * ms // 1000) / rate_hz
    return (10_000 * np.sin(2 * np.pi * hz * moments)).astype("<i2")


def write_one_way(
    path: Path, samples: npt.NDArray[np.int16], *, rate_hz: int = RATE_HZ, channels: int = 1, width: int = 2
) -> Path:
    """A closed file, header and all."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(samples.tobytes())
    return path


def leave_open(path: Path) -> None:
    """Set the lengths in the header to nothing, as they are until Asterisk closes the file."""
    with path.open("r+b") as file:
        for place in (4, 40):
            file.seek(place)
            file.write(b"\0\0\0\0")


def read_stereo(path: Path) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16]]:
    """Left and right."""
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth()) == (2, 2)
        both = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    return both[:, 0], both[:, 1]


def loudest_hz(samples: npt.NDArray[np.int16], rate_hz: int = RATE_HZ) -> float:
    """The strongest frequency heard."""
    spectrum = np.abs(np.fft.rfft(samples))
    return float(np.argmax(spectrum) * rate_hz / len(samples))
