"""Intervals and days in a place's own time; the zone and the instant are handed in. Pure."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from kernel.instants import Instant, from_datetime, to_datetime

INTERVAL_MS = 30 * 60 * 1000
_MINUTE_MS = 60 * 1000
DEFAULT_ZONE = "Asia/Jakarta"


def interval_of(instant: Instant, zone: ZoneInfo) -> Instant:
    """When the half hour that holds ``instant`` began, by the clocks of ``zone``."""
    offset_ms = _offset_ms(instant // _MINUTE_MS, zone)
    return Instant((instant + offset_ms) // INTERVAL_MS * INTERVAL_MS - offset_ms)


@lru_cache(maxsize=4096)
def _offset_ms(minute: int, zone: ZoneInfo) -> int:
    """How far the clocks of ``zone`` are ahead of UTC. They are only ever changed at a whole minute."""
    offset = to_datetime(Instant(minute * _MINUTE_MS)).astimezone(zone).utcoffset() or timedelta(0)
    return offset // timedelta(milliseconds=1)


def split(start: Instant, end: Instant, zone: ZoneInfo) -> Iterator[tuple[Instant, int]]:
    """The stretch from ``start`` to ``end`` as (interval, milliseconds within it); nothing when it is empty."""
    while start < end:
        interval = interval_of(start, zone)
        border = min(end, Instant(interval + INTERVAL_MS))
        yield interval, border - start
        start = border


def day_of(instant: Instant, zone: ZoneInfo) -> str:
    """The local day, as YYYY-MM-DD."""
    return to_datetime(instant).astimezone(zone).date().isoformat()


def day_bounds(day: str, zone: ZoneInfo) -> tuple[Instant, Instant]:
    """From local midnight to the next one; 23 to 25 hours where clocks are changed.

    Raises:
        ValueError: ``day`` is not YYYY-MM-DD.
    """
    first = datetime.fromisoformat(day).date()
    midnights = [datetime.combine(each, time(0), zone) for each in (first, first + timedelta(days=1))]
    return from_datetime(midnights[0]), from_datetime(midnights[1])
