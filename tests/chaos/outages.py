"""Faults that were done, and the returns from them. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is done, and to whom."""

    KILL = "kill"
    """SIGKILL to the program, below its supervisor."""
    FREEZE = "freeze"
    """SIGSTOP to the program, and SIGCONT after a while, if it still lives then."""
    AWAY = "away"
    """SIGSTOP to the program and its supervisor, and SIGCONT to both: nobody ends it, and it comes to itself again."""
    ASTERISK = "asterisk"
    """SIGKILL to Asterisk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A fault and the return from it; ms since the epoch. ``born_ms``: a new process began, or the frozen one goes on.

    ``noticed_ms``: after so long the supervisor ended a frozen program; 0 when it did not come to that.
    """

    kind: Kind
    began_ms: int
    born_ms: int
    back_ms: int
    noticed_ms: int = 0
