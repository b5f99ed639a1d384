"""A whole centre's day played again under other rules: what changes changes the right way, and near what would have been."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from acd.core.checkpoint import EngineCheckpoint
from acd.core.inputs import LogOut, QueueConfigured
from acd.core.settings import QueueSettings
from kernel.entry import Entry
from kernel.ids import AgentId
from kernel.instants import Instant
from simulator.rerun.play import AS_IT_WAS, Other
from simulator.rerun.what_if import Recording
from simulator.whole_centre.made_up import FIRST_DAY, made_up_day
from simulator.whole_centre.play import play

JAKARTA = ZoneInfo("Asia/Jakarta")
HOUR_MS = 3_600_000
BEGINS, ENDS = Instant(FIRST_DAY + HOUR_MS // 6), Instant(FIRST_DAY + HOUR_MS)


def recorded(agents: int, calls_per_hour: float = 240) -> Recording:
    recording = Recording(None, begins_at=BEGINS, ends_at=ENDS, zone=JAKARTA)
    entries: list[Entry] = []
    play(
        made_up_day(agents=agents, calls_per_hour=calls_per_hour, hours=1, seed=5),
        readers=(entries.append,),
    )
    for entry in entries:
        recording.hear(entry)
    return recording


def without_one(begins_with: EngineCheckpoint, at_work: object) -> Other:
    """The first agent leaves when the span begins."""
    gone = AgentId("agent-1")
    return Other(begins_with=(LogOut(agent_id=gone),), absent=frozenset({gone}))


@pytest.mark.slow  # an hour of two hundred calls, three times
def test_nothing_changed_is_a_difference_of_exactly_zero() -> None:
    again = recorded(16).played(lambda begins_with, at_work: AS_IT_WAS)

    assert again.differs_at is None
    assert again.recorded == again.as_it_was == again.other
    assert (again.rests_on.given_up, set(again.rests_on.borrowed.values())) == (0, {0})
    assert again.interaction_count > 150
    assert again.fact_count > 1_000


@pytest.mark.slow  # an hour of two hundred calls, three times
def test_a_longer_wrap_up_makes_waits_longer_and_says_what_was_estimated() -> None:
    def slower(begins_with: EngineCheckpoint, at_work: object) -> Other:
        (queue,) = begins_with.queues.values()
        changed: QueueSettings = replace(queue, wrap_up_ms=queue.wrap_up_ms + 120_000)
        return Other(begins_with=(QueueConfigured(settings=changed),))

    what_if = recorded(24).played(slower)

    before, after = what_if.as_it_was.queues, what_if.other.queues
    assert (before["offered"], what_if.differs_at) == (after["offered"], None)
    assert (after["asa"] or 0) > (before["asa"] or 0)
    assert (after["service_level"] or 0) < (before["service_level"] or 0)
    assert what_if.rests_on.given_up > 0
    assert what_if.rests_on.borrowed["answer"] > 0


@pytest.mark.slow  # an hour of two hundred calls, again and again
def test_the_same_what_if_gives_the_same_numbers() -> None:
    first, second = (recorded(16).played(without_one) for _ in range(2))

    assert first == second
    assert (first.other.queues["answered"] or 0) < (first.as_it_was.queues["answered"] or 0)
