"""The announcements as they are shipped, heard by measuring them; and the script that speaks them, with a pretend voice."""

import os
import re
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from tests.tidy.tree import ROOT

SOUNDS = ROOT / "asterisk_conf" / "sounds"
SHIPPED = sorted(SOUNDS.glob("*/*.wav"))
RATE_HZ = 8000
STRETCH = RATE_HZ // 50
"""20 ms: how finely it is asked whether there is speech."""
SPEECH_DBFS = -45.0
EDGE_MS_MAX = 180
"""60 ms of silence are left on purpose, and a soft consonant, as in "three" or at the end of "belas", takes its time."""

SOURCE_HZ = 22050
VOICES_HZ = {"id": 600, "en-gb": 1000}
"""The pretend voices hum, so that it can be told who spoke."""
UNHEARD_HZ = 6000
"""Above a telephone's band; folded back to 8 kHz it would be heard at 2000 Hz."""
HUM_S = 0.5

Samples = npt.NDArray[np.float64]


def samples_of(path: Path) -> Samples:
    """What a file holds, as samples of -1 to 1."""
    with wave.open(str(path)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").astype(np.float64) / 32768


def dbfs(samples: Samples) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples**2)) + 1e-9))


def speech_in(samples: Samples) -> list[bool]:
    """For each 20 ms: is something said?"""
    return [dbfs(samples[at : at + STRETCH]) > SPEECH_DBFS for at in range(0, len(samples), STRETCH)]


def pauses_ms(speech: list[bool]) -> list[int]:
    """How long each silence is, those at the beginning and the end among them."""
    return [20 * len(run) for run in re.findall("_+", "".join("x" if heard else "_" for heard in speech))]


def level_at(samples: Samples, hz: float) -> float:
    """How loud one frequency is, in dB of full scale."""
    turning = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / RATE_HZ)
    return float(20 * np.log10(2 * np.abs(np.mean(samples * turning * np.hanning(len(samples)) * 2)) + 1e-9))


def by_name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


# --- as shipped ---


@pytest.mark.parametrize("path", SHIPPED, ids=by_name)
def test_a_sound_is_plain_pcm_as_asterisk_reads_it(path: Path) -> None:
    head = path.read_bytes()[:44]

    assert (head[:4], head[8:16], head[36:40]) == (b"RIFF", b"WAVEfmt ", b"data")
    assert np.frombuffer(head[16:36], dtype="<u2")[[0, 2, 3]].tolist() == [16, 1, 1], "PCM, not extensible; one channel"


@pytest.mark.parametrize("path", SHIPPED, ids=by_name)
def test_it_is_spoken_from_beginning_to_end(path: Path) -> None:
    samples = samples_of(path)
    speech = speech_in(samples)
    beginning, end = speech.index(True), speech[::-1].index(True)

    assert 20 * beginning <= EDGE_MS_MAX, "words begin late"
    assert 20 * end <= EDGE_MS_MAX, "silence is left after the words"
    assert max(pauses_ms(speech)) <= 500, "a hole in the words"
    assert sum(speech) / len(speech) > 0.5, "more silence than words"
    assert 20 * np.log10(np.max(np.abs(samples))) < -1


def test_who_has_not_chosen_a_language_hears_both_whatever_the_folder() -> None:
    indonesian, english = (SOUNDS / language / "language-menu.wav" for language in ("id", "en"))

    assert indonesian.read_bytes() == english.read_bytes()


def test_what_the_dialplan_plays_by_itself_is_there() -> None:
    dialplan = (ROOT / "asterisk_conf" / "templates" / "extensions.conf.j2").read_text(encoding="utf-8")
    played = re.findall(r"\bsambut/([a-z]{2}/[a-z0-9-]+)", dialplan)

    assert len(played) >= 2
    assert [name for name in played if not (SOUNDS / f"{name}.wav").is_file()] == []


# --- the script that makes them ---


class Studio:
    """A checkout with only the script in it, and an espeak-ng that hums."""

    def __init__(self, folder: Path) -> None:
        self.sounds = folder / "asterisk_conf" / "sounds"
        self.script = folder / "tools" / "make-sounds"
        self.programs = folder / "programs"
        for made in (self.sounds, self.script.parent, self.programs):
            made.mkdir(parents=True)
        self.script.write_bytes((ROOT / "tools" / "make-sounds").read_bytes())
        for voice, hz in VOICES_HZ.items():
            write_hum(self.programs / f"{voice}.wav", hz)
        speaker = self.programs / "espeak-ng"
        speaker.write_text(f'#!/bin/sh\nexec /bin/cat "{self.programs}/$2.wav"\n')
        speaker.chmod(0o755)

    def speak(self, texts: str) -> subprocess.CompletedProcess[str]:
        (self.sounds / "texts.toml").write_text(texts)
        return subprocess.run(
            [sys.executable, self.script],
            env=os.environ | {"PATH": str(self.programs)},
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )

    def made(self) -> list[str]:
        return sorted(by_name(path) for path in self.sounds.glob("*/*"))


def write_hum(path: Path, hz: int, *, loud: float = 0.3) -> None:
    """Silence, a hum that begins and ends at once, with something over it that no telephone carries, and silence."""
    at = np.arange(round(SOURCE_HZ * HUM_S)) / SOURCE_HZ
    hum = loud * (np.cos(2 * np.pi * hz * at) + np.cos(2 * np.pi * UNHEARD_HZ * at)) / 2
    silence = np.zeros(round(SOURCE_HZ * 0.4))
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, SOURCE_HZ, 0, "NONE", ""))
        sound.writeframes(np.round(np.concatenate((silence, hum, silence)) * 32767).astype("<i2").tobytes())


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


BOTH = '[menu]\nid = "satu. [en] two"\nen = "one"\n'
slow = pytest.mark.slow  # starts a Python with numpy


@slow
def test_each_part_of_a_text_is_said_in_its_own_voice_at_one_loudness(studio: Studio) -> None:
    studio.speak(BOTH)
    both, english = (samples_of(studio.sounds / language / "menu.wav") for language in ("id", "en"))
    first, second = both[: len(both) // 2], both[len(both) // 2 :]

    assert studio.made() == ["en/menu", "id/menu"]
    assert level_at(first, 600) > level_at(first, 1000) + 40
    assert level_at(second, 1000) > level_at(second, 600) + 40
    for said in (first, second, english):
        assert dbfs(said[np.abs(said) > 0.003]) == pytest.approx(-20, abs=0.5)


@slow
def test_the_silence_goes_and_nothing_above_the_band_folds_back(studio: Studio) -> None:
    studio.speak(BOTH)
    said = samples_of(studio.sounds / "en" / "menu.wav")

    assert len(said) / RATE_HZ == pytest.approx(HUM_S + 2 * 0.06, abs=0.03)
    assert level_at(said[1600:3200], 1000) > -21
    assert level_at(said[1600:3200], RATE_HZ - UNHEARD_HZ) < -70


@slow
def test_the_same_texts_give_the_same_files(studio: Studio) -> None:
    studio.speak(BOTH)
    once = (studio.sounds / "id" / "menu.wav").read_bytes()
    studio.speak(BOTH)

    assert (studio.sounds / "id" / "menu.wav").read_bytes() == once


@slow
@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ('[menu]\nid = "satu"\n', "menu must be given in id, en"),
        ('[menu]\nid = "satu"\nen = "one [xx] two"\n', "menu, en: no voice for [xx]"),
        ('[menu]\nid = "satu"\nen = " "\n', "menu, en: nothing to say"),
    ],
)
def test_a_wrong_text_is_named_and_nothing_is_written(studio: Studio, texts: str, words: str) -> None:
    refused = studio.speak('[good]\nid = "ya"\nen = "yes"\n' + texts)

    assert refused.returncode == 1
    assert refused.stderr == f"make-sounds: {words}\n"
    assert studio.made() == []


@slow
def test_a_voice_that_says_nothing_is_no_announcement(studio: Studio) -> None:
    write_hum(studio.programs / "en-gb.wav", 1000, loud=0.0)

    assert studio.speak(BOTH).stderr == "make-sounds: menu, id: espeak-ng says nothing\n"
    assert studio.made() == []


@slow
def test_without_the_program_it_says_how_to_get_it(studio: Studio) -> None:
    (studio.programs / "espeak-ng").unlink()
    refused = studio.speak(BOTH)

    assert refused.returncode == 1
    assert "apt-get install espeak-ng" in refused.stderr
