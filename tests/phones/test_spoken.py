"""An announcement is found in what a phone heard, also late, soft and through G.711, and another is not taken for it."""

from pathlib import Path

import numpy as np
import pytest

import asterisk_conf
from phones import g711, tones
from phones.spoken import is_spoken, likeness
from phones.tones import Pcm

SOUNDS = Path(next(iter(asterisk_conf.__path__))) / "sounds" / "id"


def sound(name: str) -> Pcm:
    return np.ascontiguousarray(tones.read_wav(SOUNDS / f"{name}.wav").channel(0))


def through_a_call(pcm: Pcm) -> Pcm:
    """Softer, late, and through G.711."""
    late = np.concatenate([tones.silence(duration_ms=730), (pcm // 3).astype(np.int16), tones.silence(duration_ms=200)])
    return g711.decode(g711.encode(late, "alaw"), "alaw")


@pytest.mark.parametrize("name", ["agent-ready", "agent-aux", "agent-login-ok", "digit-1", "digit-6"])
def test_what_was_said_is_found(name: str) -> None:
    assert is_spoken(sound(name), through_a_call(sound(name)))


@pytest.mark.parametrize(
    ("said", "sought"), [("agent-ready", "agent-aux"), ("not-logged-in", "agent-ready"), ("digit-2", "digit-3")]
)
def test_what_was_not_said_is_not_found(said: str, sought: str) -> None:
    assert not is_spoken(sound(sought), through_a_call(sound(said)))


def test_nothing_is_found_in_silence_or_in_too_short_a_sound() -> None:
    assert not is_spoken(sound("agent-ready"), tones.silence(duration_ms=3_000))
    assert not is_spoken(sound("agent-ready"), sound("digit-1")[:400])
    assert likeness(sound("digit-1"), tones.silence(duration_ms=10)) == 0.0


def test_an_announcement_cut_in_half_was_not_said() -> None:
    whole = sound("agent-ready")

    assert not is_spoken(whole, through_a_call(whole[: len(whole) // 2]))


def test_a_pause_in_an_announcement_is_no_part_that_has_to_be_found() -> None:
    with_pause = np.concatenate([sound("agent-ready"), tones.silence(duration_ms=3_000)])

    assert is_spoken(with_pause, through_a_call(with_pause))
