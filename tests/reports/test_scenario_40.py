"""Scenario 40: a day is another day in each of the country's zones, and in every one its totals agree with the ledger."""

from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from acd.core.facts import InteractionAnswered, InteractionQueued
from kernel.instants import Instant
from reports.definitions import total
from reports.fold import Fold
from reports.intervals import day_bounds, day_of
from reports.memory import Memory
from reports.rows import QueueIntervalRow
from tests.acd import makers as m
from tests.reports.story import Story

HOUR_MS = 3_600_000
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Asia/Kathmandu", "Europe/Berlin")


@pytest.mark.parametrize("zone", [ZoneInfo(name) for name in ZONES], ids=ZONES)
def test_scenario_40_day_totals_agree_with_the_ledger_in_every_zone(zone: ZoneInfo) -> None:
    story = three_days_of_calls()
    fold = Fold(Memory(), zone)
    for entry in story.entries:
        fold.take(entry)
    rows = [row for row in fold.drain().sums.values() if isinstance(row, QueueIntervalRow)]
    offered, answered = ledger(story, zone)

    days = sorted(offered)
    assert len(days) >= 3
    for day in days:
        first, last = day_bounds(day, zone)
        of_the_day = total(row for row in rows if first <= row.starts_at < last)
        assert (of_the_day.offered_count, of_the_day.answered_count) == (offered[day], answered[day])
    assert total(rows).offered_count == sum(offered.values())


def three_days_of_calls() -> Story:
    """Every seventh of an hour a call, so that each zone's midnight falls between calls of its own."""
    story = Story(m.queue(wrap_up_ms=0), ready=("ann",))
    for number in range(3 * 24 * 7):
        call = f"c{number}"
        story.now = Instant(story.now + HOUR_MS // 7)
        story.call(call)
        reservation_id = story.agent("ann").reservation_id
        assert reservation_id is not None
        if number % 3:
            story.give(m.picked_up(reservation_id), after_ms=4_000)
            story.give(m.left(reservation_id), after_ms=60_000)
            story.give(m.hung_up(call))
            story.wait(1)
        else:
            story.give(m.hung_up(call), after_ms=9_000)
    return story


def ledger(story: Story, zone: ZoneInfo) -> tuple[Counter[str], Counter[str]]:
    """Calls offered and answered by local day, counted from the facts alone; an answer counts where its offer does."""
    offered: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    day_entered: dict[str, str] = {}
    for entry in story.entries:
        for fact in entry.facts:
            if isinstance(fact, InteractionQueued):
                day_entered[fact.interaction_id] = day_of(entry.at, zone)
                offered[day_entered[fact.interaction_id]] += 1
            elif isinstance(fact, InteractionAnswered):
                answered[day_entered[fact.interaction_id]] += 1
    return offered, answered
