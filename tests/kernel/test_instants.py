"""Instants: whole milliseconds, UTC, there and back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.instants import Instant, after, elapsed_ms, from_datetime, to_datetime, to_iso


@given(st.integers(min_value=0, max_value=4_102_444_800_000))
def test_an_instant_survives_being_a_datetime(ms: int) -> None:
    assert from_datetime(to_datetime(Instant(ms))) == ms


def test_a_datetime_of_another_zone_is_the_same_instant() -> None:
    jakarta = datetime(2026, 11, 24, 9, 0, tzinfo=timezone(timedelta(hours=7)))
    assert from_datetime(jakarta) == from_datetime(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))


def test_a_datetime_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        from_datetime(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001 - the missing zone is what is tested


def test_a_wait_is_never_negative() -> None:
    assert elapsed_ms(Instant(5_000), Instant(4_000)) == 0
    assert elapsed_ms(Instant(4_000), after(Instant(4_000), 250)) == 250


def test_text_is_utc_with_milliseconds() -> None:
    assert to_iso(from_datetime(datetime(2026, 11, 24, 2, 0, 0, 123_000, UTC))) == "2026-11-24T02:00:00.123Z"
