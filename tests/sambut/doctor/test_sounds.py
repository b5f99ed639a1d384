"""Announcements: all that may be heard, in each language, as Asterisk plays them."""

import struct
import wave
from pathlib import Path

import pytest

from agi_scripts.fallback import LANGUAGES, PROMPT
from centre.reader import read_centre
from kernel.ids import PromptId
from sambut.announcements import SOUND_ENDINGS
from sambut.asterisk_site import sounds_dir
from sambut.demo.sample_centre import AGENT_IDS, demo_centre
from sambut.doctor.findings import Level
from sambut.doctor.sounds import BUILT_IN, BYTES_PER_S, RATES_HZ, look_at_sounds, problem_of, wanted_sounds
from sambut.settings import Settings
from tests.agi_scripts.test_sounds import DIGITS, named_by_sample_centre, named_by_scripts
from tests.centre.samples import PIN_HASH

SAMPLE = read_centre(demo_centre(dict.fromkeys(AGENT_IDS, PIN_HASH)))


def write_wav(path: Path, *, rate_hz: int = 8000, channels: int = 1, bits: int = 16, length_s: float = 1.0) -> Path:
    with wave.open(str(path), "wb") as sound:
        sound.setframerate(rate_hz)
        sound.setnchannels(channels)
        sound.setsampwidth(bits // 8)
        sound.writeframes(bytes(int(rate_hz * length_s) * channels * bits // 8))
    return path


def test_the_table_of_built_in_announcements_is_what_the_scripts_say() -> None:
    assert {*BUILT_IN} == {*named_by_scripts(), *DIGITS}


def test_the_sample_centre_wants_its_own_and_the_built_in_ones_in_each_language() -> None:
    wanted = {prompt for language, prompt in wanted_sounds(SAMPLE) if language == "en"}

    assert wanted == {*BUILT_IN, *named_by_sample_centre(), PROMPT}
    assert {language for language, _ in wanted_sounds(SAMPLE)} == set(SAMPLE.languages)


def test_the_emergency_announcement_is_wanted_in_its_own_languages_whatever_the_centre_speaks() -> None:
    centre = read_centre('[centre]\nname = "169"\nlanguages = ["jv"]\n')

    languages = {language for language, prompt in wanted_sounds(centre) if prompt == PROMPT}
    assert languages == set(LANGUAGES)


def test_those_that_come_with_the_program_are_well() -> None:
    (found,) = look_at_sounds(sounds_dir(Settings()), SAMPLE)

    assert found.level is Level.OK


def test_what_is_missing_is_named_by_file_and_by_whose_it_is(tmp_path: Path) -> None:
    for language, prompt in wanted_sounds(SAMPLE):
        (tmp_path / language).mkdir(exist_ok=True)
        write_wav(tmp_path / language / f"{prompt}.wav")
    (tmp_path / "en/queue-wait.wav").unlink()
    (tmp_path / "id/digit-7.wav").rename(tmp_path / "id/digit-7.sln")
    (tmp_path / "id/blocked.wav").rename(tmp_path / "id/blocked.opus")

    found = {finding.where: finding.what for finding in look_at_sounds(tmp_path, SAMPLE)}

    assert sorted(found) == [str(tmp_path / "en/queue-wait.wav"), str(tmp_path / "id/blocked.wav")]
    assert "of queue " in found[str(tmp_path / "en/queue-wait.wav")]


def test_a_folder_that_is_none_is_one_finding(tmp_path: Path) -> None:
    (found,) = look_at_sounds(tmp_path / "none", SAMPLE)

    assert (found.level, found.where) == (Level.WRONG, "asterisk.sounds")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, None),
        ({"rate_hz": 44100}, "has 44100 Hz, 1 channels, 16 bit"),
        ({"channels": 2}, "has 8000 Hz, 2 channels"),
        ({"bits": 32}, "32 bit"),
        ({"length_s": 0.01}, "is 0.01 s long"),
        ({"length_s": 700}, "is 700.00 s long"),
    ],
)
def test_a_wav_that_asterisk_would_not_play_is_told(tmp_path: Path, form: dict[str, int], words: str | None) -> None:
    problem = problem_of(write_wav(tmp_path / "a.wav", **form))

    assert problem is None if words is None else problem is not None and words in problem


def test_a_wav_of_16_khz_has_an_ending_of_its_own(tmp_path: Path) -> None:
    assert problem_of(write_wav(tmp_path / "a.wav16", rate_hz=16_000)) is None
    assert problem_of(write_wav(tmp_path / "b.wav16")) is not None


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF....WAVEfmt ", b"ID3\x04 an MP3 with another name", bytes(99)])
def test_what_is_no_wav_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(content)

    assert problem_of(tmp_path / "a.wav") == "is no PCM WAV file"


def test_a_wav_that_was_cut_off_is_as_long_as_what_is_left(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", length_s=5)
    path.write_bytes(path.read_bytes()[:100])

    assert problem_of(path) == "is 0.00 s long, and 0.1 to 600 s make sense"


def test_an_extended_wav_is_told_because_asterisk_refuses_it(tmp_path: Path) -> None:
    content = write_wav(tmp_path / "a.wav").read_bytes()
    pcm = bytes.fromhex("0100000000001000800000aa00389b71")
    form = struct.pack("<IH", 40, 0xFFFE) + content[22:36] + struct.pack("<HHI", 22, 16, 4) + pcm
    (tmp_path / "a.wav").write_bytes(content[:16] + form + content[36:])

    assert problem_of(tmp_path / "a.wav") == "is no PCM WAV file"


def test_sound_without_a_header_is_as_long_as_its_size_says(tmp_path: Path) -> None:
    for ending, bytes_per_s in BYTES_PER_S.items():
        path = tmp_path / f"{PromptId('a')}{ending}"
        path.write_bytes(bytes(bytes_per_s))
        assert problem_of(path) is None
        path.write_bytes(b"")
        assert problem_of(path) == "is 0.00 s long, and 0.1 to 600 s make sense"


def test_every_form_that_counts_as_an_announcement_can_be_looked_at() -> None:
    assert {*BYTES_PER_S, *RATES_HZ} == SOUND_ENDINGS


def test_a_folder_in_the_place_of_a_sound_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.wav").mkdir()

    assert problem_of(tmp_path / "a.wav") == "cannot be read (Is a directory)"
