"""Caller lists beside the centre's description: kept whole, in step with memory, every change noted."""

import pytest

from centre.list_records import BlockRequest, Change, Changed, Hand, RequestState
from ivr.core.caller_lists import By, ListEntry, Match
from kernel.ids import AgentId, CallerListId, InteractionId
from kernel.instants import Instant
from store.block_requests import StoreBlockRequests
from store.caller_lists import FEW, StoreCallerLists
from store.database import Database, StoreFailed

NOW = Instant(1_795_500_000_000)
VIP, BLOCKED = CallerListId("vip"), CallerListId("blocked")
ANYTIME = 10**18


def hand(who: str = "warden", why: str = "asked for", at: int = NOW) -> Hand:
    return Hand(who=who, at=Instant(at), why=why)


def entry(value: str, reason: str = "", by: By = By.NUMBER, until: int | None = None) -> ListEntry:
    return ListEntry(
        match=Match(by=by, value=value), reason=reason, owner="", until=None if until is None else Instant(until)
    )


async def history(lists: StoreCallerLists, list_id: CallerListId = VIP) -> list[tuple[str, str, str]]:
    """Every change, the newest first: what, of whom, by whom."""
    made = await lists.changes(list_id, ANYTIME, 1_000)
    return [(change.change.value, change.entry.match.value, change.hand.who) for change in made]


async def test_what_is_put_on_a_list_is_met_at_once_and_by_the_next_run(database: Database) -> None:
    lists = StoreCallerLists(database)
    await lists.put(VIP, [entry("+62811"), entry("K-1", by=By.CUSTOMER), entry("+6281", by=By.PREFIX)], hand())
    later = StoreCallerLists(database)
    await later.load()

    for known in (lists, later):
        assert known.index(VIP).covering("+62811", "", NOW) == Match(by=By.NUMBER, value="+62811")
        assert known.index(VIP).covering("+62812", "", NOW) == Match(by=By.PREFIX, value="+6281")
        assert known.index(VIP).covering("", "K-1", NOW) == Match(by=By.CUSTOMER, value="K-1")
        assert len(known.index(BLOCKED)) == 0


async def test_every_change_is_noted_with_who_when_and_why_and_nothing_else_is(database: Database) -> None:
    lists = StoreCallerLists(database)
    await lists.put(VIP, [entry("+62811")], hand("ann"))
    await lists.put(VIP, [entry("+62811")], hand("nobody"))
    await lists.put(VIP, [entry("+62811", "friend")], hand("bob"))
    assert await lists.remove(VIP, Match(by=By.NUMBER, value="+62811"), hand("cid", "moved", NOW + 1))
    assert not await lists.remove(VIP, Match(by=By.NUMBER, value="+62811"), hand("nobody"))

    assert await history(lists) == [
        ("removed", "+62811", "cid"), ("changed", "+62811", "bob"), ("added", "+62811", "ann"),
    ]  # fmt: skip
    (newest, *_) = await lists.changes(VIP, ANYTIME, 1)
    assert (newest.entry.reason, newest.hand) == ("friend", hand("cid", "moved", NOW + 1))
    assert await history(lists, BLOCKED) == []


async def test_replacing_leaves_exactly_the_new_entries(database: Database) -> None:
    lists = StoreCallerLists(database)
    many = [entry(f"+62811{number:04}") for number in range(2 * FEW)]
    await lists.put(VIP, many, hand())
    await lists.put(BLOCKED, [entry("+62811")], hand())
    wanted = [entry("+62811", "new"), replaced := entry("+628110000", "changed"), *many[1:FEW]]

    told = await lists.would_put(VIP, wanted, replaces=True)
    done = await lists.put(VIP, wanted, hand("import"), replaces=True)

    assert told == done == Changed(added=1, changed=1, removed=FEW)
    kept = [one.entry for one in await lists.entries(VIP, None, 10_000)]
    assert sorted(kept, key=lambda one: one.match) == sorted(wanted, key=lambda one: one.match)
    assert replaced in kept
    assert len(lists.index(VIP)) == len(wanted)
    assert len(lists.index(BLOCKED)) == 1


async def test_pages_of_entries_join_without_a_gap(database: Database) -> None:
    lists = StoreCallerLists(database)
    await lists.put(VIP, [entry(f"+6281{n}", by=by) for n in range(5) for by in By], hand())

    found, last = [], None
    while page := await lists.entries(VIP, last, 4):
        found += [one.entry.match for one in page]
        last = page[-1].entry.match
    assert len(found) == 15
    assert found == sorted(set(found))


async def test_a_write_that_fails_changes_neither_the_database_nor_what_callers_meet(database: Database) -> None:
    lists = StoreCallerLists(database)
    twice = [entry("+62811"), ListEntry(match=Match(by=By.NUMBER, value="+62812"), reason=None, owner="", until=None)]  # type: ignore[arg-type]  # what the database refuses

    with pytest.raises(StoreFailed):
        await lists.put(VIP, twice, hand())

    assert len(lists.index(VIP)) == 0
    assert await lists.entries(VIP, None, 10) == []
    assert await history(lists) == []


def wish(number: str = "+62899", call: str = "c1-1") -> BlockRequest:
    return BlockRequest(
        number=0,
        agent_id=AgentId("ayu"),
        interaction_id=InteractionId(call),
        caller=number,
        minutes=30,
        asked=hand("desk-ayu", "shouts"),
    )


async def test_an_approval_blocks_until_its_end_and_is_noted(database: Database) -> None:
    lists = StoreCallerLists(database)
    requests = StoreBlockRequests(database, lists)
    asked = await requests.ask(wish())
    until = NOW + 60_000

    assert await requests.approve(asked.number, BLOCKED, entry("+62899", until=until), hand("chief"))
    assert not await requests.approve(asked.number, BLOCKED, entry("+62899"), hand("other"))
    assert not await requests.reject(asked.number, hand("other"))

    assert lists.index(BLOCKED).covering("+62899", "", NOW) is not None
    assert lists.index(BLOCKED).covering("+62899", "", Instant(until)) is None
    assert await history(lists, BLOCKED) == [("added", "+62899", "chief")]
    (kept,) = await requests.newest(RequestState.APPROVED, 10)
    assert (kept.list_id, kept.until, kept.decided, kept.asked) == (
        BLOCKED, until, hand("chief"), hand("desk-ayu", "shouts"),
    )  # fmt: skip
    assert await requests.newest(RequestState.PENDING, 10) == []


async def test_a_temporary_block_never_shortens_a_longer_one(database: Database) -> None:
    lists = StoreCallerLists(database)
    requests = StoreBlockRequests(database, lists)
    await lists.put(BLOCKED, [entry("+62899")], hand())
    asked = await requests.ask(wish())

    assert await requests.approve(asked.number, BLOCKED, entry("+62899", until=NOW + 1), hand("chief"))

    assert lists.index(BLOCKED).covering("+62899", "", Instant(NOW + 10**9)) is not None
    assert [change for change, _, _ in await history(lists, BLOCKED)] == [Change.ADDED]


async def test_of_one_call_only_the_first_wish_waits(database: Database) -> None:
    requests = StoreBlockRequests(database, StoreCallerLists(database))
    first = await requests.ask(wish())

    assert await requests.ask(wish(number="+62811")) == first
    assert (await requests.ask(wish(call="c2-2"))).number == first.number + 1
    assert await requests.reject(first.number, hand("chief", "no"))
    assert (await requests.ask(wish())).number == first.number + 2
    assert [one.state for one in await requests.newest(None, 2)] == [RequestState.PENDING, RequestState.PENDING]
