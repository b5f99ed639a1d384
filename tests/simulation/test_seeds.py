"""A thousand seeded days: callers, agents, phones, disk, links and the program itself go wrong, and no rule breaks."""

import subprocess
import sys
from pathlib import Path

import pytest

from simulator.day import run
from simulator.plan import Fault, plan_of
from simulator.seeds import play
from simulator.story import command, told

ROOT = Path(__file__).parents[2]
SEEDS = range(1, 1_001)


@pytest.mark.slow  # a thousand runs of two thousand steps each, in two processes
@pytest.mark.timeout(400)
def test_a_thousand_seeds_break_no_rule() -> None:
    handfuls = list(play(SEEDS, processes=2))

    broken = [seed for handful in handfuls for seed in handful.broken]
    assert not broken, "\n\n".join([*map(command, broken), told(run(broken[0]))])
    assert sum(handful.seeds for handful in handfuls) == 1_000
    assert sum(handful.steps for handful in handfuls) > 1_000_000
    assert sum(handful.answered for handful in handfuls) > 5_000
    assert sum(handful.deaths for handful in handfuls) > 1_000


def test_the_seeds_leave_no_fault_out() -> None:
    having = {fault: sum(fault in plan_of(seed).faults for seed in SEEDS) for fault in Fault}

    assert min(having.values()) > 200


@pytest.mark.slow  # two processes, ten runs each
def test_a_seed_is_the_same_day_in_every_process() -> None:
    def played(hash_seed: str) -> bytes:
        words = "from simulator.day import run; from simulator.seeds import be_quiet; be_quiet(); "
        words += "print([run(seed) for seed in range(1, 11)])"
        command = [sys.executable, "-c", words]
        environment = {"PYTHONHASHSEED": hash_seed}
        return subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, timeout=50).stdout

    one, other = played("1"), played("2")

    assert one.count(b"Outcome") == 10
    assert one == other
