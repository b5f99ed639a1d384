"""Played again under the configuration it had, a span comes out as it is recorded, fact by fact."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from acd.core.engine import Engine
from kernel.entry import ENGINE_STREAM, Entry
from kernel.instants import Instant
from simulator.rerun.play import AS_IT_WAS
from simulator.rerun.what_if import Recording, WhatIf
from tests.replay.random_day import steps

JAKARTA = ZoneInfo("Asia/Jakarta")


def day(seed: int, count: int) -> list[Entry]:
    engine = Engine()
    return [
        Entry(seq=seq, at=now, stream=ENGINE_STREAM, given=given, facts=engine.handle(given, now))
        for seq, (now, given) in enumerate(steps(seed, count, engine), start=1)
    ]


def played_again(entries: Sequence[Entry], begins_at: Instant, ends_at: Instant) -> WhatIf:
    recording = Recording(None, begins_at=begins_at, ends_at=ends_at, zone=JAKARTA)
    for entry in entries:
        recording.hear(entry)
        if recording.is_enough:
            break
    return recording.played(lambda begins_with, at_work: AS_IT_WAS)


@pytest.mark.slow  # some hundred inputs, several times
@pytest.mark.parametrize("seed", range(31, 39))
def test_any_span_of_a_random_day_comes_out_as_it_is_recorded(seed: int) -> None:
    entries = day(seed, 600)
    for first, last in ((0, 599), (150, 400), (300, 599), (40, 90)):
        again = played_again(entries, entries[first].at, entries[last].at)

        assert again.differs_at is None, f"entry {again.differs_at} of {first} to {last}"
        assert again.recorded == again.as_it_was == again.other
        assert again.fact_count > 40
