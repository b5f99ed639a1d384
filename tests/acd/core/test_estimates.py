"""Waits, estimated from those of others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.core.estimates import (
    MINUTES,
    RECENT_MS_MAX,
    SAMPLES_MAX,
    WaitSample,
    estimate_ms,
    minutes_for,
    remembered,
)
from kernel.instants import Instant
from tests.acd.floor import NOON


def waits(position: int, *waited_s: int, at: Instant = NOON) -> tuple[WaitSample, ...]:
    return tuple(WaitSample(at=at, position=position, waited_ms=each * 1000) for each in waited_s)


def test_of_too_few_waits_nothing_is_told() -> None:
    assert estimate_ms(waits(1, 60, 60, 60, 60), 1, NOON) is None
    assert estimate_ms(waits(1, 60, 60, 60, 60, 60), 1, NOON) == 60_000


def test_four_of_five_who_waited_alike_were_served_by_then() -> None:
    assert estimate_ms(waits(1, 100, 10, 40, 20, 30), 1, NOON) == 40_000
    assert estimate_ms(waits(1, *range(10, 110, 10)), 1, NOON) == 80_000


def test_whoever_stands_further_back_waits_longer_by_what_such_places_took() -> None:
    samples = (*waits(1, 90, 90, 90, 90, 90), *waits(4, 80, 80, 80, 80, 80))

    assert estimate_ms(samples, 1, NOON) == 90_000
    assert estimate_ms(samples, 5, NOON) == 100_000
    assert estimate_ms(samples, 2, NOON) == 180_000, "no such place is known, so all are asked"


def test_waits_of_another_hour_are_not_asked() -> None:
    later = Instant(NOON + RECENT_MS_MAX + 1)

    assert estimate_ms(waits(1, 60, 60, 60, 60, 60), 1, later) is None


def test_the_newest_waits_are_remembered() -> None:
    samples: tuple[WaitSample, ...] = ()
    for waited_s in range(SAMPLES_MAX + 3):
        samples = remembered(samples, *waits(1, waited_s))

    assert [sample.waited_ms for sample in samples] == [1000 * each for each in range(3, SAMPLES_MAX + 3)]


@pytest.mark.parametrize(
    ("wait_ms", "minutes"),
    [
        (None, None),
        (0, 1),
        (60_000, 1),
        (60_001, 2),
        (6 * 60_000 + 1, 8),
        (120 * 60_000, 120),
        (120 * 60_000 + 1, None),
    ],
)
def test_told_are_round_minutes_that_are_not_less(wait_ms: int | None, minutes: int | None) -> None:
    assert minutes_for(wait_ms) == minutes


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 10**7)), min_size=5, max_size=SAMPLES_MAX),
    st.integers(1, 200),
)
def test_an_estimate_lies_among_what_was_waited_per_place(known: list[tuple[int, int]], position: int) -> None:
    samples = [WaitSample(at=NOON, position=place, waited_ms=waited_ms) for place, waited_ms in known]
    per_place = [waited_ms / place for place, waited_ms in known]

    estimate = estimate_ms(samples, position, NOON)

    assert estimate is not None
    assert min(per_place) * position - 1 <= estimate <= max(per_place) * position + 1
    assert minutes_for(estimate) in (*MINUTES, None)
