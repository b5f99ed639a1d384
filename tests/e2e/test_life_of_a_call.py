"""``docs/life-of-a-call.md`` is true: a real call's journal holds the facts that the page tells, in its order."""

import re
from dataclasses import dataclass

import pytest

from acd.core import inputs
from kernel.entry import ENGINE_STREAM, FLOW_STREAM, RECORDER_STREAM, Entry
from phones.caller_script import CallerScript
from phones.plans import KeyPress, PicksUp
from tests.e2e.floor import CallFloor, eventually
from tests.tidy.tree import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

PAGE = ROOT / "docs" / "life-of-a-call.md"
ROW = re.compile(r"^\| \d+ \|(?P<story>[^|]*)\|(?P<facts>[^|]*)\|(?P<places>[^|]*)\|$", re.MULTILINE)
FACT = re.compile(r"`(?P<name>\w+)`(?: × (?P<times>\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One row of the page."""

    story: str
    facts: tuple[str, ...]
    places: tuple[str, ...]


def steps_of_the_page() -> list[Step]:
    """The page's rows, in order."""
    return [
        Step(
            story=row["story"],
            facts=tuple(name for name, times in FACT.findall(row["facts"]) for _ in range(int(times) if times else 1)),
            places=tuple(re.findall(r"`([^`]+)`", row["places"])),
        )
        for row in ROW.finditer(PAGE.read_text("utf-8"))
    ]


async def test_a_call_lives_as_the_page_tells(floor: CallFloor) -> None:
    steps = steps_of_the_page()
    assert len(steps) == 14
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", PicksUp(after_ms=300, hang_up_after_ms=2500))
    before = await floor.running.storage.journal.last_seq()

    call = await floor.callers.start(
        CallerScript(number="081234567890", did="169", press=(KeyPress(keys="1", after_ms=4500),))
    )
    await call.outcome()
    told = [name for step in steps for name in step.facts]
    entries = await eventually(lambda: _journal_of(floor, before, len(told)), within_s=20, what="the page's facts")

    assert sorted(_fact_names(entries)) == sorted(told)
    for stream in (ENGINE_STREAM, FLOW_STREAM, RECORDER_STREAM):
        happened = _fact_names([entry for entry in entries if entry.stream == stream])
        assert happened == [name for name in told if name in happened]
    given = [type(entry.given).__name__ for entry in entries if entry.stream == ENGINE_STREAM]
    named = [word for step in steps for word in re.findall(r"`(\w+)`", step.story) if hasattr(inputs, word)]
    assert named == ["InteractionArrived", "EnterQueue", "AgentPickedUp", "AgentLeft", "CallerHungUp"]
    assert [name for name in given if name in named] == named


async def test_every_place_that_the_page_names_exists(floor: CallFloor) -> None:
    run_dir = floor.running.settings.run_dir
    dialplan = "\n".join(path.read_text("utf-8") for path in run_dir.rglob("extensions.conf"))
    places = [place for step in steps_of_the_page() for place in step.places]

    assert len(places) > 20
    assert [place for place in places if place.startswith("[") and f"\n{place}\n" not in dialplan] == []
    assert [place for place in places if not place.startswith("[") and not (ROOT / place).exists()] == []


async def _journal_of(floor: CallFloor, after_seq: int, count: int) -> list[Entry] | None:
    """All entries since then; None as long as there are fewer facts than ``count``."""
    entries = [entry async for entry in floor.running.storage.journal.read() if entry.seq > after_seq]
    return entries if len(_fact_names(entries)) >= count else None


def _fact_names(entries: list[Entry]) -> list[str]:
    names = [type(fact).__name__ for entry in entries for fact in entry.facts]
    return [name for name in names if name != "DevicePresenceChanged"]
