"""Figures that benchmarks report: quantiles and slopes. Pure."""

import math
from collections.abc import Sequence


def quantile(sorted_values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0-1) of them lie (nearest rank). Raises ValueError when there are none."""
    if not sorted_values:
        raise ValueError("no values")
    return sorted_values[min(len(sorted_values) - 1, max(0, math.ceil(share * len(sorted_values)) - 1))]


def log_log_slope(points: Sequence[tuple[float, float]]) -> float:
    """The exponent of growth: least squares of log y on log x. 0 is flat, 1 is proportional.

    Raises ValueError for fewer than two different x, or a value that is not positive.
    """
    logs = [(math.log(x), math.log(y)) for x, y in points]
    x_mean, y_mean = (sum(axis) / len(logs) for axis in zip(*logs, strict=True))
    spread = sum((x - x_mean) ** 2 for x, _ in logs)
    if spread == 0:
        raise ValueError("one point has no slope")
    return float(sum((x - x_mean) * (y - y_mean) for x, y in logs) / spread)
