"""The clock of the running program: wall time that never goes back."""

import time

from kernel.instants import Instant


class WallClock:
    """Implements ``acd.ports.Clock``.

    Starts at the machine's wall time and then counts monotonic time, so that a jump of the machine's clock (an hour
    forward, an hour back) neither ends a wait nor makes one negative. A restart takes the wall time anew, but never one
    before ``not_before``: the last instant that is written down.
    """

    def __init__(self, *, not_before: Instant = Instant(0)) -> None:
        self._wall_ns = max(time.time_ns(), not_before * 1_000_000) - time.monotonic_ns()

    def now(self) -> Instant:
        """Milliseconds since the epoch, UTC."""
        return Instant((self._wall_ns + time.monotonic_ns()) // 1_000_000)
