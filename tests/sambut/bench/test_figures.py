"""Quantiles and slopes."""

import pytest

from sambut.bench.figures import log_log_slope, quantile


def test_quantiles_are_values_that_were_seen() -> None:
    values = [float(number) for number in range(1, 101)]

    assert [quantile(values, share) for share in (0.0, 0.5, 0.99, 0.999, 1.0)] == [1, 50, 99, 100, 100]
    assert quantile([7.0], 0.5) == 7


def test_there_is_no_quantile_of_nothing() -> None:
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.5)


@pytest.mark.parametrize("exponent", [0.0, 0.15, 1.0, 2.0])
def test_the_slope_is_the_exponent_of_growth(exponent: float) -> None:
    points = [(x, 3 * x**exponent) for x in (10.0, 100.0, 1000.0)]

    assert log_log_slope(points) == pytest.approx(exponent)


def test_one_point_has_no_slope() -> None:
    with pytest.raises(ValueError, match="no slope"):
        log_log_slope([(5.0, 1.0), (5.0, 2.0)])
