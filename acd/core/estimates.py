"""How long a caller will wait: read off what callers at such places of the same queue have waited lately.

No rate of service is guessed and no agents are counted: a queue whose agents serve others too, or whose callers need
rare skills, shows in what its callers waited. Told are minutes of a fixed ladder, rounded up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.instants import Instant, elapsed_ms

SAMPLES_MAX = 100
"""How many waits of a queue are remembered, the newest ones."""
SAMPLES_MIN = 5
"""Of fewer nothing can be told."""
RECENT_MS_MAX = 3_600_000
"""Older waits are those of another hour, with other agents."""
QUANTILE = 0.8
"""Of those who waited alike, so many were served within what is told."""
MINUTES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 90, 120)
"""What may be told. A wait beyond the last one is told to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitSample:
    """One wait that an agent ended: the place at entry (1: the next to be served), and how long until the answer."""

    at: Instant
    position: int
    waited_ms: int


def remembered(samples: Sequence[WaitSample], newest: WaitSample) -> tuple[WaitSample, ...]:
    """The samples with a new one; the oldest is forgotten when there are too many."""
    return (*samples[1 - SAMPLES_MAX :], newest)


def estimate_ms(samples: Sequence[WaitSample], position: int, now: Instant) -> int | None:
    """How long somebody at that place will wait, from now; None when too little is known of late.

    A quantile of the waits per place of those who came at a like place, or, where they are too few, of all. Like places
    are those with the same number of binary digits: 1, 2-3, 4-7, 8-15, and so on.
    """
    recent = [sample for sample in samples if elapsed_ms(sample.at, now) <= RECENT_MS_MAX]
    alike = [sample for sample in recent if sample.position.bit_length() == position.bit_length()]
    chosen = alike if len(alike) >= SAMPLES_MIN else recent
    if len(chosen) < SAMPLES_MIN:
        return None
    per_place = sorted(sample.waited_ms / sample.position for sample in chosen)
    # The smallest value that at least this share of them does not exceed.
    rank = -int(-len(per_place) * QUANTILE // 1)
    return round(per_place[rank - 1] * position)


def minutes_for(wait_ms: int | None) -> int | None:
    """The minutes within which such a wait will be over, as they are told; None: nothing is told."""
    if wait_ms is None:
        return None
    return next((minutes for minutes in MINUTES if wait_ms <= minutes * 60_000), None)
