"""Whether a tone was heard without a gap."""

from itertools import pairwise
from pathlib import Path

from phones.events import Heard
from phones.tones import hears, read_wav

GAP_MS_MAX = 1_000
"""A call that goes on may stutter on a busy machine; one that was cut, or held, is silent for as long as the outage."""


def longest_gap_ms(heard: Heard | None, frequency_hz: float) -> int:
    """The longest time for which a tone was not heard, between its first and its last sound."""
    assert heard is not None, "nothing was recorded"
    stretches = [s for one in heard.tones if abs(one.frequency_hz - frequency_hz) <= 10 for s in one.stretches]
    assert stretches, f"{frequency_hz} Hz was never heard"
    ordered = sorted(stretches, key=lambda one: one.start_ms)
    return max((after.start_ms - before.end_ms for before, after in pairwise(ordered)), default=0)


def heard_at_the_end(heard: Heard, frequency_hz: float) -> bool:
    """Whether a tone was heard in the last second but the very last moment."""
    sound = read_wav(Path(heard.file))
    return hears(sound.channel(0)[-sound.rate_hz : -sound.rate_hz // 5], frequency_hz, rate_hz=sound.rate_hz)
