"""How long things take: talks, work after them, patience. What is drawn is whole milliseconds."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class LengthKind(StrEnum):
    """The family that lengths are drawn from."""

    FIXED = "fixed"
    EXPONENTIAL = "exponential"
    """Without memory, as the formulas of Erlang suppose."""
    LOG_NORMAL = "log_normal"
    """What measured talks look like: most are short, a few are very long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """One length each time it is asked for. ``spread``: the standard deviation as a share of the mean (log-normal)."""

    kind: LengthKind
    mean_ms: float
    spread: float = 0.0

    def drawer(self, chance: Random) -> Callable[[], int]:
        """A function that draws the next one from ``chance``, in milliseconds, never below zero."""
        mean_ms = self.mean_ms
        if self.kind is LengthKind.FIXED or mean_ms <= 0:
            fixed_ms = round(mean_ms)
            return lambda: fixed_ms
        if self.kind is LengthKind.EXPONENTIAL:
            return lambda: round(-mean_ms * math.log(1.0 - chance.random()))
        variance = math.log(1.0 + self.spread**2)
        middle, sigma = math.log(mean_ms) - variance / 2, math.sqrt(variance)
        return lambda: round(math.exp(chance.normalvariate(middle, sigma)))


def fixed(ms: float) -> Lengths:
    """Always the same."""
    return Lengths(kind=LengthKind.FIXED, mean_ms=ms)


def exponential(mean_ms: float) -> Lengths:
    """Memoryless, of that mean."""
    return Lengths(kind=LengthKind.EXPONENTIAL, mean_ms=mean_ms)


def log_normal(mean_ms: float, spread: float) -> Lengths:
    """Of that mean, and of a standard deviation of ``spread`` times the mean."""
    return Lengths(kind=LengthKind.LOG_NORMAL, mean_ms=mean_ms, spread=spread)
