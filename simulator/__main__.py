"""``python -m simulator``: play seeds, and tell what breaks. See docs/simulation.md."""

import argparse
import os
import sys
import time
from collections.abc import Iterable

from simulator.day import run
from simulator.plan import Fault
from simulator.seeds import be_quiet, play
from simulator.story import command, faults, narrowed, told


def main() -> int:
    """0: every rule held. 1: something broke."""
    asked = _asked()
    if asked.seed is not None:
        return _one(asked.seed, asked.without)
    first = asked.first if asked.first is not None else time.time_ns() // 1_000_000
    return _many(range(first, first + asked.count), asked.processes)


def _one(seed: int, without: Iterable[Fault]) -> int:
    be_quiet()
    outcome = run(seed, without)
    if outcome.broken is None:
        went_wrong = ", ".join(sorted(faults(seed, without))) or "nothing"
        print(
            f"seed {seed}: every rule held in {outcome.steps} steps; {outcome.callers} callers, {outcome.answered} talks, "
            f"{outcome.deaths} deaths of the program; what went wrong: {went_wrong}"
        )
        return 0
    print(told(outcome, without))
    if not without and (unneeded := narrowed(outcome)):
        print(f"shorter: {command(seed, unneeded)}")
    return 1


def _many(seeds: range, processes: int) -> int:
    began_s = time.monotonic()
    done = steps = callers = answered = deaths = 0
    broken: list[int] = []
    for handful in play(seeds, processes=processes):
        done += handful.seeds
        steps, callers = steps + handful.steps, callers + handful.callers
        answered, deaths = answered + handful.answered, deaths + handful.deaths
        broken += handful.broken
        print(
            f"\r{done} of {len(seeds)} seeds, {steps} steps, {callers} callers, {answered} talks, {deaths} deaths, "
            f"{len(broken)} broken, {time.monotonic() - began_s:.0f} s",
            end="" if done < len(seeds) else "\n",
            flush=True,
        )
    for seed in broken:
        print(f"broken: {command(seed)}")
    if broken:
        _one(broken[0], ())
    return 1 if broken else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description="Play seeds in virtual time.")
    parser.add_argument("--seed", type=int, help="play this one, and tell it whole if it breaks")
    parser.add_argument("--without", type=_faults, default=frozenset(), help="faults to leave out, by comma")
    parser.add_argument("--first", type=int, help="the first of many; by default some that nobody has tried")
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    return parser.parse_args()


def _faults(text: str) -> frozenset[Fault]:
    return frozenset(Fault(word) for word in text.split(",") if word)


if __name__ == "__main__":
    sys.exit(main())
