"""Stories of numbers outside: what may be called, by which trunks, and what never is."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from centre.call_routes import Allowed, CallRoutes, NotAllowed
from centre.model import Centre
from centre.reader import CentreInvalid, read_centre
from kernel.ids import HoursId, TrunkId
from kernel.instants import Instant
from tests.centre.samples import SMALL

NOON = Instant(1_764_000_000_000)
ROUTES = """
[[trunks]]
id = "second"
host = "sip2.example.id"
match = ["192.0.2.11"]
caller_id = "+62215550001"

[[routes]]
id = "mobile"
name = "Mobile"
allows = ["+628"]
refuses = ["+62809"]
trunks = ["second", "carrier"]
wrap_up_s = 10

[[routes]]
id = "premium"
name = "Premium, for one number"
allows = ["+62809111"]
trunks = ["carrier"]
caller_id = "169"
dials = "national"

[[routes]]
id = "singapore"
name = "Singapore"
allows = ["+656"]
trunks = ["carrier"]
dials = "digits"
hours = "office"

[[routes]]
id = "emergency"
name = "Emergency"
numbers = ["112", "119"]
trunks = ["carrier"]
"""
CENTRE = read_centre(SMALL + ROUTES)
EMERGENCY = {"110", "112", "119"}


def asked(dialled: str, *, is_open: bool = True, trunk: str | None = None, centre: Centre = CENTRE) -> str:
    """The decision in words: ``route: number by trunks``, or why not."""

    def hours(hours_id: HoursId, at: Instant) -> bool:
        assert (hours_id, at) == ("office", NOON)
        return is_open

    decided = CallRoutes(centre, hours).decide(dialled, NOON, trunk_id=None if trunk is None else TrunkId(trunk))
    if isinstance(decided, NotAllowed):
        return decided.value
    dials = {way.dialled for way in decided.ways}
    return f"{decided.route_id}: {'/'.join(dials)} by {' '.join(way.trunk_id for way in decided.ways)}"


@pytest.mark.parametrize("dialled", ["081234567890", "+6281234567890", "00801"])
def test_a_number_is_the_same_however_it_is_dialled(dialled: str) -> None:
    expected = "no_number" if dialled == "00801" else "mobile: +6281234567890 by second carrier"
    assert asked(dialled) == expected


@pytest.mark.parametrize(
    ("dialled", "expected"),
    [
        ("+442079460000", "no_route"),
        ("0215252008", "no_route"),
        ("110", "police: 110 by carrier"),
        ("113", "no_number"),
        ("112", "emergency: 112 by carrier"),
        ("+112", "no_number"),
        ("0112", "no_number"),
        ("", "no_number"),
        ("0812-3456-7890", "no_number"),
        ("081234567890&PJSIP/1@carrier", "no_number"),
        ("٠٨١٢٣٤٥٦٧٨٩٠", "no_number"),
        ("0812345678901234567890123456789012345", "no_number"),
    ],
)
def test_what_no_route_names_is_not_called(dialled: str, expected: str) -> None:
    assert asked(dialled) == expected


def test_the_longest_beginning_decides_and_a_refusal_lies_over_the_rest() -> None:
    assert asked("08091234567") == "no_route"
    assert asked("08091112345") == "premium: 08091112345 by carrier"


def test_a_route_with_hours_is_refused_outside_them() -> None:
    assert asked("+6561234567") == "singapore: 6561234567 by carrier"
    assert asked("+6561234567", is_open=False) == "out_of_hours"


def test_one_trunk_alone_may_be_asked_for_but_only_one_that_the_route_names() -> None:
    assert asked("081234567890", trunk="carrier") == "mobile: +6281234567890 by carrier"
    assert asked("112", trunk="second") == "no_route"


def test_a_number_of_another_country_is_never_written_as_one_of_ours() -> None:
    abroad = replace(CENTRE, routes=tuple(replace(route, dials="national", hours=None) for route in CENTRE.routes))
    assert asked("+6561234567", centre=abroad) == "singapore: +6561234567 by carrier"


def test_the_number_shown_is_the_routes_own_or_else_the_trunks() -> None:
    decided = CallRoutes(CENTRE, lambda _hours, _at: True)
    premium, mobile = decided.decide("08091112345", NOON), decided.decide("081234567890", NOON)
    assert isinstance(premium, Allowed)
    assert isinstance(mobile, Allowed)
    assert [way.caller_id for way in premium.ways] == ["169"]
    assert [way.caller_id for way in mobile.ways] == ["+62215550001", ""]
    assert (mobile.ring_ms_max, mobile.wrap_up_ms) == (45_000, 10_000)


DIALLED = (
    st.text(max_size=40)
    | st.from_regex(r"\A[+*#0-9]{1,20}\Z")
    | st.from_regex(r"\A(0|\+62|0062|00[78]?62|62)8[0-9]{4,14}\Z")
    | st.from_regex(r"\A(08|112|119)[0-9&@/,;|^$(){}\-. A-Za-z]{0,20}\Z")
)


@settings(max_examples=10_000, deadline=None)
@given(DIALLED)
@example("112\n")
@example("+62809111" + "1" * 30)
def test_of_ten_thousand_strings_none_that_no_route_lists_reaches_a_trunk(dialled: str) -> None:
    decided = CallRoutes(CENTRE, lambda _hours, _at: True).decide(dialled, NOON)
    if isinstance(decided, NotAllowed):
        return
    number = decided.number
    listed = number in EMERGENCY and dialled == number
    mobile = number.startswith("+628") and not number.startswith("+62809")
    assert listed or mobile or number.startswith(("+62809111", "+656"))
    for way in decided.ways:
        # Whatever was dialled, what goes out is digits alone: the number's own, in one of the three ways to write it.
        assert set(way.dialled.removeprefix("+")) <= set("0123456789")
        assert way.dialled in (number, number.removeprefix("+"), "0" + number.removeprefix("+62"))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('trunks = ["carier"]', "there is no trunk"),
        ('trunks = ["carrier"]\nhours = "never"', "there is no hours"),
        ('trunks = ["carrier"]\nallows = ["08"]', "not the beginning of a number"),
        ('trunks = ["carrier"]\nnumbers = ["112"]', "also belongs to route"),
        ("trunks = []", "the list has 0 elements"),
    ],
)
def test_a_wrong_route_is_told_with_its_line(text: str, what: str) -> None:
    with pytest.raises(CentreInvalid, match=what):
        read_centre(f'{SMALL}{ROUTES}\n[[routes]]\nid = "wrong"\nname = "Wrong"\n{text}\n')
