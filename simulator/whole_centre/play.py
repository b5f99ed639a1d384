"""Plays a simulated day from its first instant until the last caller is gone and the last agent has left."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from acd.core.engine import Engine
from simulator.whole_centre.callers import Caller, callers_of
from simulator.whole_centre.crowd import Crowd
from simulator.whole_centre.description import HOUR_MS, Day
from simulator.whole_centre.desks import Desks
from simulator.whole_centre.diary import Diary
from simulator.whole_centre.hall import Hall, Reader
from simulator.whole_centre.misfortune import Misfortune

STAY_MS_MAX = 4 * HOUR_MS
"""How long after its end a day goes on for callers who are still there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What it took. ``simulated_ms`` is the day as it was lived, ``took_s`` how long that took on this machine,
    ``cpu_s`` how much of its processor.

    ``unserved_count``: callers without an end to their patience whom nobody could take at the day's end.
    """

    simulated_ms: int
    took_s: float
    cpu_s: float
    input_count: int
    fact_count: int
    turned_away_count: int
    unserved_count: int


def play(
    day: Day, *, readers: tuple[Reader, ...] = (), engine: Engine | None = None, first: Iterable[Caller] = ()
) -> Played:
    """Play the day; ``readers`` get every entry that its journal would have. ``first``: callers beside the streams'."""
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    diary = Diary()
    hall = Hall(engine or Engine(), diary, day.begins_at, readers)
    crowd = Crowd(hall, day.begins_at)
    desks = Desks(hall, crowd, day.habits, day.seed)
    for given in day.configuration:
        hall.give(given)
    for shift in day.shifts:
        desks.expect(shift, day.lasts_ms)
    for number in range(len(day.faults)):
        Misfortune(hall, crowd, day, number)
    crowd.expect(iter(tuple(first)))
    for number, stream in enumerate(day.streams):
        crowd.expect(callers_of(stream, number, day.seed))
    unserved_count = _live_through(hall, crowd, desks, day.lasts_ms)
    return Played(
        simulated_ms=hall.last_input_ms,
        took_s=time.perf_counter() - began_s,
        cpu_s=time.process_time() - began_cpu_s,
        input_count=hall.input_count,
        fact_count=hall.fact_count,
        turned_away_count=crowd.turned_away_count,
        unserved_count=unserved_count,
    )


def _live_through(hall: Hall, crowd: Crowd, desks: Desks, lasts_ms: int) -> int:
    """The day; after it those who still wait are served, and agents go home. Returns how many callers nobody took."""
    closed: list[bool] = []
    hall.diary.put(lasts_ms, closed.append, True)
    while (not closed or crowd.waiting_count) and hall.diary.now_ms <= lasts_ms + STAY_MS_MAX:
        if not hall.run_on():
            break
    unserved_count = crowd.waiting_count
    crowd.give_up()
    desks.send_home()
    while (crowd.open_count or desks.staffed_count) and hall.run_on():
        pass
    return unserved_count
