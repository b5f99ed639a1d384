"""The numbers that everybody sees are of this moment."""

from zoneinfo import ZoneInfo

from acd.core.facts import QueueWithdrawn
from kernel.instants import Instant
from sambut.live_numbers import CentreNumbers
from tests.cti.calls import SALES, created, open_floor, queued
from tests.cti.fakes import Script


def test_waits_grow_with_the_clock_and_do_not_shrink_when_it_stands_back_after_a_restart() -> None:
    script = Script()
    open_floor(script)
    script.entry(created("c1-1"))
    script.entry(queued("c1-1"))
    newest = script.entries[-1].at
    clock = [newest + 4_000]
    numbers = CentreNumbers(ZoneInfo("Asia/Jakarta"), lambda: Instant(clock[0]))
    for entry in script.entries:
        numbers.on_entry(entry)

    assert numbers.now().longest_wait_ms == 4_000
    clock[0] = newest - 60_000
    assert numbers.now().longest_wait_ms == 0


def test_a_queue_that_was_taken_away_is_not_shown_any_more() -> None:
    script = Script()
    open_floor(script)
    script.entry(QueueWithdrawn(queue_id=SALES))
    numbers = CentreNumbers(ZoneInfo("Asia/Jakarta"), lambda: script.entries[-1].at)
    for entry in script.entries:
        numbers.on_entry(entry)

    assert numbers.now().queues == ()
