"""Intervals and days in a place's own time; the zone and the instant are handed in. Pure."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from kernel.instants import Instant, from_datetime, to_datetime

INTERVAL_MS = 30 * 60 * 1000
DEFAULT_ZONE = "Asia/Jakarta"


def interval_of(instant: Instant, zone: ZoneInfo) -> Instant:
    """When the half hour that holds ``instant`` began, by the clocks of ``zone``."""
    offset = to_datetime(instant).astimezone(zone).utcoffset() or timedelta(0)
    offset_ms = offset // timedelta(milliseconds=1)
    return Instant((instant + offset_ms) // INTERVAL_MS * INTERVAL_MS - offset_ms)


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
