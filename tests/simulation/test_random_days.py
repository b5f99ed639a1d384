"""A thousand random days of a whole centre, with every rule of routing: no rule breaks, whatever happens."""

import subprocess
import sys
from pathlib import Path

import pytest

from acd.core import inputs
from acd.core.settings import Strategy
from simulator.whole_centre.description import FaultKind
from tests.simulation.random_days import Lived, live, random_day

ROOT = Path(__file__).parents[2]
SEEDS = range(1, 1_001)


@pytest.fixture(scope="module")
def lived() -> list[Lived]:
    return [live(seed) for seed in SEEDS]


@pytest.mark.slow  # a thousand days of two hundred inputs, all rules asked after each
@pytest.mark.timeout(240)
def test_a_thousand_random_days_keep_every_rule(lived: list[Lived]) -> None:
    broken = {day.seed: day.problems[:3] for day in lived if day.problems}

    assert broken == {}
    assert sum(day.inputs for day in lived) > 150_000
    assert sum(day.answered for day in lived) > 10_000


@pytest.mark.slow  # the same days twice more, in processes of their own
@pytest.mark.timeout(240)
def test_the_days_decide_the_same_under_other_hash_seeds(lived: list[Lived]) -> None:
    command = [sys.executable, "-m", "tests.simulation.random_days", str(SEEDS.start), str(len(SEEDS))]
    processes = [
        subprocess.Popen(command, cwd=ROOT, env={"PYTHONHASHSEED": hash_seed}, stdout=subprocess.PIPE, text=True)
        for hash_seed in ("1", "2")
    ]
    one, other = (process.communicate(timeout=200)[0].split() for process in processes)

    assert len(set(one)) == len(SEEDS)
    assert one == other
    assert one == [day.digest for day in lived]


def test_the_days_leave_nothing_out() -> None:
    days = [random_day(seed) for seed in SEEDS]
    queues = [
        given.settings for day in days for given in day.configuration if isinstance(given, inputs.QueueConfigured)
    ]

    assert {queue.strategy for queue in queues} == set(Strategy)
    assert {fault.kind for day in days for fault in day.faults} == set(FaultKind)
    assert sum(len(queue.relaxations) == 3 for queue in queues) > 100
    assert sum(queue.reserves is not None for queue in queues) > 100
    assert sum(queue.waiting_max is not None for queue in queues) > 100
