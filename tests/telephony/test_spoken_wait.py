"""Places and waits, as the announcements that are played."""

import tomllib

import pytest

from acd.core.effects import TellWait
from kernel.ids import InteractionId, PromptId
from telephony.spoken_wait import SAID, spoken_number, spoken_wait
from tests.tidy.tree import ROOT

TEXTS = tomllib.loads((ROOT / "asterisk_conf" / "sounds" / "texts.toml").read_text(encoding="utf-8"))


def said(
    language: str, *, prompt: str | None = None, position: int | None, minutes: int | None, longer: bool = False
) -> str:
    effect = TellWait(
        interaction_id=InteractionId("c1"),
        prompt_id=None if prompt is None else PromptId(prompt),
        position=position,
        minutes=minutes,
        is_longer=longer,
    )
    return " ".join(TEXTS[each][language] for each in spoken_wait(effect))


@pytest.mark.parametrize(
    ("number", "indonesian", "english"),
    [
        (0, "nol", "zero"),
        (7, "tujuh", "seven"),
        (10, "sepuluh", "ten"),
        (11, "sebelas", "eleven"),
        (16, "enam belas", "sixteen"),
        (20, "dua puluh", "twenty"),
        (45, "empat puluh lima", "forty five"),
        (100, "seratus", "one hundred"),
        (112, "seratus dua belas", "one hundred twelve"),
        (120, "seratus dua puluh", "one hundred twenty"),
        (999, "sembilan ratus sembilan puluh sembilan", "nine hundred ninety nine"),
    ],
)
def test_numbers_are_put_together_as_they_are_spoken(number: int, indonesian: str, english: str) -> None:
    prompts = list(spoken_number(number))

    assert " ".join(TEXTS[each]["id"] for each in prompts) == indonesian
    assert " ".join(TEXTS[each]["en"] for each in prompts) == english


def test_the_place_and_the_wait_are_said_in_whole_sentences() -> None:
    assert said("en", position=3, minutes=1) == (
        "You are number three in the line. We expect to answer you within one minute."
    )
    assert said("id", position=12, minutes=15) == (
        "Anda nomor dua belas dalam antrean. Anda akan dilayani dalam waktu lima belas menit."
    )
    assert said("en", prompt="queue-wait", position=1, minutes=None) == (
        "All our agents are busy. Please hold the line. You are number one in the line."
    )


def test_what_became_longer_is_said_before_it() -> None:
    assert said("en", position=None, minutes=4, longer=True) == (
        "We are sorry, the wait has become longer than we expected. We expect to answer you within four minutes."
    )


def test_a_place_beyond_the_numbers_and_nothing_to_say_are_silence() -> None:
    assert said("id", position=1000, minutes=None) == ""


def test_every_announcement_that_can_be_played_has_a_text_and_is_named() -> None:
    assert set(TEXTS) >= SAID
    for number in range(1000):
        assert set(spoken_number(number)) <= SAID
