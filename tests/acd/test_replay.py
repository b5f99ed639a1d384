"""Replay: a past span decided again equals what is recorded, and a difference is found and told once."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from acd.core import inputs
from acd.core.checkpoint import EngineCheckpoint
from acd.core.engine import Engine
from acd.core.matching import Newcomers, Pair
from acd.core.state import State
from acd.replay import DIFFERENCES_MAX, ReplayResult, replay
from kernel.entry import ENGINE_STREAM, FLOW_STREAM, Entry
from kernel.instants import Instant, after
from tests.acd import makers as m
from tests.acd.floor import NOON
from tests.acd.journalled import JournalledFloor
from tests.replay.random_day import steps

END = Instant(NOON * 2)


async def read(entries: Sequence[Entry]) -> AsyncIterator[Entry]:
    for entry in entries:
        yield entry


async def again(
    entries: Sequence[Entry],
    begins_at: Instant = NOON,
    ends_at: Instant = END,
    checkpoint: EngineCheckpoint | None = None,
) -> ReplayResult:
    return await replay(read(entries), checkpoint, begins_at=begins_at, ends_at=ends_at)


def day(seed: int, count: int) -> tuple[list[Entry], dict[int, EngineCheckpoint]]:
    engine, entries, checkpoints = Engine(), [], {}
    for seq, (now, given) in enumerate(steps(seed, count, engine), start=1):
        facts = engine.handle(given, now)
        entries.append(Entry(seq=seq, at=now, stream=ENGINE_STREAM, given=given, facts=facts))
        checkpoints[seq] = engine.checkpoint()
    return entries, checkpoints


def called() -> JournalledFloor:
    floor = JournalledFloor(ready=("ann", "bob"))
    floor.call("c1")
    floor.give(m.picked_up("c1-r1"), after_ms=3_000)
    floor.give(m.hung_up("c1"), after_ms=60_000)
    floor.wait(30_000)
    floor.call("c2")
    return floor


@pytest.mark.slow  # a day of some hundred inputs, decided again from several places
@pytest.mark.parametrize("seed", [21, 22])
async def test_any_span_of_a_random_day_equals_its_record_from_whatever_checkpoint(seed: int) -> None:
    entries, checkpoints = day(seed, 500)
    last_at = entries[-1].at

    whole = await again(entries)
    for cut in (100, 250, 400):
        part = await again(entries[cut:], entries[cut + 50].at, last_at, checkpoints[cut])
        assert part.is_equal
        assert 0 < part.entry_count < len(entries) - cut

    assert (whole.is_equal, whole.is_whole, whole.entry_count) == (True, True, len(entries))
    assert whole.fact_count == sum(len(entry.facts) for entry in entries)


async def test_the_span_begins_at_its_beginning_and_ends_before_its_end() -> None:
    entries = called().journal.entries
    arrivals = [entry for entry in entries if isinstance(entry.given, inputs.InteractionArrived)]

    result = await again(entries, arrivals[0].at, arrivals[1].at)

    expected = [entry for entry in entries if arrivals[0].at <= entry.at < arrivals[1].at]
    assert (result.entry_count, result.is_equal) == (len(expected), True)
    assert (await again(entries, after(entries[-1].at, 1))).entry_count == 0


async def test_a_changed_record_is_told_with_both_versions_and_counted_once() -> None:
    entries = called().journal.entries
    place = next(place for place, entry in enumerate(entries) if isinstance(entry.given, inputs.CallerHungUp))
    entries[place] = replace(entries[place], given=m.hung_up("c1", cause_code=17))

    result = await again(entries)

    assert (result.is_equal, result.difference_count) == (False, 1)
    assert result.first_difference is not None
    assert result.first_difference.seq == entries[place].seq
    assert result.first_difference.recorded == entries[place].facts
    assert len(result.first_difference.decided) == len(entries[place].facts)


async def test_another_rule_differs_wherever_it_chooses_otherwise_and_follows_the_record_in_between() -> None:
    def last_of_all(state: State, newcomers: Newcomers) -> Pair | None:
        waiting = [one for one in state.interactions if state.interactions[one].phase.value == "waiting"]
        ready = [one for one in state.agents if state.agents[one].state.value == "ready"]
        return (waiting[-1], ready[-1]) if waiting and ready else None

    result = await replay(
        read(called().journal.entries),
        None,
        begins_at=NOON,
        ends_at=END,
        make_engine=lambda: Engine(choose=last_of_all),
    )

    assert result.difference_count == 1  # the first call; when the second came, only one agent came first either way
    assert result.first_difference is not None
    assert next(fact.agent_id for fact in result.first_difference.decided if hasattr(fact, "agent_id")) == "bob"


async def test_other_streams_are_passed_by_and_a_foreign_journal_is_given_up() -> None:
    entries = called().journal.entries
    noise = Entry(seq=0, at=NOON, stream=FLOW_STREAM, given=None, facts=("anything",))
    assert (await again([noise, *entries])).entry_count == len(entries)

    foreign = [
        Entry(seq=seq, at=NOON, stream=ENGINE_STREAM, given=m.hung_up("c1"), facts=())
        for seq in range(1, DIFFERENCES_MAX + 10)
    ]
    result = await again(foreign)
    assert (result.difference_count, result.is_whole) == (DIFFERENCES_MAX, False)
