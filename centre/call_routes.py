"""May this number outside be called, and by which trunks: the one decision, for agents, transfers and flows. Pure.

Nothing is allowed that no route names. What comes out is digits (and one leading +) that this module has put together
itself: nothing of what was dialled is passed on as it stands.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

from centre.model import Centre, Route, Trunk
from ivr.core.numbers import normalised
from kernel.ids import HoursId, RouteId, TrunkId
from kernel.instants import Instant

_DIALLED = re.compile(r"\+?[0-9]{1,32}", re.ASCII)
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


class NotAllowed(StrEnum):
    """Why a number is not called."""

    NO_NUMBER = "no_number"
    """It is not one that could exist."""
    NO_ROUTE = "no_route"
    """No route allows it."""
    OUT_OF_HOURS = "out_of_hours"
    """A route does, at other times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One trunk by which the number may be called: what is dialled there, and the number that is shown ("": none).

    ``lines_max``: calls of any kind at once. ``calls_out_*``: agents' calls at once, in an hour, in a day.
    """

    trunk_id: TrunkId
    dialled: str
    caller_id: str
    lines_max: int
    calls_out_max: int
    calls_out_per_hour_max: int
    calls_out_per_day_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The number may be called. ``number`` is normalised, ``ways`` are tried in order; never empty."""

    route_id: RouteId
    number: str
    ways: tuple[Way, ...]
    ring_ms_max: int
    wrap_up_ms: int


class CallRoutes:
    """The routes of one centre. ``is_open``: whether it is within these hours at that instant; may raise LookUpUnknown."""

    def __init__(self, centre: Centre, is_open: Callable[[HoursId, Instant], bool]) -> None:
        self._country = centre.country
        self._trunks = {trunk.id: trunk for trunk in centre.trunks}
        self._exact = {number: route for route in centre.routes for number in route.numbers}
        # Refusals are laid over the others: of an equal length they win.
        self._beginnings: dict[str, Route | None] = {each: route for route in centre.routes for each in route.allows}
        self._beginnings |= {each: None for route in centre.routes for each in route.refuses}
        self._is_open = is_open

    def decide(self, dialled: str, at: Instant, *, trunk_id: TrunkId | None = None) -> Allowed | NotAllowed:
        """What is to be done with a number as somebody dialled it: any text at all may come in here.

        ``trunk_id``: only by this one of the route's trunks.
        """
        if _DIALLED.fullmatch(dialled) is None:
            return NotAllowed.NO_NUMBER
        route = self._exact.get(dialled)
        number = dialled if route is not None else normalised(dialled, country=self._country)
        if route is None:
            if _E164.fullmatch(number) is None:
                return NotAllowed.NO_NUMBER
            route = self._longest(number)
        ways = () if route is None else tuple(self._ways(route, number, trunk_id))
        if route is None or not ways:
            return NotAllowed.NO_ROUTE
        if route.hours is not None and not self._is_open(route.hours, at):
            return NotAllowed.OUT_OF_HOURS
        return Allowed(
            route_id=route.id,
            number=number,
            ways=ways,
            ring_ms_max=route.ring_s_max * 1000,
            wrap_up_ms=route.wrap_up_s * 1000,
        )

    def _longest(self, number: str) -> Route | None:
        """The route of the longest beginning; None when there is none, or it refuses."""
        lengths = range(len(number), 1, -1)
        found = next((number[:length] for length in lengths if number[:length] in self._beginnings), None)
        return None if found is None else self._beginnings[found]

    def _ways(self, route: Route, number: str, only: TrunkId | None) -> Iterator[Way]:
        for trunk_id in route.trunks:
            trunk = self._trunks.get(trunk_id)
            if trunk is not None and only in (None, trunk_id):
                yield _way(route, trunk, self._written(number, route.dials))

    def _written(self, number: str, form: str) -> str:
        """A normalised number as a carrier wants it. A short code stays as it is, and so do numbers of other countries."""
        if form == "e164" or not number.startswith("+"):
            return number
        if form == "digits":
            return number.removeprefix("+")
        return national_digits(number, country=self._country)


def national_digits(number: str, *, country: str) -> str:
    """A normalised number as it is dialled within the country; one of another country, or a short code, as it is."""
    if not number.startswith("+"):
        return number
    parsed = phonenumbers.parse(number)
    if parsed.country_code != phonenumbers.country_code_for_region(country):
        return number
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "".join(letter for letter in national if letter in "0123456789")


def _way(route: Route, trunk: Trunk, dialled: str) -> Way:
    return Way(
        trunk_id=trunk.id,
        dialled=dialled,
        caller_id=route.caller_id or trunk.caller_id,
        lines_max=trunk.lines_max,
        calls_out_max=trunk.calls_out_max,
        calls_out_per_hour_max=trunk.calls_out_per_hour_max,
        calls_out_per_day_max=trunk.calls_out_per_day_max,
    )
