"""Calibration: of those who were told so many minutes, for how many it was true."""

import pytest

from kernel.instants import Instant
from reports.live import LiveNumbers
from reports.rows import WaitToldRow
from tests.acd import makers as m
from tests.reports.story import JAKARTA, Story

S = m.S


@pytest.fixture
def story() -> Story:
    """Five callers have waited for 90 s at the first place of the queue; ann is not ready."""
    story = Story(m.queue(wrap_up_ms=0, tells_wait=True, announcement_every_ms=60 * S))
    story.seat("ann")
    for number in range(1, 6):
        story.call(f"h{number}")
        story.wait(89 * S)
        story.give(m.set_ready("ann"))
        story.give(m.picked_up(f"h{number}-r1"), after_ms=S)
        story.give(m.set_aux("ann"))
        story.give(m.left(f"h{number}-r1"))
    return story


def answer(story: Story, interaction_id: str) -> None:
    story.give(m.set_ready("ann"))
    story.give(m.picked_up(f"{interaction_id}-r1"))
    story.give(m.set_aux("ann"))
    story.give(m.left(f"{interaction_id}-r1"))


def counts(story: Story) -> list[tuple[int, int, int, int]]:
    rows = [row for row in story.told().changes.sums.values() if isinstance(row, WaitToldRow)]
    return [(row.minutes, row.told_count, row.kept_count, row.broken_count) for row in rows]


def test_an_answer_in_time_keeps_the_promise(story: Story) -> None:
    story.call("c1")
    story.wait(121 * S)
    assert counts(story) == [(2, 1, 0, 0)]
    answer(story, "c1")

    assert counts(story) == [(2, 1, 1, 0)]


def test_an_answer_after_it_breaks_the_first_promise_whatever_was_told_later(story: Story) -> None:
    story.call("c1")
    story.wait(121 * S + 1)
    answer(story, "c1")

    assert counts(story) == [(2, 1, 0, 1)]


def test_who_leaves_sooner_proves_nothing_and_who_leaves_later_was_told_wrong(story: Story) -> None:
    story.call("c1")
    story.wait(60 * S)
    story.give(m.hung_up("c1"))
    assert counts(story) == [(2, 1, 0, 0)]
    story.call("c2")
    story.wait(130 * S)
    story.give(m.hung_up("c2"))

    assert counts(story) == [(2, 2, 0, 1)]


def test_the_live_numbers_show_it_until_midnight(story: Story) -> None:
    story.call("c1")
    story.wait(60 * S)
    answer(story, "c1")
    live = LiveNumbers(JAKARTA)
    for entry in story.entries:
        live.on_entry(entry)

    (queue,) = live.now(story.now).queues
    assert [(row.minutes, row.told_count, row.kept_count) for row in queue.waits_told] == [(2, 1, 1)]
    (tomorrow,) = live.now(Instant(story.now + 86_400_000)).queues
    assert tomorrow.waits_told == ()
