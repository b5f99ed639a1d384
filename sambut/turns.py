"""How the program's threads take turns in Python.

A thread that has written the journal must have the interpreter to say so, and callers wait for that. By default a busy
event loop keeps it from its turn for up to 5 ms.
"""

import sys

TURN_S = 0.0005


def take_short_turns() -> None:
    """Call once, when the program starts."""
    sys.setswitchinterval(TURN_S)
