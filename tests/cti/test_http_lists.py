"""The REST API: caller lists, and blocks that agents ask for; over real lists in a database."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from acd.core.agent_states import AgentState
from centre.reader import read_centre
from cti.http_api import PREFIX
from cti.list_ports import ListsFailed
from cti.lists import CSV_BYTES_MAX, PAGE
from ivr.core.caller_lists import EntryIndex
from kernel.ids import CallerListId, InteractionId
from kernel.instants import Instant
from sambut.list_desk import ListDesk
from store.block_requests import StoreBlockRequests
from store.caller_lists import StoreCallerLists
from store.database import Database
from store.migrate import upgrade
from tests.cti.asking import Client, get, post
from tests.cti.calls import created, moved, open_floor
from tests.cti.conftest import NUMBER, Floor, Serve, bearer, contact

CENTRE = read_centre("""
[centre]
name = "169"

[[caller_lists]]
id = "vip"
kind = "priority"
numbers = [{ number = "+628111690001" }]

[[caller_lists]]
id = "blocked"
kind = "block"
action = "busy"
anonymous = true
""")
BLOCKED = CallerListId("blocked")


@pytest.fixture
async def lists(tmp_path: Path) -> AsyncIterator[StoreCallerLists]:
    url = f"sqlite:///{tmp_path / 'lists.sqlite3'}"
    await upgrade(url)
    database = Database(url, busy_ms=10)
    yield StoreCallerLists(database, failure=ListsFailed)
    await database.close()


@pytest.fixture
async def client(floor: Floor, serve: Serve, lists: StoreCallerLists) -> Client:
    requests = StoreBlockRequests(lists._database, lists, failure=ListsFailed)
    floor.lists = ListDesk(centre=lambda: CENTRE, lists=lists, requests=requests, clock=floor.clock)
    return await serve(floor)


async def put(client: Client, path: str, **body: Any) -> tuple[int, Any]:
    """Post as the warden of the lists."""
    return await post(client, path, "warden", json=body)


async def send_csv(client: TestClient[Any, Any], path: str, text: str | bytes) -> tuple[int, Any]:
    headers = {"Content-Type": "text/csv", **bearer("warden")}
    source = BytesIO(text.encode() if isinstance(text, str) else text)
    response = await client.post(PREFIX + path, data=source, headers=headers)
    return response.status, await response.json()


async def export_of(client: Client, list_id: str) -> str:
    response = await client.get(f"{PREFIX}/lists/{list_id}/export", headers=bearer("warden"))
    assert (response.status, response.content_type) == (200, "text/csv")
    return await response.text()


def meets(index: EntryIndex, number: str, at: int) -> bool:
    return index.covering(number, "", Instant(at)) is not None


async def test_an_entry_is_put_seen_met_by_callers_and_taken_away(
    floor: Floor, client: Client, lists: StoreCallerLists
) -> None:
    written = {"number": "0812169*", "reason": "Test range", "owner": "Ibu Sari", "until": "2026-12-31"}
    status, made = await put(client, "/lists/blocked/entries", **written)
    assert (status, made["number"], made["until"], made["changed_by"]) == (
        200, "+62812169*", "2026-12-31T17:00:00.000Z", "warden",
    )  # fmt: skip
    assert meets(lists.index(BLOCKED), "+628121690001", floor.clock.at)
    assert (await get(client, "/lists/blocked/entries", "warden"))[1] == {"entries": [made], "next_cursor": None}
    (blocked, vip) = (await get(client, "/lists", "warden"))[1]["lists"]
    assert (vip["standing"], vip["live"], blocked["action"], blocked["anonymous"], blocked["live"]) == (
        1, 0, "busy", True, 1,
    )  # fmt: skip

    assert (await put(client, "/lists/blocked/remove", number="+62812169*", reason="Over"))[0] == 200
    assert (await put(client, "/lists/blocked/remove", number="+62812169*", reason="Over"))[0] == 404
    assert not meets(lists.index(BLOCKED), "+628121690001", floor.clock.at)
    changes = (await get(client, "/lists/blocked/changes", "warden"))[1]["changes"]
    assert [(one["change"], one["who"], one["why"], one["owner"]) for one in changes] == [
        ("removed", "warden", "Over", "Ibu Sari"), ("added", "warden", "Test range", "Ibu Sari"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"number": "0812", "reason": "x"}, "number"),
        ({"number": "169", "customer": "K-1", "reason": "x"}, "customer"),
        ({"reason": "x"}, "number"),
        ({"number": "169", "reason": "turned\u202e"}, "reason"),
        ({"number": "169", "reason": "x", "owner": "o" * 61}, "owner"),
        ({"number": "169", "reason": "x", "until": "tomorrow"}, "until"),
        ({"number": "169"}, "body"),
        ({"number": "169", "reason": ""}, "body"),
        ({"number": "169", "reason": "x", "priority": 1}, "body"),
    ],
)
async def test_an_entry_that_cannot_be_taken_is_refused_by_its_field(
    client: Client, lists: StoreCallerLists, body: dict[str, Any], where: str
) -> None:
    status, problem = await put(client, "/lists/blocked/entries", **body)

    assert (status, problem["where"]) == (400, where)
    assert len(lists.index(BLOCKED)) == 0


async def test_a_list_that_there_is_not_is_404(client: Client) -> None:
    for path in ("/lists/gone/entries", "/lists/gone/changes", "/lists/gone/export", "/lists/..%2f/entries"):
        assert (await get(client, path, "warden"))[0] == 404
    assert (await put(client, "/lists/gone/entries", number="169", reason="x"))[1]["code"] == "unknown_list"
    assert (await send_csv(client, "/lists/gone/import", "number\n169\n"))[0] == 404


async def test_a_file_is_imported_whole_or_not_at_all(floor: Floor, client: Client, lists: StoreCallerLists) -> None:
    await put(client, "/lists/vip/entries", number="110", reason="Police")
    file = "number,customer,reason\n08123456789,,=1+1\n,K-77,Investor\n"
    outcome = {"added": 2, "changed": 0, "removed": 1}

    assert await send_csv(client, "/lists/vip/import?replace=1&dry_run=1", file) == (200, outcome)
    assert meets(lists.index(CallerListId("vip")), "110", floor.clock.at)
    status, problem = await send_csv(client, "/lists/vip/import?replace=1", f"{file}abc,,\n")
    assert (status, problem["code"], [one["line"] for one in problem["problems"]]) == (422, "list_invalid", [4])
    assert len(lists.index(CallerListId("vip"))) == 1
    assert await send_csv(client, "/lists/vip/import?replace=1", file) == (200, outcome)

    exported = await export_of(client, "vip")
    assert "'=1+1" in exported
    nothing = {"added": 0, "changed": 0, "removed": 0}
    assert await send_csv(client, "/lists/vip/import?replace=1", exported) == (200, nothing)


async def test_too_much_is_not_read_and_what_is_no_csv_is_refused(client: Client) -> None:
    assert (await send_csv(client, "/lists/vip/import", b"number\n" + b"1" * CSV_BYTES_MAX))[0] == 413
    assert (await send_csv(client, "/lists/vip/import?replace=yes", b"number\n"))[0] == 400
    assert (await put(client, "/lists/vip/import", number="169"))[1]["where"] == "Content-Type"


async def test_pages_of_entries_and_changes_join(client: Client) -> None:
    numbers = "".join(f"+62812{number:07}\n" for number in range(PAGE + 3))
    await send_csv(client, "/lists/vip/import", f"number\n{numbers}")

    for what in ("entries", "changes"):
        first = (await get(client, f"/lists/vip/{what}", "warden"))[1]
        second = (await get(client, f"/lists/vip/{what}?cursor={first['next_cursor']}", "warden"))[1]
        assert (len(first[what]), len(second[what]), second["next_cursor"]) == (PAGE, 3, None)
        assert len({one["number"] for one in (*first[what], *second[what])}) == PAGE + 3
        assert (await get(client, f"/lists/vip/{what}?cursor=!", "warden"))[0] == 400


async def test_a_database_that_is_held_answers_503_and_nothing_changes(
    floor: Floor, client: Client, lists: StoreCallerLists, tmp_path: Path
) -> None:
    await talk(floor)
    holder = sqlite3.connect(tmp_path / "lists.sqlite3", isolation_level=None)
    with closing(holder):
        holder.execute("BEGIN IMMEDIATE")
        answers = [
            await put(client, "/lists/blocked/entries", number="169", reason="x"),
            await send_csv(client, "/lists/blocked/import", "number\n169\n"),
            await ask(client),
        ]
        holder.execute("ROLLBACK")

    assert [(status, answer["code"]) for status, answer in answers] == [(503, "unavailable")] * 3
    assert len(lists.index(BLOCKED)) == 0
    assert (await put(client, "/lists/blocked/entries", number="169", reason="x"))[0] == 200


# --- blocks that agents ask for ---------------------------------------------------------------------------------------


async def talk(floor: Floor) -> None:
    """Ann has the caller of c1-1, bob has nobody."""
    open_floor(floor.script)
    floor.script.entry(created("c1-1"))
    floor.script.entry(moved("ann", AgentState.READY, AgentState.TALKING, call="c1-1"))
    await floor.play(*floor.script.entries)


async def ask(client: Client, who: str = "ann", agent: str = "ann", minutes: int = 30) -> tuple[int, Any]:
    return await post(client, f"/agents/{agent}/block-request", who, json={"reason": "Shouts", "minutes": minutes})


async def test_an_agent_asks_a_supervisor_approves_and_the_block_ends_by_itself(
    floor: Floor, client: Client, lists: StoreCallerLists
) -> None:
    await talk(floor)
    status, asked = await ask(client)
    assert (status, asked["state"], asked["number"], asked["call_id"]) == (200, "pending", NUMBER, "c1-1")
    assert not meets(lists.index(BLOCKED), NUMBER, floor.clock.at)
    assert (await ask(client, "control"))[1]["number"] != NUMBER
    (pending,) = (await get(client, "/block-requests?state=pending", "warden"))[1]["requests"]
    assert (pending["request_id"], pending["asked_by"], pending["reason"]) == (asked["request_id"], "ann", "Shouts")

    answer = f"/block-requests/{asked['request_id']}"
    assert (await put(client, f"{answer}/approve", list_id="vip"))[0] == 404
    assert (await put(client, f"{answer}/approve", list_id="gone"))[0] == 404
    status, approved = await put(client, f"{answer}/approve", list_id="blocked", minutes=10)
    assert (status, approved["state"], approved["decided_by"]) == (200, "approved", "warden")
    assert meets(lists.index(BLOCKED), NUMBER, floor.clock.at + 10 * 60_000 - 1)
    assert not meets(lists.index(BLOCKED), NUMBER, floor.clock.at + 10 * 60_000)
    (entry,) = (await get(client, "/lists/blocked/entries", "warden"))[1]["entries"]
    assert (entry["reason"], entry["owner"], entry["until"]) == ("Shouts", "ann", approved["until"])

    for again in ("approve", "reject"):
        body = {"list_id": "blocked"} if again == "approve" else {"reason": "No"}
        assert (await put(client, f"{answer}/{again}", **body))[1]["code"] == "already_decided"


async def test_a_rejected_wish_blocks_nobody(floor: Floor, client: Client, lists: StoreCallerLists) -> None:
    await talk(floor)
    asked = (await ask(client))[1]

    assert (await put(client, f"/block-requests/{asked['request_id']}/reject", reason="Was upset"))[0] == 200
    assert len(lists.index(BLOCKED)) == 0
    (told,) = (await get(client, "/block-requests", "warden"))[1]["requests"]
    assert (told["state"], told["decided_why"]) == ("rejected", "Was upset")


async def test_who_has_no_caller_or_one_without_a_number_cannot_ask(floor: Floor, client: Client) -> None:
    assert (await ask(client))[1]["code"] == "unknown_agent"
    await talk(floor)
    assert (await ask(client, "control", agent="bob"))[1]["code"] == "no_call"
    assert (await ask(client, minutes=0))[0] == 400
    assert (await ask(client, "warden"))[0] == 403
    floor.contacts.by_id[InteractionId("c1-1")] = contact("c1-1", number="")
    assert (await ask(client))[1]["code"] == "no_number"


async def test_a_wish_that_there_is_not_is_404(client: Client) -> None:
    for number in ("7", "x", "9" * 30):
        assert (await put(client, f"/block-requests/{number}/approve", list_id="blocked"))[0] == 404
        assert (await put(client, f"/block-requests/{number}/reject", reason="No"))[0] == 404
