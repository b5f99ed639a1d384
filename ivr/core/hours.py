"""Open or closed at an instant, by the place's own clock. Pure: zone rules and holidays are data.

What hours are made of is described here by its shape alone, so that the centre's own records fit as they are.
"""

from collections.abc import Set
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from kernel.instants import Instant, to_datetime

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Span(Protocol):
    """Open on ``days`` (mon..sun) from ``opens`` to ``closes`` (HH:MM, ``closes`` not included, 24:00 is midnight).

    A span that closes before it opens goes on into the next day.
    """

    @property
    def days(self) -> tuple[str, ...]: ...
    @property
    def opens(self) -> str: ...
    @property
    def closes(self) -> str: ...


class OpeningHours(Protocol):
    """``timezone`` is an IANA name; ``closed_dates`` (YYYY-MM-DD) are exceptional closures."""

    @property
    def timezone(self) -> str: ...
    @property
    def spans(self) -> tuple[Span, ...]: ...
    @property
    def closed_dates(self) -> tuple[str, ...]: ...


def is_open(hours: OpeningHours, holidays: Set[date], at: Instant) -> bool:
    """Is it open at ``at``? A closure or a holiday wins over every span that began on that day.

    ``holidays`` are the public holidays that count for these hours, empty if none do.
    Raises ValueError for hours that validation would refuse (unknown zone, times that are none).
    """
    local = to_datetime(at).astimezone(_zone(hours.timezone))
    closed = {date.fromisoformat(text) for text in hours.closed_dates} | set(holidays)
    if local.date() in closed:
        return False
    return any(_covers(span, local, closed) for span in hours.spans)


def _covers(span: Span, local: datetime, closed: Set[date]) -> bool:
    minute = local.hour * 60 + local.minute
    opens, closes = _minutes(span.opens), _minutes(span.closes)
    if opens < closes:
        return _is_on(span, local.date()) and opens <= minute < closes
    yesterday = local.date() - timedelta(days=1)
    began_today = _is_on(span, local.date()) and minute >= opens
    began_yesterday = _is_on(span, yesterday) and yesterday not in closed and minute < closes
    return began_today or began_yesterday


def _is_on(span: Span, day: date) -> bool:
    return WEEKDAYS[day.weekday()] in span.days


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    total = int(hours) * 60 + int(minutes)
    if not 0 <= total <= 24 * 60 or not 0 <= int(minutes) < 60:
        raise ValueError("a time of day is 00:00 to 24:00")
    return total


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as unknown:  # ZoneInfoNotFoundError is a KeyError; a folder's name gives an OSError
        raise ValueError("there is no such time zone") from unknown
