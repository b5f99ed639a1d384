"""Scenario 44: waits of simulated days are those of theory. ``make theory`` asks the same of far longer ones."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.simulation.against_theory import SCORE_MAX, Sums, room_of, run, scores, seen
from tests.simulation.formulas import states, theory

SEEDS, CALLS = range(1, 13), 700
ROOMS = [("B", 0.8), ("C", 0.7), ("C", 0.8), ("C", 0.9), ("A", 0.8), ("A", 0.98)]
"""At lower loads hardly anybody waits in a run of this length, and a score of so few, who come in clumps, says little."""


def runs_of(model: str, load: float) -> list[Sums]:
    return [run(room_of(model, load), CALLS, seed) for seed in SEEDS]


@pytest.mark.slow  # a dozen days of seven hundred calls for each room
@pytest.mark.parametrize(("model", "load"), ROOMS)
def test_scenario_44_simulated_waits_are_those_of_theory(model: str, load: float) -> None:
    runs = runs_of(model, load)
    off_by = scores(theory(room_of(model, load)), runs)

    assert sum(one.offered for one in runs) == pytest.approx(CALLS * len(SEEDS), rel=0.05)
    assert {name: score for name, score in off_by.items() if abs(score) >= SCORE_MAX} == {}, str(seen(runs))


@pytest.mark.slow  # as above
@pytest.mark.parametrize(("model", "figure"), [("C", "waits"), ("A", "lost")])
def test_scenario_44_a_room_of_one_agent_less_is_told_apart(model: str, figure: str) -> None:
    room = room_of(model, 0.8)
    expected = theory(replace(room, agents=room.agents - 1, load=room.erlangs / (room.agents - 1)))

    assert abs(scores(expected, runs_of(model, 0.8))[figure]) > SCORE_MAX


@pytest.mark.parametrize("load", [0.5, 0.8, 0.98])
def test_scenario_44_patience_without_end_makes_c_of_a(load: float) -> None:
    patient, waiting = replace(room_of("C", load), patience_s=1e9), theory(room_of("C", load))

    assert theory(patient).waits == pytest.approx(waiting.waits, rel=1e-4)
    assert theory(patient).asa_s == pytest.approx(waiting.asa_s, rel=1e-3)
    assert theory(patient).in_time == pytest.approx(waiting.in_time, rel=1e-4)
    assert theory(patient).lost == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize("load", [0.5, 0.98])
def test_scenario_44_as_many_come_as_are_answered_or_lost(load: float) -> None:
    room = room_of("A", load)
    chances = states(room)
    answered_per_s = sum(min(there, room.agents) * chance for there, chance in enumerate(chances)) / room.talk_s

    assert chances.sum() == pytest.approx(1.0)
    assert answered_per_s == pytest.approx(room.calls_per_s * (1.0 - theory(room).lost))
    for model in ("B", "C"):
        flat = states(room_of(model, load))
        assert all(
            math.isclose(after * min(there + 1, room.agents) / room.talk_s, before * room_of(model, load).calls_per_s)
            for there, (before, after) in enumerate(pairwise(flat))
        )
