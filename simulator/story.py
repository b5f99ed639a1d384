"""A broken run told: what was broken, what led there, how to see it again, and which faults it takes."""

from collections.abc import Callable, Iterable

from simulator.day import Outcome, run
from simulator.plan import Fault, plan_of


def command(seed: int, without: Iterable[Fault] = ()) -> str:
    """What to type to see it again."""
    left_out = ",".join(sorted(without))
    return f"make sim SEED={seed}" + (f" WITHOUT={left_out}" if left_out else "")


def told(outcome: Outcome, without: Iterable[Fault] = ()) -> str:
    """The story of a run that broke a rule, for people."""
    assert outcome.broken is not None, "only what is broken has a story"
    broken = outcome.broken
    lines = [
        f"seed {outcome.seed} breaks {broken.rule}: {broken.words}",
        f"at {broken.at_ms / 1_000:.3f} s, step {broken.steps}; with {', '.join(sorted(faults(outcome.seed, without)))}",
        "",
        *broken.trace,
        "",
        f"again: {command(outcome.seed, without)}",
    ]
    return "\n".join(lines)


def faults(seed: int, without: Iterable[Fault] = ()) -> frozenset[Fault]:
    """What goes wrong in a run."""
    return plan_of(seed, without).faults


def narrowed(outcome: Outcome, play: Callable[[int, Iterable[Fault]], Outcome] = run) -> frozenset[Fault]:
    """The faults that can be left out and the same rule still breaks, as early as before or earlier.

    What one fault does moves the chance of all others, so this is a search, not a proof: it tries each of them once.
    """
    assert outcome.broken is not None, "only what is broken can be narrowed"
    without: frozenset[Fault] = frozenset()
    steps = outcome.broken.steps
    for fault in sorted(faults(outcome.seed)):
        tried = play(outcome.seed, without | {fault})
        if tried.broken is not None and tried.broken.rule == outcome.broken.rule and tried.broken.steps <= steps:
            without, steps = without | {fault}, tried.broken.steps
    return without
