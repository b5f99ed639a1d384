"""The ear of the callers' stories: it must not hear what was not said, nor miss what was."""

from pathlib import Path

import numpy as np
import pytest

from phones import g711, tones
from tests.e2e.heard import SOUNDS, plays


def recorded(tmp_path: Path, *parts: tones.Pcm) -> str:
    """A recording of these parts, as it comes through the telephone."""
    sound = g711.decode(g711.encode(np.concatenate(parts), "alaw"), "alaw")
    path = tmp_path / "heard.wav"
    tones.write_wav(path, [sound])
    return str(path)


def prompt(language: str, name: str) -> tones.Pcm:
    return np.ascontiguousarray(tones.read_wav(SOUNDS / language / f"{name}.wav").channel(0))


PAUSE = tones.silence(duration_ms=700)


def test_an_announcement_is_found_each_time_that_it_was_said(tmp_path: Path) -> None:
    closed = prompt("id", "closed")
    recording = recorded(tmp_path, PAUSE, closed, PAUSE, prompt("en", "sorry"), closed)

    assert [play.whole for play in plays(recording, "id", "closed")] == [True, True]
    assert 650 < plays(recording, "id", "closed")[0].start_ms < 1_000


@pytest.mark.parametrize(("language", "name"), [("en", "closed"), ("id", "welcome"), ("id", "goodbye")])
def test_what_was_not_said_is_not_found(tmp_path: Path, language: str, name: str) -> None:
    recording = recorded(tmp_path, PAUSE, prompt("id", "closed"), tones.tone(440, 1000, duration_ms=2_000))

    assert plays(recording, language, name) == []


def test_an_announcement_that_was_cut_off_is_not_whole(tmp_path: Path) -> None:
    recording = recorded(tmp_path, PAUSE, prompt("id", "closed")[: 8 * 2_500], prompt("en", "sorry"))

    (play,) = plays(recording, "id", "closed")
    assert not play.whole
    assert play.end_ms < 3_400


@pytest.mark.parametrize("at_ms", [700, 1_500, 3_900])
def test_a_lost_packet_does_not_matter(tmp_path: Path, at_ms: int) -> None:
    closed = prompt("id", "closed")
    recording = recorded(tmp_path, PAUSE, closed[: 8 * at_ms], closed[8 * at_ms + 160 :], PAUSE)

    assert [play.whole for play in plays(recording, "id", "closed")] == [True]
