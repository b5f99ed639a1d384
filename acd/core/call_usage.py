"""How many calls out there were lately, of an agent or by a trunk, against what is allowed. Pure.

Hours are those of the clock, in UTC: a day is the present hour and the 23 before it.
"""

from dataclasses import dataclass

from kernel.instants import Instant

HOUR_MS = 3_600_000
HOURS_KEPT = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUsage:
    """Calls by hour (counted from the epoch), oldest first; hours without any are left out."""

    hours: tuple[tuple[int, int], ...] = ()

    def one_more(self, at: Instant) -> "CallUsage":
        """The same with one more call at that instant."""
        hour = at // HOUR_MS
        kept = {each: count for each, count in self.hours if each > hour - HOURS_KEPT}
        kept[hour] = kept.get(hour, 0) + 1
        return CallUsage(hours=tuple(sorted(kept.items())))

    def allows(self, at: Instant, *, per_hour_max: int, per_day_max: int) -> bool:
        """May there be one more at that instant?"""
        hour = at // HOUR_MS
        this_hour = sum(count for each, count in self.hours if each == hour)
        this_day = sum(count for each, count in self.hours if each > hour - HOURS_KEPT)
        return this_hour < per_hour_max and this_day < per_day_max
