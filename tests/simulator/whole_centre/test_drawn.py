"""What is drawn has the mean and the spread that were asked for, and comes when it should."""

from itertools import islice
from random import Random
from statistics import fmean, stdev

import pytest

from simulator.whole_centre.callers import arrivals, callers_of
from simulator.whole_centre.description import Rate
from simulator.whole_centre.lengths import Lengths, exponential, fixed, log_normal
from tests.simulator.whole_centre.makers import HOUR_MS, stream


@pytest.mark.parametrize(
    ("lengths", "spread"), [(fixed(90_000), 0.0), (exponential(90_000), 1.0), (log_normal(90_000, 0.8), 0.8)]
)
def test_lengths_have_the_mean_and_the_spread_that_were_asked_for(lengths: Lengths, spread: float) -> None:
    draw = lengths.drawer(Random(7))
    drawn = [draw() for _ in range(40_000)]

    assert min(drawn) >= 0
    assert fmean(drawn) == pytest.approx(90_000, rel=0.02)
    assert stdev(drawn) == pytest.approx(90_000 * spread, rel=0.04)


def test_calls_come_as_often_as_each_hour_says() -> None:
    rates = [
        Rate(from_ms=hour * HOUR_MS, to_ms=(hour + 1) * HOUR_MS, calls_per_hour=rate)
        for hour, rate in enumerate((4_000, 0, 1_000, 0))
    ]
    counts = [0, 0, 0, 0]
    times = list(arrivals(rates, Random(3)))
    for at_ms in times:
        counts[min(3, at_ms // HOUR_MS)] += 1

    assert times == sorted(times)
    assert counts[0] == pytest.approx(4_000, abs=4 * 4_000**0.5)
    assert counts[2] == pytest.approx(1_000, abs=4 * 1_000**0.5)
    assert counts[1] + counts[3] <= 2  # rounded to the next hour's first millisecond


def test_who_calls_does_not_depend_on_who_answers_or_how_long_the_day_is() -> None:
    short, long = stream(600, lasts_ms=HOUR_MS), stream(600, lasts_ms=9 * HOUR_MS)

    some = [(one.at_ms, one.talk_ms) for one in islice(callers_of(short, 0, seed=5), 300)]
    same = [(one.at_ms, one.talk_ms) for one in islice(callers_of(long, 0, seed=5), 300)]

    assert some == same


def test_another_seed_or_stream_is_other_callers() -> None:
    def times(number: int, seed: int) -> list[int]:
        return [one.at_ms for one in islice(callers_of(stream(600), number, seed), 20)]

    assert len({tuple(times(number, seed)) for number in (0, 1) for seed in (1, 2)}) == 4
