"""Numbers and names as callers send them, hostile ones too."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.numbers import NAME_LENGTH_MAX, NUMBER_LENGTH_MAX, clean_name, clean_number, normalised


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("081234567890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("+62 812-3456-7890", "+6281234567890"),
        ("0215252008", "+62215252008"),
        ("+442079460958", "+442079460958"),
        ("169", "169"),
        ("110", "110"),
        ("112", "112"),
        ("119", "119"),
        ("2002", "2002"),
    ],
)
def test_one_person_has_one_number_however_it_is_written(raw: str, expected: str) -> None:
    assert normalised(raw) == expected


@pytest.mark.parametrize("raw", ["", "anonymous", "Anonymous", "unknown", "restricted", "Unavailable", "   "])
def test_a_withheld_number_is_no_number(raw: str) -> None:
    assert normalised(raw) == ""


@pytest.mark.parametrize(
    "raw", ["${SHELL(reboot)}", '"; Hangup()', "x\r\nAction: Originate", "٠٨١٢٣٤", "+", "\x00", "a" * 2_000]
)
def test_what_is_no_number_leaves_at_most_its_digits(raw: str) -> None:
    assert set(normalised(raw)) <= set("+0123456789")


def test_national_numbers_are_of_the_centres_country() -> None:
    assert normalised("02079460958", country="GB") == "+442079460958"
    assert normalised("1500123", country="AT") == "+431500123"


@given(st.text(max_size=3_000))
def test_a_normalised_number_is_safe_anywhere(raw: str) -> None:
    number = normalised(raw)

    assert len(number) <= 33
    assert set(number.removeprefix("+")) <= set("0123456789")
    assert normalised(number) == number or number == ""


@given(st.text(max_size=3_000))
def test_a_cleaned_name_is_one_short_line(raw: str) -> None:
    name = clean_name(raw)

    assert len(name) <= NAME_LENGTH_MAX
    assert not any(unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for one in name)
    assert clean_name(name) == name
    name.encode("utf-8")


def test_names_of_every_script_are_kept() -> None:
    assert clean_name('Bu "Ani" Ñandú 王 😀') == 'Bu "Ani" Ñandú 王 😀'


def test_line_breaks_and_turned_writing_are_removed() -> None:
    assert clean_name("Ani\r\nVariable: x=1\u202e\u0000!") == "Ani Variable: x=1!"


def test_two_kilobytes_are_cut() -> None:
    assert len(clean_name("é" * 2_000)) == NAME_LENGTH_MAX
    assert len(clean_number("0" * 2_000)) == NUMBER_LENGTH_MAX
