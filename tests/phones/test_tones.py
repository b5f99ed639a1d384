"""Tones are made, and found again."""

import wave
from pathlib import Path

import numpy as np
import pytest

from phones import g711, tones


def test_a_tone_has_the_length_level_and_frequency_asked() -> None:
    pcm = tones.tone(1000, duration_ms=500, level_dbfs=-20)

    assert len(pcm) == 4000
    assert tones.level_dbfs(pcm) == pytest.approx(-20, abs=0.1)
    assert [peak.frequency_hz for peak in tones.dominant(pcm)] == [1000]


@pytest.mark.parametrize("law", ["alaw", "ulaw"])
@pytest.mark.parametrize("frequencies", [(440,), (400, 1000), (300, 697, 2500)])
def test_tones_are_found_again_after_the_telephone_network(law: g711.Law, frequencies: tuple[int, ...]) -> None:
    pcm = tones.tone(*frequencies, duration_ms=1000, level_dbfs=-15)

    through = g711.decode(g711.encode(pcm, law), law)

    found = sorted(peak.frequency_hz for peak in tones.dominant(through))
    assert found == pytest.approx(frequencies, abs=2)


def test_silence_has_no_frequency_and_no_sound() -> None:
    quiet = tones.silence(duration_ms=1000)

    assert tones.dominant(quiet) == []
    assert tones.sound_segments(quiet) == []
    assert tones.tones_in(quiet) == []
    assert tones.is_silent(quiet)
    assert tones.is_silent(quiet[:0])


def test_the_network_makes_silence_no_louder_than_silence() -> None:
    quiet = tones.silence(duration_ms=1000)

    assert tones.is_silent(g711.decode(g711.encode(quiet, "alaw"), "alaw"))


def test_a_stretch_of_tone_is_found_where_it_is() -> None:
    pcm = np.concatenate(
        [tones.silence(duration_ms=600), tones.tone(800, duration_ms=1000), tones.tone(1200, duration_ms=400)]
    )

    (low,) = tones.segments_of(pcm, 800)
    (high,) = tones.segments_of(pcm, 1200)
    (sound,) = tones.sound_segments(pcm)

    assert (low.start_ms, low.end_ms) == pytest.approx((600, 1600), abs=tones.WINDOW_MS)
    assert (high.start_ms, high.end_ms) == pytest.approx((1600, 2000), abs=tones.WINDOW_MS)
    assert sound.duration_ms == pytest.approx(1400, abs=tones.WINDOW_MS)


def test_a_gap_splits_a_tone_in_two_and_a_lost_packet_does_not() -> None:
    beep = tones.tone(800, duration_ms=400)
    pcm = np.concatenate(
        [beep, tones.silence(duration_ms=20), beep, tones.silence(duration_ms=400), beep],
    )

    assert len(tones.segments_of(pcm, 800)) == 2


def test_one_second_of_tone_in_five_minutes_is_not_averaged_away() -> None:
    pcm = np.concatenate([tones.silence(duration_ms=290_000), tones.tone(700, duration_ms=1000)])

    (found,) = tones.tones_in(pcm)

    assert found.frequency_hz == pytest.approx(700, abs=5)
    assert found.heard_ms == pytest.approx(1000, abs=2 * tones.WINDOW_MS)


def test_the_tone_heard_longest_comes_first() -> None:
    pcm = np.concatenate([tones.tone(1000, duration_ms=400), tones.tone(400, duration_ms=1200)])

    assert [found.frequency_hz for found in tones.tones_in(pcm)] == pytest.approx([400, 1000], abs=5)


def test_a_neighbouring_frequency_is_not_heard() -> None:
    pcm = tones.tone(1000, duration_ms=1000)

    assert tones.hears(pcm, 1000)
    assert not tones.hears(pcm, 900)
    assert not tones.hears(pcm[:0], 1000)


def test_channels_of_a_wav_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    tones.write_wav(path, [tones.tone(400, duration_ms=500), tones.tone(1000, duration_ms=500)])

    sound = tones.read_wav(path)

    assert (sound.duration_ms, sound.rate_hz, sound.samples.shape) == (500, 8000, (4000, 2))
    caller, agent = tones.dominant_by_channel(sound)
    assert (caller[0].frequency_hz, agent[0].frequency_hz) == (400, 1000)
    assert len(caller) == len(agent) == 1


@pytest.mark.parametrize("frequency", [0, -5, 4000, 9000])
def test_a_frequency_that_cannot_be_is_refused(frequency: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 4000"):
        tones.tone(frequency, duration_ms=20)


def test_tones_that_would_clip_are_refused() -> None:
    with pytest.raises(ValueError, match="clip"):
        tones.tone(400, 800, 1200, duration_ms=20, level_dbfs=-6)


def test_channels_of_different_length_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="same length"):
        tones.write_wav(tmp_path / "x.wav", [tones.silence(duration_ms=20), tones.silence(duration_ms=40)])


def test_a_wav_that_is_not_16_bit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(4)
        file.setframerate(8000)
        file.writeframes(bytes(400))

    with pytest.raises(ValueError, match="32-bit"):
        tones.read_wav(path)


def test_what_is_no_wav_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.wav"
    path.write_text("this is no sound at all, only words")

    with pytest.raises(wave.Error):
        tones.read_wav(path)
