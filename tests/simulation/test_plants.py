"""A simulator that cannot fail proves nothing: each planted bug breaks a rule, on a day that is well without it."""

from collections.abc import Callable

import pytest

from simulator.day import run
from tests.simulation.plants import FOUND, PLANTS

Plant = Callable[[pytest.MonkeyPatch], None]


def _days(plants: dict[Plant, int]) -> list[object]:
    return [pytest.param(plant, seed, id=plant.__name__) for plant, seed in plants.items()]


@pytest.mark.parametrize(("plant", "seed"), _days(PLANTS))
def test_a_planted_bug_is_caught(plant: Plant, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(seed).broken is None
    plant(monkeypatch)

    assert run(seed).broken is not None


@pytest.mark.parametrize(("plant", "seed"), _days(FOUND))
def test_a_bug_that_was_found_does_not_come_back(plant: Plant, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(seed).broken is None
    plant(monkeypatch)

    assert run(seed).broken is not None
