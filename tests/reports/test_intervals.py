"""Half hours and days by the clocks of a place."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.instants import Instant, from_datetime
from reports.intervals import INTERVAL_MS, day_bounds, day_of, interval_of, split

ZONES = [
    ZoneInfo(name) for name in ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Asia/Kathmandu", "Europe/Berlin")
]
instants = st.integers(0, 4_000_000_000_000).map(Instant)


def at(text: str) -> Instant:
    return from_datetime(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("zone", "moment", "begins"),
    [
        ("Asia/Jakarta", "2026-11-24T08:29:59.999+07:00", "2026-11-24T08:00:00+07:00"),
        ("Asia/Jakarta", "2026-11-24T08:30:00+07:00", "2026-11-24T08:30:00+07:00"),
        ("Asia/Kathmandu", "2026-11-24T08:10:00+05:45", "2026-11-24T08:00:00+05:45"),
        ("Europe/Berlin", "2026-10-25T02:40:00+01:00", "2026-10-25T02:30:00+01:00"),
    ],
)
def test_a_half_hour_begins_by_local_clocks(zone: str, moment: str, begins: str) -> None:
    assert interval_of(at(moment), ZoneInfo(zone)) == at(begins)


def test_the_day_turns_at_local_midnight() -> None:
    moment = at("2026-11-24T17:00:00+00:00")

    assert [day_of(moment, zone) for zone in ZONES[:3]] == ["2026-11-25"] * 3
    assert day_of(Instant(moment - 1), ZONES[0]) == "2026-11-24"
    assert day_of(Instant(moment - 1), ZONES[1]) == "2026-11-25"


@pytest.mark.parametrize(("day", "hours"), [("2026-10-25", 25), ("2026-03-29", 23), ("2026-11-24", 24)])
def test_a_day_may_be_longer_or_shorter_where_clocks_are_changed(day: str, hours: int) -> None:
    first, last = day_bounds(day, ZoneInfo("Europe/Berlin"))

    assert last - first == hours * 3_600_000


@pytest.mark.parametrize("wrong", ["yesterday", "2026-13-01", "24-11-2026"])
def test_a_day_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"isoformat|month"):
        day_bounds(wrong, ZONES[0])


@given(start=instants, length_ms=st.integers(0, 20 * INTERVAL_MS), zone=st.sampled_from(ZONES))
def test_the_parts_of_a_stretch_add_up_and_each_lies_in_its_interval(
    start: Instant, length_ms: int, zone: ZoneInfo
) -> None:
    parts = list(split(start, Instant(start + length_ms), zone))

    assert sum(ms for _, ms in parts) == length_ms
    assert all(0 < ms <= INTERVAL_MS for _, ms in parts)
    assert len({interval for interval, _ in parts}) == len(parts)


@given(start=instants, length_ms=st.integers(-INTERVAL_MS, 0), zone=st.sampled_from(ZONES))
def test_an_empty_or_backward_stretch_has_no_parts(start: Instant, length_ms: int, zone: ZoneInfo) -> None:
    assert list(split(start, Instant(start + length_ms), zone)) == []
