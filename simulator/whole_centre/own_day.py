"""What a day at this centre is like, from its own volumes: how calls spread over the hours, how long they take.

Assumed, since nobody has counted it: which part of the handling time is work after the call, how lengths spread about
their mean, and patience.
"""

import csv
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from simulator.whole_centre.description import HOUR_MS, Rate

OPENS_AT = "08:00"
"""The first hour that the volumes know."""

WORK_SHARE = 0.15
TALK_SPREAD = 0.8
WORK_SPREAD = 0.5
PATIENCE_S = 180
"""The mean of an exponential distribution."""


@cache
def shape(medium: str) -> tuple[float, ...]:
    """How the contacts of a day spread over its hours, the first at ``OPENS_AT``; the mean is 1.

    Raises KeyError for a medium that the volumes do not have.
    """
    counts = [float(row[medium]) for row in _rows("hourly_interactions.csv")]
    mean = sum(counts) / len(counts)
    return tuple(count / mean for count in counts)


def aht_s(medium: str) -> float:
    """Average handling time in seconds, of the newest month. Raises KeyError as above."""
    return float(list(_rows("aht_by_channel.csv"))[-1][f"{medium}_s"])


def media() -> tuple[str, ...]:
    """The media whose volumes and handling times are known."""
    first = next(_rows("hourly_interactions.csv"))
    return tuple(name for name in first if name != "hour")


def rates(calls_per_hour: float, hours: float, shares: Sequence[float]) -> tuple[Rate, ...]:
    """``calls_per_hour`` as the mean of so many hours that have this shape; what is longer begins with it again."""
    whole = -(-round(hours * HOUR_MS) // HOUR_MS)
    lasts_ms = round(hours * HOUR_MS)
    spans = [(hour * HOUR_MS, min((hour + 1) * HOUR_MS, lasts_ms)) for hour in range(whole)]
    heights = [shares[hour % len(shares)] for hour in range(whole)]
    weight = sum(height * (to_ms - from_ms) for height, (from_ms, to_ms) in zip(heights, spans, strict=True))
    scale = calls_per_hour * lasts_ms / weight if weight else 0.0
    return tuple(
        Rate(from_ms=from_ms, to_ms=to_ms, calls_per_hour=height * scale)
        for height, (from_ms, to_ms) in zip(heights, spans, strict=True)
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("simulator.own_volumes").joinpath(name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
