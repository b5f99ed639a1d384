"""Callers, as they come: when, and what each has in them. All of it is drawn before the day asks for it.

Each stream has chances of its own, and each caller is drawn whole when they come. So what agents do never changes who
calls: two days that differ in their rules have the same callers.
"""

import math
from collections.abc import Iterable, Iterator
from random import Random
from typing import NamedTuple

from simulator.whole_centre.description import HOUR_MS, Rate, Stream


class Caller(NamedTuple):
    """One caller. ``patience_ms`` None: waits for ever."""

    at_ms: int
    stream: Stream
    talk_ms: int
    work_ms: int
    patience_ms: int | None


def callers_of(stream: Stream, number: int, seed: int) -> Iterator[Caller]:
    """The callers of one stream, in order. ``number`` tells the streams of a day apart."""
    chance = Random(f"{seed} stream {number}")
    talk, work = stream.talk.drawer(chance), stream.work.drawer(chance)
    patience = stream.patience.drawer(chance) if stream.patience is not None else None
    for at_ms in arrivals(stream.rates, Random(f"{seed} arrivals {number}")):
        yield Caller(at_ms, stream, talk(), work(), patience() if patience else None)


def arrivals(rates: Iterable[Rate], chance: Random) -> Iterator[int]:
    """Instants of a Poisson process whose rate changes with the time of day, in milliseconds."""
    # The time until the next one is drawn as a number of calls, which is then lived through at the rates of the day.
    still = -math.log(1.0 - chance.random())
    for rate in rates:
        at = float(rate.from_ms)
        per_ms = rate.calls_per_hour / HOUR_MS
        while per_ms > 0 and at + still / per_ms < rate.to_ms:
            at += still / per_ms
            yield round(at)
            still = -math.log(1.0 - chance.random())
        still -= (rate.to_ms - at) * per_ms
