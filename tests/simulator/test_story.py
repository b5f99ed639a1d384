"""What is said of a broken run: how to see it again, and which faults it takes."""

from collections.abc import Iterable
from dataclasses import replace

from simulator.day import Outcome, run
from simulator.plan import Fault, plan_of
from simulator.story import command, narrowed, told
from simulator.world import Broken

SEED = next(seed for seed in range(1, 100) if {Fault.CRASH, Fault.FREEZE} <= plan_of(seed).faults)
BROKEN = Broken(rule="I5", words="c1 has two final records", at_ms=5_250, steps=70, trace=("    5.000  c1 calls",))
OUTCOME = Outcome(seed=SEED, steps=70, callers=3, answered=1, deaths=1, broken=BROKEN, bug=None)


def test_the_command_repeats_the_run() -> None:
    assert command(7) == "make sim SEED=7"
    assert command(7, {Fault.FREEZE, Fault.CRASH}) == "make sim SEED=7 WITHOUT=crash,freeze"


def test_a_story_has_the_rule_the_trace_and_the_command() -> None:
    story = told(OUTCOME)

    assert story.startswith(f"seed {SEED} breaks I5: c1 has two final records\nat 5.250 s, step 70; with ")
    assert "    5.000  c1 calls\n" in story
    assert story.endswith(f"again: make sim SEED={SEED}")


def test_faults_that_do_not_matter_are_left_out() -> None:
    def breaks_by_crash(seed: int, without: Iterable[Fault]) -> Outcome:
        return replace(OUTCOME, broken=None if Fault.CRASH in without else BROKEN)

    assert narrowed(OUTCOME, breaks_by_crash) == plan_of(SEED).faults - {Fault.CRASH}


def test_a_seed_without_a_fault_is_otherwise_the_same() -> None:
    plan = plan_of(SEED)

    assert plan_of(SEED, {Fault.CRASH}) == replace(plan, faults=plan.faults - {Fault.CRASH})


def test_a_run_is_the_same_again() -> None:
    assert run(3) == run(3)
