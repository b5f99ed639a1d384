"""The clock of the running program: wall time that never goes back."""

import time

from kernel.instants import Instant


class WallClock:
    """Implements ``acd.ports.Clock``.

    Starts at the machine's wall time and then counts monotonic time, so that a jump of the machine's clock (an hour
    forward, an hour back) neither ends a wait nor makes one negative. A restart takes the wall time anew.
    """

    def __init__(self) -> None:
        self._wall_ns = time.time_ns() - time.monotonic_ns()

    def now(self) -> Instant:
        """Milliseconds since the epoch, UTC."""
        return Instant((self._wall_ns + time.monotonic_ns()) // 1_000_000)
