"""Workload: how occupied an agent has been of late, how many calls they had, and when they were last offered one.

Occupancy is the share of time in offers, calls and wrap-up, of the time in the line or occupied. What is longer ago
counts less: after ``WINDOW_MS`` about a third. Time in aux, unreachable or logged out counts neither way.

Everybody's numbers fade at one rate. So the order among agents who only wait never changes, and stands in two fixed
instants: when the occupancy, or the number of calls, would have been 1.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from acd.core.agent_states import CALL_STATES, OFFERED_STATES, AgentState, ReasonCode
from kernel.instants import Instant, elapsed_ms
from kernel.records import replace

WINDOW_MS = 3_600_000
LEAST = 1e-6
"""Numbers below this count as this: somebody who has not had a call for days is no further ahead than that."""

OCCUPIED_STATES = frozenset((*OFFERED_STATES, *CALL_STATES, AgentState.WRAP_UP))

_NEVER = Instant(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """As of ``at``: ``occupancy`` 0-1, ``calls`` above 0 and no whole number, since old ones fade.

    ``offered_at``: when an offer was last used up, by an answer or without; one that was withdrawn is no offer.
    """

    at: Instant = _NEVER
    occupancy: float = 0.0
    calls: float = 0.0
    offered_at: Instant = _NEVER

    @property
    def occupied_at(self) -> Instant:
        """Earlier is less occupied, among all who only wait."""
        return _was_one_at(self.at, self.occupancy)

    @property
    def called_at(self) -> Instant:
        """Earlier is fewer calls, among all."""
        return _was_one_at(self.at, self.calls)


def now_of(workload: Workload, state: AgentState, now: Instant) -> Workload:
    """As of ``now``, of an agent who has been in ``state`` since."""
    fades_to = math.exp(-elapsed_ms(workload.at, now) / WINDOW_MS)
    if state in OCCUPIED_STATES:
        occupancy = 1.0 - (1.0 - workload.occupancy) * fades_to
    elif state is AgentState.READY:
        occupancy = workload.occupancy * fades_to
    else:
        occupancy = workload.occupancy
    return replace(workload, at=now, occupancy=occupancy, calls=workload.calls * fades_to)


def after_move(workload: Workload, previous: AgentState, state: AgentState, reason_code: str, now: Instant) -> Workload:
    """After a change of state."""
    moved = now_of(workload, previous, now)
    joined = state in CALL_STATES and previous not in CALL_STATES
    used_up = previous in OFFERED_STATES and state not in OFFERED_STATES and reason_code != ReasonCode.OFFER_WITHDRAWN
    if joined:
        moved = replace(moved, calls=moved.calls + 1.0)
    return replace(moved, offered_at=now) if joined or used_up else moved


def at_log_in(own: Workload, others: Iterable[Workload], now: Instant) -> Workload:
    """Who logs in has the mean of the others (as of ``now``), or their own of before where that is more.

    So somebody who comes at noon is not given every call, and logging out and in again wins nobody anything.
    """
    mine = now_of(own, AgentState.LOGGED_OUT, now)
    theirs = tuple(others)
    if not theirs:
        return mine
    return replace(
        mine,
        occupancy=max(mine.occupancy, math.fsum(one.occupancy for one in theirs) / len(theirs)),
        calls=max(mine.calls, math.fsum(one.calls for one in theirs) / len(theirs)),
    )


def _was_one_at(at: Instant, number: float) -> Instant:
    return Instant(at + round(WINDOW_MS * math.log(max(number, LEAST))))
