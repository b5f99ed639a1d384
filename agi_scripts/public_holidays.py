"""Public holidays by country and year, from the package ``holidays``. Administrators confirm them with closed_dates."""

from collections.abc import Set
from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=64)
def public_holidays(country: str, year: int) -> Set[date]:
    """National holidays, and the days that a government adds to them (in Indonesia: cuti bersama).

    Raises ValueError for a country the package does not know.
    """
    known = holidays.list_supported_countries()
    if country not in known:
        raise ValueError("no holidays are known of this country")
    offered = holidays.country_holidays(country).supported_categories
    categories = tuple(name for name in ("public", "government") if name in offered)
    return frozenset(holidays.country_holidays(country, years=year, categories=categories))
