"""Where a link stands, and how one of its connections ended. Pure."""

from enum import Enum, StrEnum, auto


class LinkState(StrEnum):
    """Where a link stands. Actions are taken in STARTING and UP only."""

    STOPPED = "stopped"
    CONNECTING = "connecting"
    LOGGING_IN = "logging_in"
    STARTING = "starting"
    """Logged in; Asterisk has not said FullyBooted yet."""
    UP = "up"
    WAITING = "waiting"
    """Down; the next try comes after a pause."""
    REFUSED = "refused"
    """Down; the login was refused, the next try comes after a long pause. Someone must look at it."""


class Ending(Enum):
    """How one connection went."""

    WAS_UP = auto()
    NOT_UP = auto()
    REFUSED = auto()
