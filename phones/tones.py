"""Tones: make them, and find them again in what was heard. Pure functions on numpy arrays, and two that touch WAV files.

Sound is 16-bit signed mono PCM unless a shape says otherwise; a WAV's samples have the shape (frames, channels).
Levels are in dBFS: 0 is the loudest a 16-bit sample can be, and G.711 silence lies below -60.
"""

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]

FULL_SCALE = 32768.0
SILENCE_DBFS = -50.0
WINDOW_MS = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Sound:
    """What a WAV file holds: samples of shape (frames, channels) and the rate in Hz."""

    samples: Pcm
    rate_hz: int

    @property
    def duration_ms(self) -> int:
        """How long it lasts, in milliseconds."""
        return len(self.samples) * 1000 // self.rate_hz

    def channel(self, number: int) -> Pcm:
        """One channel's samples, shape (frames,). In a call's recording 0 is the caller and 1 the agent."""
        return self.samples[:, number]


@dataclass(frozen=True, kw_only=True, slots=True)
class Peak:
    """One frequency that stands out: where, and how loud."""

    frequency_hz: float
    level_dbfs: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A stretch of sound, in milliseconds from the start; the end is not part of it."""

    start_ms: int
    end_ms: int

    @property
    def duration_ms(self) -> int:
        """How long it lasts, in milliseconds."""
        return self.end_ms - self.start_ms


def tone(*frequencies_hz: float, duration_ms: int, rate_hz: int = 8000, level_dbfs: float = -12.0) -> Pcm:
    """A sum of sine waves as mono PCM, each at the level asked. No frequency means silence.

    Raises ValueError for a frequency at or above half the rate, or a sum that would clip.
    """
    if any(not 0 < frequency < rate_hz / 2 for frequency in frequencies_hz):
        raise ValueError(f"every frequency must lie between 0 and {rate_hz / 2:g} Hz, got {frequencies_hz}")
    amplitude = FULL_SCALE * 10 ** (level_dbfs / 20)
    if amplitude * len(frequencies_hz) > FULL_SCALE - 1:
        raise ValueError(f"{len(frequencies_hz)} tones of {level_dbfs:g} dBFS would clip")
    at_s = np.arange(duration_ms * rate_hz // 1000) / rate_hz
    total = np.zeros(len(at_s))
    for frequency in frequencies_hz:
        total += amplitude * np.sin(2 * np.pi * frequency * at_s)
    return np.round(total).astype(np.int16)


def silence(*, duration_ms: int, rate_hz: int = 8000) -> Pcm:
    """Mono PCM with nothing in it."""
    return np.zeros(duration_ms * rate_hz // 1000, dtype=np.int16)


def write_wav(path: Path, channels: Sequence[Pcm], *, rate_hz: int = 8000) -> None:
    """Write 16-bit PCM channels of one length as a WAV file.

    Raises ValueError when there is no channel or their lengths differ.
    """
    if not channels or len({len(channel) for channel in channels}) != 1:
        raise ValueError("a WAV file needs one or more channels of the same length")
    frames = np.stack([np.asarray(channel, dtype="<i2") for channel in channels], axis=1)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(frames.tobytes())


def read_wav(path: Path) -> Sound:
    """Read a 16-bit PCM WAV file.

    Raises ValueError when the samples are not 16-bit, and wave.Error or EOFError when it is no WAV file.
    """
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2:
            raise ValueError(f"{path.name} holds {file.getsampwidth() * 8}-bit samples, not 16-bit")
        channels, rate_hz = file.getnchannels(), file.getframerate()
        raw = file.readframes(file.getnframes())
    whole = len(raw) - len(raw) % (2 * channels)
    samples = np.frombuffer(raw[:whole], dtype="<i2").astype(np.int16).reshape(-1, channels)
    return Sound(samples=samples, rate_hz=rate_hz)


def level_dbfs(pcm: Pcm) -> float:
    """Loudness as the level of a sine wave of the same power; -120 for silence or for nothing at all."""
    if len(pcm) == 0:
        return -120.0
    power = float(np.mean(np.square(pcm.astype(np.float64) / FULL_SCALE)))
    return max(-120.0, 10 * np.log10(2 * power)) if power > 0 else -120.0


def dominant(pcm: Pcm, *, rate_hz: int = 8000, count: int = 4, floor_dbfs: float = SILENCE_DBFS) -> list[Peak]:
    """The loudest frequencies of mono PCM, loudest first; empty for silence.

    Peaks nearer than 25 Hz to a louder one, or 30 dB weaker than the loudest, are its skirts or
    G.711's noise and are left out. Precise to about 1 Hz for a second of sound.
    """
    if len(pcm) < rate_hz // 50:
        return []
    window = np.hanning(len(pcm))
    spectrum = np.abs(np.fft.rfft(pcm / FULL_SCALE * window)) * 2 / window.sum()
    bin_hz = rate_hz / len(pcm)
    apart = max(2, round(25 / bin_hz))
    # Below 60 Hz lies only what a codec's offset leaves.
    spectrum[: max(1, round(60 / bin_hz))] = 0
    peaks: list[Peak] = []
    for _ in range(count):
        top = int(np.argmax(spectrum))
        level = 20 * np.log10(max(float(spectrum[top]), 1e-9))
        if level < floor_dbfs or (peaks and level < peaks[0].level_dbfs - 30):
            break
        peaks.append(Peak(frequency_hz=round(top * bin_hz, 1), level_dbfs=round(float(level), 1)))
        spectrum[max(0, top - apart) : top + apart + 1] = 0
    return peaks


def hears(pcm: Pcm, frequency_hz: float, *, rate_hz: int = 8000, floor_dbfs: float = -40.0) -> bool:
    """Whether a frequency is present, on average over the whole of the sound, at the level asked or louder."""
    return strength_dbfs(pcm, frequency_hz, rate_hz=rate_hz) >= floor_dbfs


def strength_dbfs(pcm: Pcm, frequency_hz: float, *, rate_hz: int = 8000) -> float:
    """How loud one frequency is, averaged over windows of 40 ms; -120 when there is none of it."""
    strengths = _strengths(pcm, frequency_hz, rate_hz=rate_hz)
    if len(strengths) == 0:
        return -120.0
    return float(max(-120.0, 10 * np.log10(max(float(np.mean(np.square(strengths))), 1e-12))))


def segments_of(
    pcm: Pcm, frequency_hz: float, *, rate_hz: int = 8000, floor_dbfs: float = -30.0, gap_ms_max: int = 80
) -> list[Segment]:
    """Where a frequency is heard, to within one window of 40 ms; gaps up to gap_ms_max are bridged."""
    threshold = 10 ** (floor_dbfs / 20)
    return _stretches(_strengths(pcm, frequency_hz, rate_hz=rate_hz) >= threshold, gap_ms_max)


def sound_segments(
    pcm: Pcm, *, rate_hz: int = 8000, floor_dbfs: float = SILENCE_DBFS, gap_ms_max: int = 200
) -> list[Segment]:
    """Where anything is heard: the times that are not silence."""
    windows = _windows(pcm, rate_hz).astype(np.float64) / FULL_SCALE
    loud = np.sqrt(2 * np.mean(np.square(windows), axis=1)) >= 10 ** (floor_dbfs / 20)
    return _stretches(loud, gap_ms_max)


def is_silent(pcm: Pcm, *, floor_dbfs: float = SILENCE_DBFS) -> bool:
    """Whether nothing is heard, judged over the whole of the sound."""
    return level_dbfs(pcm) < floor_dbfs


@dataclass(frozen=True, kw_only=True, slots=True)
class ToneFound:
    """One tone of a longer sound: its frequency, its level while it lasts, and where it is heard."""

    frequency_hz: float
    level_dbfs: float
    segments: tuple[Segment, ...]

    @property
    def heard_ms(self) -> int:
        """For how long it is heard in all, in milliseconds."""
        return sum(segment.duration_ms for segment in self.segments)


def tones_in(pcm: Pcm, *, rate_hz: int = 8000, count_max: int = 6, heard_ms_min: int = 80) -> list[ToneFound]:
    """The tones of a sound of any length, the longest heard first, however short against the whole.

    Each fifth of a second is looked at alone, so that one second of tone in ten minutes is not averaged away.
    Tones nearer than 50 Hz to each other are one tone.
    """
    loudest: list[Peak] = []
    step = rate_hz // 5
    for start in range(0, len(pcm), step):
        for peak in dominant(pcm[start : start + step], rate_hz=rate_hz, count=3):
            near = [n for n, known in enumerate(loudest) if abs(known.frequency_hz - peak.frequency_hz) < 50]
            if not near:
                loudest.append(peak)
            elif peak.level_dbfs > loudest[near[0]].level_dbfs:
                loudest[near[0]] = peak
    loudest.sort(key=lambda peak: -peak.level_dbfs)
    found = []
    # Music has hundreds of frequencies; only the loudest are worth a search through the whole of it.
    for peak in loudest[:24]:
        segments = tuple(segments_of(pcm, peak.frequency_hz, rate_hz=rate_hz, floor_dbfs=peak.level_dbfs - 12))
        tone_found = ToneFound(frequency_hz=peak.frequency_hz, level_dbfs=peak.level_dbfs, segments=segments)
        if tone_found.heard_ms >= heard_ms_min:
            found.append(tone_found)
    found.sort(key=lambda tone_found: -tone_found.heard_ms)
    return found[:count_max]


def dominant_by_channel(sound: Sound, *, count: int = 4) -> list[list[Peak]]:
    """The loudest frequencies of each channel, in the order of the channels."""
    return [
        dominant(sound.channel(number), rate_hz=sound.rate_hz, count=count) for number in range(sound.samples.shape[1])
    ]


def _windows(pcm: Pcm, rate_hz: int) -> Pcm:
    size = rate_hz * WINDOW_MS // 1000
    return pcm[: len(pcm) // size * size].reshape(-1, size)


def _strengths(pcm: Pcm, frequency_hz: float, *, rate_hz: int) -> npt.NDArray[np.float64]:
    """The amplitude of one frequency in each window, 1.0 for full scale. A windowed Fourier sum, one bin of it."""
    windows = _windows(pcm, rate_hz).astype(np.float64) / FULL_SCALE
    shape = np.hanning(windows.shape[1])
    wave_of_one = np.exp(-2j * np.pi * frequency_hz * np.arange(windows.shape[1]) / rate_hz) * shape
    found: npt.NDArray[np.float64] = np.abs(windows @ wave_of_one) * 2 / shape.sum()
    return found


def _stretches(present: npt.NDArray[np.bool_], gap_ms_max: int) -> list[Segment]:
    found: list[Segment] = []
    for number in np.flatnonzero(present):
        start_ms = int(number) * WINDOW_MS
        if found and start_ms - found[-1].end_ms <= gap_ms_max:
            found[-1] = Segment(start_ms=found[-1].start_ms, end_ms=start_ms + WINDOW_MS)
        else:
            found.append(Segment(start_ms=start_ms, end_ms=start_ms + WINDOW_MS))
    return found
