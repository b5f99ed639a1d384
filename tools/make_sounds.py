"""Speaks asterisk_conf/sounds/texts.toml into WAV files that Asterisk plays: 8 kHz, 16 bit, mono, one loudness.

Run by hand when a text changes (`.venv/bin/python tools/make_sounds.py`); it needs the program espeak-ng. What it makes
is kept in the repository, so nobody else needs it.
"""

import io
import shutil
import subprocess
import sys
import tomllib
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

SOUNDS = Path(__file__).resolve().parent.parent / "asterisk_conf" / "sounds"
VOICES = {"id": "id", "en": "en-gb"}
WORDS_PER_MINUTE = "165"
RATE_HZ = 8000
BAND_HZ = (150.0, 3700.0)
"""What a telephone carries; below and above it is noise to the codec."""
LOUDNESS_DBFS = -20.0
PEAK_DBFS = -2.0
SILENCE_DBFS = -50.0
EDGE_MS = 60
"""Of silence left before and after the words."""

Samples = npt.NDArray[np.float64]


def main() -> None:
    """Write every file anew. Exits with words when espeak-ng is missing or a text lacks a language."""
    if shutil.which("espeak-ng") is None:
        sys.exit("make_sounds: espeak-ng is not installed (Debian: apt-get install espeak-ng)")
    texts = tomllib.loads((SOUNDS / "texts.toml").read_text(encoding="utf-8"))
    for prompt, by_language in texts.items():
        if set(by_language) != set(VOICES):
            sys.exit(f"make_sounds: {prompt} must be given in {', '.join(VOICES)}")
        for language, text in by_language.items():
            path = SOUNDS / language / f"{prompt}.wav"
            path.parent.mkdir(exist_ok=True)
            write(path, levelled(trimmed(narrowed(*spoken(text, VOICES[language])))))
    sys.stdout.write(f"{2 * len(texts)} sounds in {SOUNDS}\n")


def spoken(text: str, voice: str) -> tuple[Samples, int]:
    """The text as espeak-ng says it: samples of -1 to 1, and their rate in Hz."""
    said = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", WORDS_PER_MINUTE, "--stdout", text], check=True, capture_output=True
    )
    with wave.open(io.BytesIO(said.stdout)) as sound:
        # Written to a pipe, the header's length is a guess: all that came is read.
        frames = sound.readframes(len(said.stdout))
        return np.frombuffer(frames, dtype="<i2").astype(np.float64) / 32768, sound.getframerate()


def narrowed(samples: Samples, rate_hz: int) -> Samples:
    """The telephone's band of it, at 8 kHz: frequencies outside are cut in the spectrum, so nothing folds back."""
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / rate_hz)
    spectrum[(frequencies < BAND_HZ[0]) | (frequencies > BAND_HZ[1])] = 0
    count = len(samples) * RATE_HZ // rate_hz
    narrow: Samples = np.fft.irfft(spectrum[: count // 2 + 1], count)
    narrow *= count / len(samples)
    return narrow


def trimmed(samples: Samples) -> Samples:
    """Without the silence around the words, but for a short edge."""
    loud = np.flatnonzero(np.abs(samples) > 10 ** (SILENCE_DBFS / 20))
    edge = np.zeros(RATE_HZ * EDGE_MS // 1000)
    return np.concatenate((edge, samples[loud[0] : loud[-1] + 1], edge))


def levelled(samples: Samples) -> Samples:
    """At one loudness (root mean square of what is not silence), lower only where a peak would clip."""
    heard = samples[np.abs(samples) > 10 ** (SILENCE_DBFS / 20)]
    gain = 10 ** (LOUDNESS_DBFS / 20) / float(np.sqrt(np.mean(heard**2)))
    return samples * min(gain, 10 ** (PEAK_DBFS / 20) / float(np.max(np.abs(samples))))


def write(path: Path, samples: Samples) -> None:
    """One WAV file of 16-bit samples."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes(np.round(samples * 32767).astype("<i2").tobytes())


if __name__ == "__main__":
    main()
