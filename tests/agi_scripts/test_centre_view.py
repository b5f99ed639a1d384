"""The centre as flows and phones ask for it."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from agi_scripts.centre_view import VERSIONS_KEPT, CentreView
from agi_scripts.ports import AgentLogin
from agi_scripts.public_holidays import public_holidays
from centre.model import Agent, AuxReason, CallerList, Centre, DidNumber, Hours, ListedNumber, OpenSpan, Queue
from ivr.core.caller_lists import By, EntryIndex, ListAction, ListEntry, Match
from ivr.core.flow import Flow
from ivr.ports import Listing, LookUpUnknown
from kernel.ids import AgentId, CallerListId, Did, FlowId, HoursId, QueueId
from kernel.instants import Instant, from_datetime
from tests.ivr.makers import bye, flow, start

NOW = Instant(1_795_500_000_000)
WEEK = ("mon", "tue", "wed", "thu", "fri")


def hours(name: str, holidays: str) -> Hours:
    span = OpenSpan(days=WEEK, opens="08:00", closes="17:00")
    return Hours(id=HoursId(name), timezone="Asia/Jakarta", spans=(span,), closed_dates=(), holidays=holidays)


def caller_list(name: str, kind: str, *numbers: str) -> CallerList:
    listed = tuple(ListedNumber(number=number, reason="", owner="", until="") for number in numbers)
    return CallerList(id=CallerListId(name), kind=kind, priority=9, action="flow", anonymous=False, numbers=listed)


def nobody(_list_id: CallerListId) -> EntryIndex:
    """No entries beside those of the description."""
    return EntryIndex()


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
    priority_step_s=60,
    skills=(),
    trunks=(),
    dids=(
        DidNumber(number=Did("169"), flow=FlowId("main")),
        DidNumber(number=Did("+62215252008"), flow=FlowId("main")),
    ),
    devices=(),
    agents=(Agent(id=AgentId("ann"), name="Ann", login="1001", pin_hash="hash", skills=(), wrap_up_s=-1),),
    aux_reasons=(AuxReason(id="meal", digits="3", agents_max=0, minutes_max=0),),
    queues=(SALES,),
    hours=(hours("office", "ID"), hours("always-on", "")),
    caller_lists=(caller_list("vip", "priority", "+62811690001"), caller_list("blocked", "block", "+62822690001")),
    flows=(version(1),),
)
INDEPENDENCE_DAY = date(2026, 8, 17)
VIEW = CentreView(
    CENTRE, lambda country, year: frozenset({INDEPENDENCE_DAY} if (country, year) == ("ID", 2026) else ()), nobody
)


def test_what_is_spoken_and_where_the_centre_is_follow_a_change() -> None:
    view = CentreView(CENTRE, public_holidays, nobody)

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
    view = CentreView(replace(CENTRE, hours=(all_day,)), lambda _country, year: frozenset({date(year, 1, 1)}), nobody)

    assert not view.is_open(HoursId("office"), at("2027-01-01T01:00"))
    assert view.is_open(HoursId("office"), at("2027-01-02T01:00"))


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("vip", "+62811690001", Listing(is_listed=True, priority=9)),
        ("vip", "+62822690001", Listing(is_listed=False, priority=None)),
        ("blocked", "+62822690001", Listing(is_listed=True, priority=None)),
        ("blocked", "", Listing(is_listed=False, priority=None)),
    ],
)
def test_lists_know_their_numbers(name: str, number: str, expected: Listing) -> None:
    assert VIEW.listing(CallerListId(name), number, "", NOW) == expected


@pytest.mark.parametrize(
    ("action", "priority"),
    [("flow", None), ("refuse", None), ("busy", None), ("drop", None), ("low_priority", 1)],
)
def test_a_block_list_says_what_becomes_of_callers_on_it(action: str, priority: int | None) -> None:
    listed = replace(caller_list("blocked", "block", "+62822690001"), action=action)
    view = CentreView(replace(CENTRE, caller_lists=(listed,)), public_holidays, nobody)

    expected = Listing(is_listed=True, priority=priority, action=ListAction(action))
    assert view.listing(CallerListId("blocked"), "+62822690001", "", NOW) == expected


def test_callers_without_a_number_are_on_a_list_only_when_it_says_so() -> None:
    lists = (replace(caller_list("hidden", "block"), anonymous=True, action="busy"), caller_list("other", "block"))
    view = CentreView(replace(CENTRE, caller_lists=lists), public_holidays, nobody)

    assert view.listing(CallerListId("hidden"), "", "", NOW).action is ListAction.BUSY
    assert not view.listing(CallerListId("hidden"), "+62811690001", "", NOW).is_listed
    assert not view.listing(CallerListId("other"), "", "", NOW).is_listed


def test_live_entries_count_beside_those_of_the_description_and_only_on_their_list() -> None:
    live = EntryIndex()
    of_list = {CallerListId("blocked"): live, CallerListId("vip"): EntryIndex()}
    view = CentreView(CENTRE, public_holidays, of_list.__getitem__)
    customer = ListEntry(match=Match(by=By.CUSTOMER, value="K-77"), reason="", owner="", until=None)

    def is_on(name: str) -> bool:
        return view.listing(CallerListId(name), "+62833690001", "K-77", NOW).is_listed

    assert not is_on("blocked")
    live.put(customer)
    assert is_on("blocked")
    assert not is_on("vip")
    live.remove(customer.match)
    assert not is_on("blocked")


def test_an_entry_of_the_description_counts_to_the_end_of_its_last_day_there() -> None:
    one = caller_list("blocked", "block")
    listed = ListedNumber(number="+62811*", reason="", owner="", until="2026-12-31")
    view = CentreView(replace(CENTRE, caller_lists=(replace(one, numbers=(listed,)),)), public_holidays, nobody)

    def is_on(moment: str) -> bool:
        return view.listing(CallerListId("blocked"), "+62811690001", "", at(moment)).is_listed

    assert is_on("2026-12-31T23:59")
    assert not is_on("2027-01-01T00:00")


def test_what_is_not_there_is_told() -> None:
    with pytest.raises(LookUpUnknown):
        VIEW.is_open(HoursId("gone"), at("2026-08-18T10:00"))
    with pytest.raises(LookUpUnknown):
        VIEW.listing(CallerListId("gone"), "+62811690001", "", NOW)
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
    view = CentreView(CENTRE, lambda _country, _year: frozenset(), nobody)
    view.show(replace(CENTRE, flows=(version(2),)))

    assert view.for_did(Did("169")) == version(2)
    assert view.of_version(FlowId("main"), 1) == version(1)
    assert view.of_version(FlowId("gone"), 1) is None


def test_of_very_old_versions_the_present_one_stands_in() -> None:
    view = CentreView(CENTRE, lambda _country, _year: frozenset(), nobody)
    for number in range(2, VERSIONS_KEPT + 2):
        view.show(replace(CENTRE, flows=(version(number),)))

    assert view.of_version(FlowId("main"), 1) == version(VERSIONS_KEPT + 1)
    assert view.of_version(FlowId("main"), 2) == version(2)


def test_indonesias_holidays_include_the_governments_days() -> None:
    days = public_holidays("ID", 2026)

    assert {date(2026, 1, 1), INDEPENDENCE_DAY, date(2026, 12, 24), date(2026, 12, 25)} <= days
    with pytest.raises(ValueError, match="no holidays"):
        public_holidays("XX", 2026)
