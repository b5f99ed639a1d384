"""A checkpoint and the facts after it are as good as all the facts."""

from dataclasses import fields, replace

import msgspec
import pytest

from acd.core.checkpoint import EngineCheckpoint
from acd.core.engine import Engine
from acd.core.facts import Fact
from acd.core.invariants import broken
from kernel.ids import InteractionId
from kernel.instants import Instant
from tests.acd import makers as m
from tests.acd.floor import Floor
from tests.replay.random_day import steps

Folded = list[tuple[Instant, tuple[Fact, ...]]]


def day(seed: int, count: int) -> Folded:
    engine = Engine()
    return [(now, engine.handle(given, now)) for now, given in steps(seed, count, engine)]


def over_the_disk(checkpoint: EngineCheckpoint) -> EngineCheckpoint:
    return msgspec.json.decode(msgspec.json.encode(checkpoint), type=EngineCheckpoint)


def resumed(checkpoint: EngineCheckpoint) -> Engine:
    engine = Engine()
    engine.resume(over_the_disk(checkpoint))
    return engine


@pytest.mark.slow  # some hundred cuts of a day, with every invariant asked after each
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_at_every_cut_of_a_random_day_the_engine_that_resumes_is_the_one_that_went_on(seed: int) -> None:
    whole = Engine()
    for now, facts in day(seed, 700):
        whole.fold(facts, now)

        again = resumed(whole.checkpoint())

        assert again.state == whole.state
        assert again.next_deadline() == whole.next_deadline()
        assert broken(again.state) == ()


@pytest.mark.slow  # some thousand inputs
@pytest.mark.parametrize("seed", [5, 6])
def test_an_engine_that_resumes_decides_the_rest_of_the_day_alike(seed: int) -> None:
    engine, again = Engine(), Engine()
    for number, (now, given) in enumerate(steps(seed, 1_500, engine)):
        if number % 50 == 0:
            again = resumed(engine.checkpoint())

        assert again.handle(given, now) == engine.handle(given, now)


def test_facts_after_the_checkpoint_go_on_from_it() -> None:
    folded = day(7, 300)
    whole = Engine()
    for now, facts in folded:
        whole.fold(facts, now)
    for cut in range(0, len(folded), 37):
        before = Engine()
        for now, facts in folded[:cut]:
            before.fold(facts, now)
        again = resumed(before.checkpoint())
        for now, facts in folded[cut:]:
            again.fold(facts, now)

        assert again.state == whole.state


def test_a_checkpoint_stays_as_it_is_while_the_engine_goes_on() -> None:
    floor = Floor(ready=("ann",))
    taken = floor.engine.checkpoint()
    kept = over_the_disk(taken)

    floor.call("c1")
    floor.give(m.picked_up("c1-r1"))

    assert taken == kept


def test_time_does_not_go_back_behind_a_checkpoint() -> None:
    floor = Floor(ready=("ann",))
    again = resumed(floor.engine.checkpoint())

    again.handle(m.arrived("c1"), Instant(7))

    assert again.state.interactions[InteractionId("c1")].arrived_at == floor.now


def test_everything_that_the_engine_knows_is_in_it_or_made_from_it() -> None:
    """Lines and timetable are made anew; whatever else the state may come to hold has to be kept."""
    state = {field.name for field in fields(Engine().state)}

    assert {field.name for field in fields(EngineCheckpoint)} - {"now"} == state - {"lines", "timetable"}


def test_one_that_contradicts_itself_is_refused() -> None:
    floor = Floor()
    floor.call("c1")
    wrong = replace(floor.engine.checkpoint(), queues={})

    with pytest.raises(KeyError):
        Engine().resume(wrong)
