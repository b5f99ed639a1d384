"""Callers on lists, on a real Asterisk: what becomes of them, who they are, and for how long (ACD-e, ACD-f)."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from acd.core.inputs import SetReady
from kernel.ids import AgentId
from kernel.instants import Instant, to_iso
from kernel.result_codes import Disposition
from phones.caller_script import CallerScript, CallOutcome
from phones.events import Answered, Ringing
from phones.plans import PicksUp
from tests.e2e.crm import Crm, crm_of, new_token
from tests.e2e.floor import CallFloor, eventually, open_floor
from tests.e2e.heard import plays
from tests.e2e.shell import sambut, write_settings

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

ACTIONS = {"busy": "776931", "drop": "776932", "refuse": "776933", "low_priority": "776934"}
"""A number of ours for each action. Its flow asks a list of that action, and then hands over to a queue; nothing has
answered before."""
ANONYMOUS = "776935"
"""Asks a list that refuses whoever withholds their number."""
CUSTOMER = "776936"
"""Has learned the customer number K-77, and asks the busy list."""
NUMBER, OTHER = "081234560001", "081234560002"


def _number(did: str, list_id: str, before: str = "check") -> str:
    return f"""
[[dids]]
number = "{did}"
flow = "asks-{did}"

[[flows]]
id = "asks-{did}"
name = "Asks {did}"
start = "start"
[flows.nodes]
start = {{ kind = "start", answer = false, exits = {{ next = "{before}" }} }}
{"" if before == "check" else 'learn = { kind = "set", variables = { customer_id = "K-77" }, exits = { next = "check" } }'}
check = {{ kind = "caller_list", list = "{list_id}", exits = {{ not_listed = "wait" }} }}
wait = {{ kind = "enqueue", queue = "indonesia", exits = {{ timeout = "bye", refused = "bye" }} }}
bye = {{ kind = "hangup", prompts = ["sorry"] }}
"""


def with_lists(sample: str) -> str:
    """The sample's text with a list and a number for each action."""
    parts = [sample]
    for action, did in ACTIONS.items():
        list_id = action.replace("_", "-")
        parts.append(f'[[caller_lists]]\nid = "{list_id}"\nkind = "block"\naction = "{action}"\n')
        parts.append(_number(did, list_id))
    parts.append('[[caller_lists]]\nid = "hidden"\nkind = "block"\naction = "refuse"\nanonymous = true\n')
    parts += [_number(ANONYMOUS, "hidden"), _number(CUSTOMER, "busy", "learn")]
    return "\n".join(parts)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[CallFloor]:
    """The sample centre with the lists and their numbers."""
    async with open_floor(tmp_path, rewrite=with_lists) as opened:
        yield opened


async def put(warden: Crm, list_id: str, **entry: str) -> None:
    """Put somebody on a list, as whoever has a token for it does."""
    status, answer = await warden.ask("POST", f"/lists/{list_id}/entries", json={"reason": "Story", **entry})
    assert status == 200, answer


async def call(floor: CallFloor, did: str, number: str = NUMBER, **more: Any) -> CallOutcome:
    """One call from its beginning to its end; who waits in the queue gives up soon."""
    return await floor.callers.call(CallerScript(number=number, did=did, hang_up_after_ms=4_000, **more))


def is_let_through(outcome: CallOutcome) -> bool:
    """Did the caller come to the queue?"""
    return outcome.answered_after_ms is not None and outcome.ending == "hung_up_here"


async def test_scenario_35_each_action_turns_its_callers_away_and_others_are_unaffected(
    floor: CallFloor, tmp_path: Path
) -> None:
    await floor.seat("a1", "phone-1")
    settings = write_settings(floor.running.settings, tmp_path / "sambut.toml")
    file = tmp_path / "list.csv"
    file.write_text("number;reason\n0812345*;Test range\n")
    for list_id in ("busy", "drop", "refuse"):
        said = await sambut(settings, "lists", "import", list_id, str(file))
        assert said.out == "1 added, 0 changed, 0 removed.\n", said.errors

    busy, dropped, refused, hidden = await asyncio.gather(
        call(floor, ACTIONS["busy"]),
        call(floor, ACTIONS["drop"]),
        floor.callers.call(CallerScript(number=f"+62{NUMBER[1:]}", did=ACTIONS["refuse"], records=True)),
        floor.callers.call(CallerScript(number="", did=ANONYMOUS, records=True)),
    )

    assert (busy.ending, busy.status, busy.answered_after_ms, busy.rang_after_ms) == ("refused", 486, None, None)
    assert (dropped.ending, dropped.answered_after_ms, dropped.rang_after_ms) == ("refused", None, None)
    assert dropped.status == 403
    for outcome in (refused, hidden):
        assert outcome.ending == "hung_up_far"
        assert outcome.heard is not None
        assert [play.whole for play in plays(outcome.heard.file, "id", "blocked")] == [True]
    rows = await floor.ended_rows(4)
    assert {row.disposition for row in rows} == {Disposition.BLOCKED}
    assert floor.phones.seen(Ringing) == []

    await floor.phones.behave("phone-1", PicksUp(after_ms=100, hang_up_after_ms=300))
    other = await floor.callers.call(CallerScript(number="081399990001", did=ACTIONS["busy"]))
    assert other.ending == "hung_up_far"
    assert [one.number for one in floor.phones.seen(Ringing)] == ["+6281399990001"]
    blocked = await floor.running.storage.rows.find_interactions(disposition=Disposition.BLOCKED)
    assert len(blocked) == 4


async def test_callers_of_low_priority_are_served_after_those_who_came_later(floor: CallFloor) -> None:
    await floor.seat("a1", "phone-1", ready=False)
    await floor.phones.behave("phone-1", PicksUp(after_ms=100, hang_up_after_ms=300))
    async with crm_of(floor.running.settings) as warden:
        await put(warden, "low-priority", number=NUMBER)
    first = await floor.callers.start(CallerScript(number=NUMBER, did=ACTIONS["low_priority"]))
    await floor.queued()
    second = await floor.callers.start(CallerScript(number=OTHER, did=ACTIONS["low_priority"]))

    async def both_wait() -> bool | None:
        phases = [one.phase for one in floor.running.hub.picture.calls.values()]
        return True if phases.count("waiting") == 2 else None

    await eventually(both_wait, within_s=8, what="both callers waiting")
    await floor.running.distributor.submit(SetReady(agent_id=AgentId("a1")))
    await asyncio.gather(first.outcome(), second.outcome())

    assert [one.number[-4:] for one in floor.phones.seen(Ringing)] == ["0002", "0001"]
    rows = await floor.ended_rows(2)
    assert [row.priority for row in rows] == [5, 1]


async def test_entries_count_from_the_next_call_on_and_until_their_end(floor: CallFloor) -> None:
    did = ACTIONS["busy"]
    async with crm_of(floor.running.settings) as warden:
        assert is_let_through(await call(floor, did))
        until_ms = time.time_ns() // 1_000_000 + 1_500
        await put(warden, "busy", number=NUMBER, until=to_iso(Instant(until_ms)))
        assert (await call(floor, did)).status == 486
        assert is_let_through(await call(floor, did, OTHER))

        async def over() -> bool | None:
            return True if time.time_ns() // 1_000_000 > until_ms else None

        await eventually(over, within_s=5, what="the end of the entry")
        assert is_let_through(await call(floor, did))

        assert is_let_through(await call(floor, CUSTOMER))
        await put(warden, "busy", customer="k-77")
        assert (await call(floor, CUSTOMER)).status == 486


async def test_an_agent_asks_for_a_block_that_counts_once_a_supervisor_has_approved_it(floor: CallFloor) -> None:
    did = ACTIONS["busy"]
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", PicksUp(after_ms=100))
    _, desk_token = await new_token(floor.running, "agent:a1")
    _, warden_token = await new_token(floor.running, "lists")
    caller = await floor.callers.start(CallerScript(number=NUMBER, did=did, hang_up_after_ms=3_000))
    await floor.phones.wait_for(Answered, device="phone-1", within_ms=8_000)
    await floor.until("a1", "talking")
    async with (
        crm_of(floor.running.settings, desk_token) as desk,
        crm_of(floor.running.settings, warden_token) as warden,
    ):
        wish = {"reason": "Menghina petugas", "minutes": 60}
        status, asked = await desk.ask("POST", "/agents/a1/block-request", json=wish)
        assert (status, asked["state"]) == (200, "pending")
        await caller.outcome()
        await floor.until("a1", "ready", within_s=10)
        assert (await call(floor, did)).answered_after_ms is not None

        approval = {"list_id": "busy"}
        path = f"/block-requests/{asked['request_id']}/approve"
        assert (await desk.ask("POST", path, json=approval))[0] == 403
        assert (await warden.ask("POST", path, json=approval))[0] == 200
        rung = len(floor.phones.seen(Ringing))
        assert (await call(floor, did)).status == 486
        assert len(floor.phones.seen(Ringing)) == rung
        (change,) = (await warden.get("/lists/busy/changes"))["changes"]
        assert (change["change"], change["reason"], change["owner"]) == ("added", "Menghina petugas", "a1")
