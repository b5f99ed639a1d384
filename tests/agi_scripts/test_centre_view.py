"""The centre as flows and phones ask for it."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from agi_scripts.centre_view import VERSIONS_KEPT, CentreView
from agi_scripts.ports import AgentLogin
from agi_scripts.public_holidays import public_holidays
from centre.model import Agent, CallerList, Centre, DidNumber, Hours, ListedNumber, OpenSpan, Queue
from ivr.core.flow import Flow
from ivr.ports import Listing, LookUpUnknown
from kernel.ids import AgentId, CallerListId, Did, FlowId, HoursId, QueueId
from kernel.instants import Instant, from_datetime
from tests.ivr.makers import bye, flow, start

WEEK = ("mon", "tue", "wed", "thu", "fri")


def hours(name: str, holidays: str) -> Hours:
    span = OpenSpan(days=WEEK, opens="08:00", closes="17:00")
    return Hours(id=HoursId(name), timezone="Asia/Jakarta", spans=(span,), closed_dates=(), holidays=holidays)


def caller_list(name: str, kind: str, *numbers: str) -> CallerList:
    listed = tuple(ListedNumber(number=number, reason="") for number in numbers)
    return CallerList(id=CallerListId(name), kind=kind, priority=9, numbers=listed)


def version(number: int) -> Flow:
    return flow(start("bye"), bye(), version=number)


SALES = Queue(
    id=QueueId("sales"),
    name="Sales",
    requires=(),
    priority=5,
    ring_s_max=20,
    wrap_up_s=10,
    wait_s_max=0,
    short_abandon_s=5,
    service_level_s=20,
    on_no_answer="aux",
    music="calm",
    announcement=None,
    announcement_every_s=30,
    waiting_max=0,
)
CENTRE = Centre(
    name="169",
    country="ID",
    timezone="Asia/Jakarta",
    languages=("id",),
    skills=(),
    trunks=(),
    dids=(
        DidNumber(number=Did("169"), flow=FlowId("main")),
        DidNumber(number=Did("+62215252008"), flow=FlowId("main")),
    ),
    devices=(),
    agents=(Agent(id=AgentId("ann"), name="Ann", login="1001", pin_hash="hash", skills=()),),
    queues=(SALES,),
    hours=(hours("office", "ID"), hours("always-on", "")),
    caller_lists=(caller_list("vip", "priority", "+62811"), caller_list("blocked", "block", "+62822")),
    flows=(version(1),),
)
INDEPENDENCE_DAY = date(2026, 8, 17)
VIEW = CentreView(
    CENTRE, lambda country, year: frozenset({INDEPENDENCE_DAY} if (country, year) == ("ID", 2026) else ())
)


def test_what_is_spoken_and_where_the_centre_is_follow_a_change() -> None:
    view = CentreView(CENTRE, public_holidays)

    view.show(replace(CENTRE, languages=("en", "id"), country="MY"))

    assert (view.languages, view.country) == (("en", "id"), "MY")


def at(text: str) -> Instant:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Jakarta")))


@pytest.mark.parametrize(
    ("name", "moment", "expected"),
    [
        ("office", "2026-08-17T10:00", False),
        ("always-on", "2026-08-17T10:00", True),
        ("office", "2026-08-18T10:00", True),
    ],
)
def test_holidays_count_for_hours_that_say_so(name: str, moment: str, expected: bool) -> None:
    assert VIEW.is_open(HoursId(name), at(moment)) is expected


def test_a_holiday_of_the_next_year_begins_while_it_is_still_this_year_in_utc() -> None:
    """1 January 01:00 in Jakarta is 31 December in UTC."""
    all_day = replace(
        hours("office", "ID"), spans=(OpenSpan(days=(*WEEK, "sat", "sun"), opens="00:00", closes="24:00"),)
    )
    view = CentreView(replace(CENTRE, hours=(all_day,)), lambda _country, year: frozenset({date(year, 1, 1)}))

    assert not view.is_open(HoursId("office"), at("2027-01-01T01:00"))
    assert view.is_open(HoursId("office"), at("2027-01-02T01:00"))


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("vip", "+62811", Listing(is_listed=True, priority=9)),
        ("vip", "+62822", Listing(is_listed=False, priority=None)),
        ("blocked", "+62822", Listing(is_listed=True, priority=None)),
        ("blocked", "", Listing(is_listed=False, priority=None)),
    ],
)
def test_lists_know_their_numbers(name: str, number: str, expected: Listing) -> None:
    assert VIEW.listing(CallerListId(name), number) == expected


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(LookUpUnknown):
        VIEW.is_open(HoursId("gone"), at("2026-08-18T10:00"))
    with pytest.raises(LookUpUnknown):
        VIEW.listing(CallerListId("gone"), "+62811")
    assert VIEW.music(QueueId("gone")) == "default"
    assert VIEW.by_login("9999") is None


@pytest.mark.parametrize(
    ("did", "is_ours"),
    [("169", True), ("+169", True), ("62215252008", True), ("+62215252008", True), ("", False), ("170", False)],
)
def test_a_number_is_found_with_and_without_its_plus(did: str, is_ours: bool) -> None:
    assert (VIEW.for_did(Did(did)) is not None) is is_ours


def test_queues_and_logins_are_found() -> None:
    assert VIEW.music(QueueId("sales")) == "calm"
    assert VIEW.by_login("1001") == AgentLogin(agent_id=AgentId("ann"), pin_hash="hash")


def test_calls_go_on_in_the_version_they_began_with() -> None:
    view = CentreView(CENTRE, lambda _country, _year: frozenset())
    view.show(replace(CENTRE, flows=(version(2),)))

    assert view.for_did(Did("169")) == version(2)
    assert view.of_version(FlowId("main"), 1) == version(1)
    assert view.of_version(FlowId("gone"), 1) is None


def test_of_very_old_versions_the_present_one_stands_in() -> None:
    view = CentreView(CENTRE, lambda _country, _year: frozenset())
    for number in range(2, VERSIONS_KEPT + 2):
        view.show(replace(CENTRE, flows=(version(number),)))

    assert view.of_version(FlowId("main"), 1) == version(VERSIONS_KEPT + 1)
    assert view.of_version(FlowId("main"), 2) == version(2)


def test_indonesias_holidays_include_the_governments_days() -> None:
    days = public_holidays("ID", 2026)

    assert {date(2026, 1, 1), INDEPENDENCE_DAY, date(2026, 12, 24), date(2026, 12, 25)} <= days
    with pytest.raises(ValueError, match="no holidays"):
        public_holidays("XX", 2026)
