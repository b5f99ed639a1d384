"""Simulated rooms held against theory: ``python -m tests.simulation.against_theory``, or ``make theory``.

Each run begins as if it had gone on for ever: how many are there at its first instant is drawn from theory's own states. So
nothing of a run is thrown away, and its sums are what theory says on the average, not only in the end. The score of a
figure is by how many standard errors it is off, over all seeds.
"""

import argparse
import math
import os
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from functools import partial
from itertools import product
from multiprocessing import get_context
from random import Random
from statistics import fmean, stdev
from zoneinfo import ZoneInfo

from acd.core.facts import InteractionAbandoned, InteractionAnswered, InteractionLeftQueue
from acd.core.inputs import QueueConfigured
from kernel.entry import Entry
from kernel.ids import AgentId, DeviceId, QueueId
from kernel.instants import Instant
from simulator.whole_centre.callers import Caller
from simulator.whole_centre.description import HOUR_MS, Day, Habits, Rate, Shift, Stream
from simulator.whole_centre.lengths import exponential, fixed
from simulator.whole_centre.play import play
from tests.acd import makers as m
from tests.simulation.formulas import WITHIN_S, Room, Theory, states, theory

BEGINS_AT = Instant(1_800_000_000_000)
SCORE_MAX = 3.0

LOADS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
AGENTS, TALK_S, PATIENCE_S = 10, 100.0, 150.0
MODELS = ("B", "C", "A")


def room_of(model: str, load: float) -> Room:
    """The room of that model of Erlang's."""
    return Room(
        agents=AGENTS, talk_s=TALK_S, load=load, patience_s=PATIENCE_S if model == "A" else None, waits=model != "B"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What one run counted, of those who came in it."""

    offered: int
    waited: int
    answered: int
    answered_wait_s: float
    in_time: int


class _Count:
    """Reads a run's entries; the first ``passed_over`` callers were there when it began."""

    def __init__(self, passed_over: int) -> None:
        self._passed_over = passed_over
        self.offered = self.waited = self.answered = self.in_time = self.wait_ms = 0

    def read(self, entry: Entry) -> None:
        for fact in entry.facts:
            if isinstance(fact, InteractionAnswered | InteractionAbandoned | InteractionLeftQueue):
                if int(fact.interaction_id.rpartition("-")[2]) <= self._passed_over:
                    continue
                self.offered += 1
                is_answered = isinstance(fact, InteractionAnswered)
                self.waited += fact.waited_ms > 0 or not is_answered
                if is_answered:
                    self.answered += 1
                    self.wait_ms += fact.waited_ms
                    self.in_time += fact.waited_ms <= WITHIN_S * 1000


def run(room: Room, calls: int, seed: int) -> Sums:
    """So many calls, on the average."""
    chance = Random(f"{seed} theory")
    chances = states(room).tolist()
    there = chance.choices(range(len(chances)), weights=chances)[0]
    day = _day(room, calls, seed)
    stream = day.streams[0]
    talk = stream.talk.drawer(chance)
    patience = stream.patience.drawer(chance) if stream.patience is not None else None
    first = [Caller(0, stream, talk(), 0, patience() if patience else None) for _ in range(there)]
    count = _Count(passed_over=there)
    play(day, readers=(count.read,), first=first)
    return Sums(
        offered=count.offered,
        waited=count.waited,
        answered=count.answered,
        answered_wait_s=count.wait_ms / 1000,
        in_time=count.in_time,
    )


def _day(room: Room, calls: int, seed: int) -> Day:
    lasts_ms = round(calls / room.calls_per_s * 1000)
    queue = m.queue_settings(wrap_up_ms=0, wait_ms_max=None if room.waits else 0, short_abandon_ms=0)
    shifts = [
        Shift(agent_id=AgentId(f"a{number}"), device_id=DeviceId(f"p{number}"), begins_ms=0, ends_ms=lasts_ms)
        for number in range(room.agents)
    ]
    return Day(
        name="theory",
        seed=seed,
        begins_at=BEGINS_AT,
        lasts_ms=lasts_ms,
        zone=ZoneInfo("UTC"),
        configuration=(
            QueueConfigured(settings=queue),
            *(m.agent(shift.agent_id) for shift in shifts),
            *(m.device(shift.device_id) for shift in shifts),
        ),
        streams=(
            Stream(
                queue_id=QueueId(queue.queue_id),
                rates=(Rate(from_ms=0, to_ms=lasts_ms, calls_per_hour=room.calls_per_s * HOUR_MS / 1000),),
                talk=exponential(room.talk_s * 1000),
                work=fixed(0),
                patience=None if room.patience_s is None else exponential(room.patience_s * 1000),
            ),
        ),
        shifts=tuple(shifts),
        habits=Habits(rings_after=fixed(0), reaction=fixed(0), comes_back=fixed(0)),
    )


def scores(expected: Theory, runs: Sequence[Sums]) -> dict[str, float]:
    """By how many standard errors each figure is off.

    A run's part is what it counted less what theory makes of its own number of callers, which is 0 on the average.
    """
    parts = {
        "waits": [one.waited - expected.waits * one.offered for one in runs],
        "asa_s": [one.answered_wait_s - expected.asa_s * one.answered for one in runs],
        "in_time": [one.in_time - expected.in_time * one.offered for one in runs],
        "lost": [one.offered - one.answered - expected.lost * one.offered for one in runs],
    }
    return {name: _score(values) for name, values in parts.items()}


def _score(values: Sequence[float]) -> float:
    """A figure that cannot differ (nobody is lost where all wait for ever) is off by nothing, or by everything."""
    spread = stdev(values)
    if spread == 0.0:
        return 0.0 if abs(fmean(values)) < 1e-6 else math.inf
    return fmean(values) / (spread / math.sqrt(len(values)))


def seen(runs: Iterable[Sums]) -> Theory:
    """The figures of all runs together."""
    runs = tuple(runs)
    whole = {field.name: sum(getattr(one, field.name) for one in runs) for field in fields(Sums)}
    return Theory(
        waits=whole["waited"] / whole["offered"],
        asa_s=whole["answered_wait_s"] / whole["answered"],
        in_time=whole["in_time"] / whole["offered"],
        lost=1.0 - whole["answered"] / whole["offered"],
    )


def main() -> int:
    """0: every figure is within three standard errors of theory."""
    parser = argparse.ArgumentParser(prog="against_theory", description="Hold simulated rooms against theory.")
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--loads", type=float, nargs="+", default=LOADS)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    began_s, off = time.monotonic(), 0
    with ProcessPoolExecutor(asked.processes, mp_context=get_context("spawn")) as pool:
        for model, load in product(asked.models, asked.loads):
            room = room_of(model, load)
            runs = list(pool.map(partial(run, room, asked.calls), range(1, asked.seeds + 1)))
            expected, found, off_by = theory(room), seen(runs), scores(theory(room), runs)
            off += sum(abs(score) >= SCORE_MAX for score in off_by.values())
            words = ", ".join(
                f"{name} {getattr(found, name):.5f} (theory {getattr(expected, name):.5f}, z {score:+.2f})"
                for name, score in off_by.items()
            )
            sys.stdout.write(f"Erlang {model}, load {load:g}: {words}; {time.monotonic() - began_s:.0f} s\n")
            sys.stdout.flush()
    sys.stdout.write(f"{off} figures are {SCORE_MAX:g} standard errors off or more\n")
    return 1 if off else 0


if __name__ == "__main__":
    sys.exit(main())
