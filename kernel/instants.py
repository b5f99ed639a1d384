"""Instants: whole milliseconds since the epoch, UTC, and their arithmetic. Never reads a clock."""

from datetime import UTC, datetime, timedelta
from typing import NewType

Instant = NewType("Instant", int)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def after(start: Instant, ms: int) -> Instant:
    """The instant ``ms`` milliseconds after ``start``."""
    return Instant(start + ms)


def elapsed_ms(start: Instant, end: Instant) -> int:
    """Milliseconds from ``start`` to ``end``; never below zero, whatever the clocks did."""
    return max(0, end - start)


def to_datetime(instant: Instant) -> datetime:
    """The same instant as an aware UTC datetime."""
    return _EPOCH + timedelta(milliseconds=instant)


def from_datetime(moment: datetime) -> Instant:
    """An aware datetime as an instant, rounded down to the millisecond.

    Raises:
        ValueError: ``moment`` has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("an instant needs a datetime with a time zone")
    return Instant((moment - _EPOCH) // timedelta(milliseconds=1))


def to_iso(instant: Instant) -> str:
    """RFC 3339 in UTC with milliseconds: ``2026-11-24T02:00:00.123Z``."""
    return to_datetime(instant).isoformat(timespec="milliseconds").replace("+00:00", "Z")
