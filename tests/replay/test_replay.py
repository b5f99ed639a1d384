"""The same inputs give the same facts: in another process, with another hash seed, and folded again."""

import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from acd.core.agent_states import AgentState
from acd.core.engine import Engine
from acd.core.facts import AgentStateChanged, Fact, InputRefused
from acd.core.inputs import Input
from acd.core.invariants import broken
from acd.core.matching import next_pair_naively
from kernel.result_codes import RefusalCode
from tests.replay.random_day import steps

ROOT = Path(__file__).parents[2]


def _played_elsewhere(hash_seed: str, *resume_every: str) -> bytes:
    command = [sys.executable, "-m", "tests.replay.random_day", "169", "3000", *resume_every]
    played = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        stdout=subprocess.PIPE,
        check=True,
        timeout=50,
    )
    return played.stdout


@pytest.mark.slow  # two processes, three thousand inputs each
def test_two_hash_seeds_give_the_same_facts_to_the_byte() -> None:
    one, other = _played_elsewhere("1"), _played_elsewhere("2")

    assert one.count(b"\n") > 3_000
    assert one == other


@pytest.mark.slow  # two processes, three thousand inputs each
def test_resuming_from_checkpoints_gives_the_same_facts_whatever_the_hash_seed() -> None:
    assert _played_elsewhere("1", "41") == _played_elsewhere("2")


@pytest.mark.slow  # some thousand inputs, with every invariant asked after each
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_random_day_breaks_no_rule_and_folds_into_the_same_state(seed: int) -> None:
    engine, folded, naive = Engine(), Engine(), Engine(choose=next_pair_naively)

    for now, given in steps(seed, 1_500, engine):
        facts = engine.handle(given, now)

        assert naive.handle(given, now) == facts
        assert broken(engine.state) == ()
        folded.fold(facts, now)
        assert folded.next_deadline() == engine.next_deadline()
    assert folded.state == engine.state


@pytest.mark.slow  # a few thousand inputs
def test_the_random_days_leave_nothing_out() -> None:
    given_kinds: set[type] = set()
    fact_kinds: set[type] = set()
    states: set[AgentState] = set()
    codes: set[RefusalCode] = set()
    for seed in range(12):
        engine = Engine()
        for now, given in steps(seed, 2_500, engine):
            given_kinds.add(type(given))
            for fact in engine.handle(given, now):
                fact_kinds.add(type(fact))
                if isinstance(fact, AgentStateChanged):
                    states.add(fact.state)
                if isinstance(fact, InputRefused):
                    codes.add(fact.code)

    assert given_kinds == set(get_args(Input))
    assert fact_kinds == set(get_args(Fact))
    assert states == set(AgentState)
    assert len(codes) >= 12
