"""Many seeds on several cores: each process takes a handful at a time, and says which of them broke something."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context

import structlog

from simulator.day import run

HANDFUL = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Handful:
    """What came of some seeds."""

    seeds: int
    steps: int
    callers: int
    answered: int
    deaths: int
    broken: tuple[int, ...]


def play(seeds: Iterable[int], *, processes: int) -> Iterator[Handful]:
    """Run seeds; each handful as it is done, in the order of the seeds."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=be_quiet) as pool:
        yield from pool.map(play_handful, handfuls(seeds))


def play_handful(seeds: Sequence[int]) -> Handful:
    """Run some seeds one after the other."""
    outcomes = [run(seed) for seed in seeds]
    return Handful(
        seeds=len(outcomes),
        steps=sum(one.steps for one in outcomes),
        callers=sum(one.callers for one in outcomes),
        answered=sum(one.answered for one in outcomes),
        deaths=sum(one.deaths for one in outcomes),
        broken=tuple(one.seed for one in outcomes if one.broken is not None),
    )


def handfuls(seeds: Iterable[int]) -> Iterator[tuple[int, ...]]:
    """Seeds, so many at a time."""
    rest = iter(seeds)
    while handful := tuple(islice(rest, HANDFUL)):
        yield handful


def be_quiet() -> None:
    """What the product logs of its faults is no news here."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
