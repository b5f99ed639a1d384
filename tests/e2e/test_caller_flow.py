"""What a caller lives through in a flow, on a real Asterisk: keys, languages, closing times, refusals (ACD-d, ACD-h)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ivr.core.facts import NodeLeft
from kernel.result_codes import Disposition
from phones.caller_script import CallerScript, CallOutcome
from phones.events import Ringing
from phones.plans import KeyPress, PicksUp
from reports.rows import InteractionRow
from tests.e2e.caller_centre import CHOICES, CLOSED_TODAY, QUIET_REFUSAL, with_stories
from tests.e2e.floor import CallFloor, eventually, open_floor
from tests.e2e.heard import plays

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

NUMBER = "08123456{:04d}"
SHORT = (KeyPress(keys="1", after_ms=1_900), KeyPress(keys="7", after_ms=600), KeyPress(keys="7", after_ms=3_000))
"""Chooses 1, then types a digit too few, twice."""


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[CallFloor]:
    """The sample centre with the stories' numbers."""
    async with open_floor(tmp_path, rewrite=with_stories) as opened:
        yield opened


def pressing(did: str, caller: int, *press: KeyPress) -> CallerScript:
    """A caller who presses keys, listens to the end and records it."""
    return CallerScript(number=NUMBER.format(caller), did=did, press=press, records=True)


def spoken(outcome: CallOutcome, language: str, prompt: str) -> list[bool]:
    """For each time that the caller heard an announcement, whether they heard it to its end."""
    assert outcome.heard is not None
    return [play.whole for play in plays(outcome.heard.file, language, prompt)]


async def row_of(floor: CallFloor, caller: int) -> InteractionRow:
    """The row of a caller's only call."""

    async def look() -> InteractionRow | None:
        rows = await floor.running.storage.rows.find_interactions(number="+62" + NUMBER.format(caller)[1:])
        return rows[0] if rows and rows[0].disposition is not None else None

    return await eventually(look, within_s=5, what="the caller's row")


async def exits_of(floor: CallFloor, caller: int) -> list[str]:
    """The nodes that a caller left, with the exits."""
    row = await row_of(floor, caller)
    entries = await floor.running.storage.journal.timeline(row.interaction_id)
    return [f"{fact.node_id} {fact.exit}" for entry in entries for fact in entry.facts if isinstance(fact, NodeLeft)]


async def test_a_key_pressed_in_the_welcome_is_the_choice_of_the_menu_behind_it(floor: CallFloor) -> None:
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", PicksUp(after_ms=200, hang_up_after_ms=500))
    call = await floor.callers.start(pressing("169", 1, KeyPress(keys="1", after_ms=500)))
    await floor.phones.wait_for(Ringing, device="phone-1", within_ms=10_000)
    outcome = await call.outcome()

    assert spoken(outcome, "id", "welcome") == [True]
    assert spoken(outcome, "id", "language-menu") == []
    row = await row_of(floor, 1)
    assert (row.queue_id, row.disposition) == ("indonesia", Disposition.ANSWERED)
    # The welcome lasts 2.96 s; nothing more lies between the answer and the queue.
    assert row.flow_ms < 4_000


async def test_menus_and_entries_with_every_kind_of_caller(floor: CallFloor) -> None:
    silent, wrong, english, mute, short, quick = await asyncio.gather(
        floor.callers.call(pressing(CHOICES, 1)),
        floor.callers.call(
            pressing(CHOICES, 2, KeyPress(keys="8", after_ms=1_900), KeyPress(keys="7", after_ms=1_600))
        ),
        floor.callers.call(
            pressing(CHOICES, 3, KeyPress(keys="2", after_ms=1_900), KeyPress(keys="45#", after_ms=600))
        ),
        floor.callers.call(pressing(CHOICES, 4, KeyPress(keys="1", after_ms=1_900))),
        floor.callers.call(pressing(CHOICES, 5, *SHORT)),
        floor.callers.call(pressing(CHOICES, 6, KeyPress(keys="21234", after_ms=100, gap_ms=40))),
    )

    assert await exits_of(floor, 1) == ["start next", "hello next", "choose timeout"]
    assert spoken(silent, "id", "digit-3") == [True, True]
    assert spoken(silent, "id", "digit-7") == [True]

    assert (await exits_of(floor, 2))[-1] == "choose invalid"
    assert spoken(wrong, "id", "digit-9") == [True]
    assert spoken(wrong, "id", "digit-8") == [True]

    assert (await exits_of(floor, 3))[2:5] == ["choose key-2", "english next", "account done"]
    assert spoken(english, "en", "agent-ready") == [True]
    assert spoken(english, "id", "agent-ready") == []
    assert await account_of(floor, 3) == "45"

    assert (await exits_of(floor, 4))[2:] == ["choose key-1", "account timeout"]
    assert spoken(mute, "id", "agent-logged-out") == [True, True]
    assert spoken(mute, "id", "digit-5") == [True]

    assert (await exits_of(floor, 5))[2:] == ["choose key-1", "account invalid"]
    assert spoken(short, "id", "digit-6") == [True]

    # All keys typed ahead, the last one ends the entry: what was playing goes on to its end, nothing is asked.
    assert (await exits_of(floor, 6))[2:5] == ["choose key-2", "english next", "account done"]
    assert await account_of(floor, 6) == "1234"
    assert spoken(quick, "id", "digit-1") == [True]
    assert spoken(quick, "id", "digit-2") == [True]
    assert spoken(quick, "id", "digit-3") == []
    assert spoken(quick, "en", "agent-logged-out") == []
    assert spoken(quick, "en", "agent-ready") == [True]


async def account_of(floor: CallFloor, caller: int) -> str:
    """What a caller typed into the entry."""
    contact = await floor.running.storage.contacts.read((await row_of(floor, caller)).interaction_id)
    assert contact is not None
    return contact.attributes["account"]


async def test_scenario_36_an_exceptional_closure_wins_and_is_not_an_abandoned_call(floor: CallFloor) -> None:
    await floor.seat("a1", "phone-1")
    patient, hasty = await asyncio.gather(
        floor.callers.call(pressing(CLOSED_TODAY, 1)),
        floor.callers.call(CallerScript(number=NUMBER.format(2), did=CLOSED_TODAY, hang_up_after_ms=1_500)),
    )

    assert (patient.ending, hasty.ending) == ("hung_up_far", "hung_up_here")
    assert spoken(patient, "id", "closed") == [True]
    for caller in (1, 2):
        row = await row_of(floor, caller)
        assert (row.disposition, row.queue_id) == (Disposition.CLOSED, None)
    assert floor.phones.seen(Ringing) == []


async def test_scenario_35_a_blocked_number_hears_the_refusal_and_others_are_unaffected(floor: CallFloor) -> None:
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", PicksUp(after_ms=100, hang_up_after_ms=500))
    refused, rejected, other = await asyncio.gather(
        floor.callers.call(CallerScript(number="08111690666", did="169", records=True)),
        floor.callers.call(CallerScript(number="+628111690666", did=QUIET_REFUSAL)),
        floor.callers.call(pressing("169", 3, KeyPress(keys="1", after_ms=500))),
    )

    assert spoken(refused, "id", "blocked") == [True]
    assert (rejected.ending, rejected.answered_after_ms) == ("refused", None)
    assert rejected.status in (403, 603)
    assert other.ending == "hung_up_far"
    ringing = floor.phones.seen(Ringing)
    assert [one.number for one in ringing] == ["+62" + NUMBER.format(3)[1:]]
    rows = await floor.running.storage.rows.find_interactions(disposition=Disposition.BLOCKED)
    assert sorted(row.did for row in rows) == ["169", QUIET_REFUSAL]
    assert (await row_of(floor, 3)).disposition is Disposition.ANSWERED


async def test_a_number_that_is_not_ours_is_said_to_be_none_in_each_language(floor: CallFloor) -> None:
    outcome = await floor.callers.call(pressing("555", 1))

    assert spoken(outcome, "id", "number-not-in-use") == [True]
    assert spoken(outcome, "en", "number-not-in-use") == [True]
    assert (await row_of(floor, 1)).disposition is Disposition.UNKNOWN
