"""The program's clock goes on from what is written down, whatever the machine's says."""

import time

from kernel.instants import Instant
from sambut.clock import WallClock

HOUR_MS = 3_600_000


def test_it_shows_the_machines_time() -> None:
    assert abs(WallClock().now() - time.time_ns() // 1_000_000) < 1_000


def test_a_machine_that_was_set_back_does_not_set_the_program_back() -> None:
    last = Instant(time.time_ns() // 1_000_000 + HOUR_MS)

    shown = WallClock(not_before=last).now()

    assert last <= shown < last + 1_000
