"""Open or closed, by the clock of the place."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from ivr.core.hours import is_open
from kernel.instants import Instant, from_datetime


@dataclass(frozen=True)
class Span:
    days: tuple[str, ...]
    opens: str
    closes: str


@dataclass(frozen=True)
class Hours:
    spans: tuple[Span, ...]
    timezone: str = "Asia/Jakarta"
    closed_dates: tuple[str, ...] = ()


WEEK = ("mon", "tue", "wed", "thu", "fri")
OFFICE = Hours((Span(WEEK, "08:00", "17:00"),))


def at(text: str, zone: str = "Asia/Jakarta") -> Instant:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-24T07:59:59", False),
        ("2026-11-24T08:00:00", True),
        ("2026-11-24T16:59:59", True),
        ("2026-11-24T17:00:00", False),
        ("2026-11-28T10:00:00", False),
    ],
    ids=["before", "first second", "last second", "closing time", "saturday"],
)
def test_office_hours(moment: str, expected: bool) -> None:
    assert is_open(OFFICE, frozenset(), at(moment)) is expected


@pytest.mark.parametrize(("zone", "expected"), [("Asia/Jakarta", True), ("Asia/Jayapura", False)])
def test_the_places_own_clock_counts(zone: str, expected: bool) -> None:
    """16:00 in Jakarta is 18:00 in Jayapura."""
    assert is_open(Hours(OFFICE.spans, timezone=zone), frozenset(), at("2026-11-24T16:00")) is expected


def test_an_exceptional_closure_wins_over_opening_hours() -> None:
    assert not is_open(Hours(OFFICE.spans, closed_dates=("2026-11-24",)), frozenset(), at("2026-11-24T10:00"))


def test_a_public_holiday_wins_over_opening_hours() -> None:
    new_year = frozenset({date(2027, 1, 1)})

    assert not is_open(OFFICE, new_year, at("2027-01-01T10:00"))
    assert is_open(OFFICE, frozenset(), at("2027-01-01T10:00"))


NIGHT = Hours((Span(("fri",), "22:00", "06:00"),))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-27T21:59", False),
        ("2026-11-27T22:00", True),
        ("2026-11-28T05:59", True),
        ("2026-11-28T06:00", False),
        ("2026-11-27T03:00", False),
    ],
)
def test_a_span_over_midnight_belongs_to_the_day_it_began(moment: str, expected: bool) -> None:
    assert is_open(NIGHT, frozenset(), at(moment)) is expected


def test_a_night_that_never_began_does_not_end_in_the_morning() -> None:
    closed = Hours(NIGHT.spans, closed_dates=("2026-11-27",))

    assert not is_open(closed, frozenset(), at("2026-11-28T05:00"))


def test_open_all_day_has_no_closed_minute() -> None:
    always = Hours((Span((*WEEK, "sat", "sun"), "00:00", "24:00"),))

    assert all(is_open(always, frozenset(), at(f"2026-11-28T{hour:02}:59")) for hour in range(24))


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (Hours(OFFICE.spans, timezone="Asia/Atlantis"), "time zone"),
        (Hours(OFFICE.spans, timezone="../etc/passwd"), "time zone|ZoneInfo key"),
        (Hours((Span(("tue",), "8 o'clock", "17:00"),)), "invalid literal"),
        (Hours((Span(("tue",), "08:00", "25:00"),)), "time of day"),
        (Hours((Span(("tue",), "08:75", "17:00"),)), "time of day"),
        (Hours(OFFICE.spans, closed_dates=("24/11/2026",)), "isoformat"),
    ],
)
def test_hours_that_are_none_are_told(bad: Hours, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        is_open(bad, frozenset(), at("2026-11-24T10:00"))
