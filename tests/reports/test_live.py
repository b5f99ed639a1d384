"""Today's numbers while the day goes on."""

from zoneinfo import ZoneInfo

from kernel.instants import Instant
from kernel.result_codes import EndedBy
from reports.live import LiveNumbers, Now
from tests.acd import makers as m
from tests.reports.story import JAKARTA, MINUTE, Story

S = m.S
NINE_HOURS = 9 * 60 * MINUTE
"""From the story's beginning (15:00) to local midnight."""


def now(story: Story, after_ms: int = 0) -> Now:
    live = LiveNumbers(JAKARTA)
    for entry in story.entries:
        live.on_entry(entry)
    return live.now(Instant(story.now + after_ms))


def test_waiting_callers_and_the_longest_wait_grow_with_the_clock() -> None:
    story = Story(m.queue("sales"), m.queue("help"))
    story.call("c1", "sales")
    story.give(m.TIME, after_ms=5 * S)
    story.call("c2", "sales")

    seen = now(story, after_ms=S)

    assert (seen.waiting_count, seen.longest_wait_ms, seen.interaction_count) == (2, 6 * S, 2)
    assert [(queue.queue_id, queue.waiting_count, queue.longest_wait_ms) for queue in seen.queues] == [
        ("help", 0, 0),
        ("sales", 2, 6 * S),
    ]
    assert seen.service_level == 0.0


def test_answered_calls_leave_the_line_and_make_the_service_level() -> None:
    story = Story(ready=("ann",))
    story.call("c1")
    story.give(m.picked_up("c1-r1"), after_ms=S)
    story.call("c2")

    seen = now(story)

    assert (seen.waiting_count, seen.service_level, seen.agents_by_state) == (1, 0.5, {"talking": 1})
    story.give(m.left("c1-r1", EndedBy.AGENT), after_ms=S)
    story.give(m.hung_up("c1"))
    assert now(story).interaction_count == 1


def test_a_new_day_begins_with_nothing_but_those_who_still_wait() -> None:
    story = Story()
    story.call("c1")
    story.give(m.hung_up("c1"), after_ms=6 * S)
    story.call("c2")

    assert now(story).queues[0].today.offered_count == 2
    assert now(story, after_ms=NINE_HOURS).queues[0].today.offered_count == 0
    assert now(story, after_ms=NINE_HOURS).waiting_count == 1

    story.give(m.hung_up("c2"), after_ms=NINE_HOURS)
    assert now(story).queues[0].today.offered_count == 0
    story.call("c3")
    assert now(story).queues[0].today.offered_count == 1


def test_before_the_first_call_there_are_no_ratios() -> None:
    seen = now(Story())

    assert (seen.service_level, seen.waiting_count, seen.longest_wait_ms) == (None, 0, 0)


def test_in_another_zone_the_day_ends_at_its_midnight_and_todays_sums_go_on_until_then() -> None:
    story = Story()
    story.call("c1")
    live = LiveNumbers(JAKARTA)
    for entry in story.entries:
        live.on_entry(entry)

    live.move_to(ZoneInfo("Asia/Jayapura"))

    two_hours_ms = 120 * MINUTE
    assert live.now(Instant(story.now)).queues[0].today.offered_count == 1
    assert live.now(Instant(story.now + NINE_HOURS - two_hours_ms - MINUTE)).queues[0].today.offered_count == 1
    assert live.now(Instant(story.now + NINE_HOURS - two_hours_ms)).queues[0].today.offered_count == 0
