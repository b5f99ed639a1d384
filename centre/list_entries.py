"""Entries of caller lists: those that stand in the centre's description, and until when one counts. Pure."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from centre.model import CallerList, Centre, ListedNumber
from ivr.core.caller_lists import By, EntryIndex, ListEntry, Match
from ivr.core.numbers import normalised
from kernel.instants import Instant, from_datetime


def standing_entries(one: CallerList, centre: Centre) -> EntryIndex:
    """What the description says of who is on a list."""
    return EntryIndex(_entry(listed, centre) for listed in one.numbers)


def end_of_day(day: str, timezone: str) -> Instant:
    """The instant at which a local day (YYYY-MM-DD) is over. Raises ValueError."""
    # The last day that a calendar knows has no day after it.
    after = date.fromisoformat(day) + timedelta(days=1) if day < date.max.isoformat() else date.max
    return from_datetime(datetime.combine(after, time(), ZoneInfo(timezone)))


def _entry(listed: ListedNumber, centre: Centre) -> ListEntry:
    number, is_prefix = listed.number.removesuffix("*"), listed.number.endswith("*")
    return ListEntry(
        match=Match(by=By.PREFIX, value=number)
        if is_prefix
        else Match(by=By.NUMBER, value=normalised(number, country=centre.country)),
        reason=listed.reason,
        owner=listed.owner,
        until=end_of_day(listed.until, centre.timezone) if listed.until else None,
    )
