"""What theory says of a queue of callers without memory: Erlang's B and C, and A, in which callers lose patience.

B and C are those of the library erlanglib. A is worked out here from its chain of births and deaths, by numbers: the chance of
each state, and from each the time until an agent is free, which is a chain of deaths that the caller's own patience may end.
"""

from dataclasses import dataclass

import erlanglib
import numpy as np
from numpy.typing import NDArray

WITHIN_S = 20.0

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """``agents`` who talk for ``talk_s`` on the average. ``patience_s``: callers' mean patience; None: they wait for ever.

    ``load``: erlangs for each agent. ``waits`` False: who finds nobody free is sent away.
    """

    agents: int
    talk_s: float
    load: float
    patience_s: float | None = None
    waits: bool = True

    @property
    def erlangs(self) -> float:
        return self.agents * self.load

    @property
    def calls_per_s(self) -> float:
        return self.erlangs / self.talk_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Theory:
    """``waits``: the chance of not being answered at once. ``asa_s`` of those who are answered, ``in_time`` of all.

    ``lost``: the share that is never answered, since callers lose patience or are sent away.
    """

    waits: float
    asa_s: float
    in_time: float
    lost: float


def theory(room: Room) -> Theory:
    """What theory says of this room."""
    if not room.waits:
        blocked = erlanglib.erlang_b(room.agents, room.erlangs)
        return Theory(waits=blocked, asa_s=0.0, in_time=1.0 - blocked, lost=blocked)
    if room.patience_s is None:
        waits = erlanglib.erlang_c(room.agents, room.erlangs)
        return Theory(
            waits=waits,
            asa_s=erlanglib.average_speed_of_answer(room.agents, room.erlangs, waits, room.talk_s),
            in_time=erlanglib.service_level(room.agents, room.erlangs, waits, WITHIN_S, room.talk_s),
            lost=0.0,
        )
    return _erlang_a(room, room.patience_s)


def states(room: Room) -> Vector:
    """How likely it is that so many callers are there, talking or waiting, from 0 on."""
    answer, leave = 1.0 / room.talk_s, 0.0 if room.patience_s is None else 1.0 / room.patience_s
    weights = [1.0]
    while len(weights) <= room.agents or weights[-1] > 1e-16 * max(weights):
        there = len(weights)
        if not room.waits and there > room.agents:
            break
        gone = min(there, room.agents) * answer + max(0, there - room.agents) * leave
        weights.append(weights[-1] * room.calls_per_s / gone)
    chances = np.array(weights)
    whole: Vector = chances / chances.sum()
    return whole


def _erlang_a(room: Room, patience_s: float) -> Theory:
    chances = states(room)
    busy = chances[room.agents :]
    leave = 1.0 / patience_s
    # With so many in front of them who wait, callers move up at these rates; each place nearer is one such step.
    steps: Vector = np.array([room.agents / room.talk_s + leave * ahead for ahead in range(len(busy))])
    served: Vector = np.asarray(np.cumprod(steps / (steps + leave)), dtype=np.float64)
    wait_s: Vector = np.asarray(np.cumsum(1.0 / (steps + leave)), dtype=np.float64)
    answered = 1.0 - busy.sum() + float(busy @ served)
    return Theory(
        waits=float(busy.sum()),
        asa_s=float(busy @ (served * wait_s)) / answered,
        in_time=1.0 - float(busy.sum()) + float(busy @ _served_within(steps, leave, WITHIN_S)),
        lost=1.0 - answered,
    )


def _served_within(steps: Vector, leave: float, within_s: float) -> Vector:
    """By how many are in front: the chance of being answered within that time. By uniformisation."""
    fastest = float(steps[-1] + leave)
    forward, stay = steps / fastest, 1.0 - (steps + leave) / fastest
    reached = np.zeros(len(steps) + 1)
    reached[0] = 1.0  # the first place is being served; the others are those who wait, nearest first
    weight = np.exp(-fastest * within_s)
    found, mass, count = weight * reached, weight, 0
    while mass < 1.0 - 1e-13:
        count += 1
        reached[1:] = forward * reached[:-1] + stay * reached[1:]
        weight *= fastest * within_s / count
        found += weight * reached
        mass += weight
    whole: Vector = found[1:]
    return whole
