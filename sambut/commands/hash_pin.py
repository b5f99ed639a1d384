"""``sambut hash-pin``: the hash of an agent's PIN, for the centre file. The PIN itself is kept nowhere."""

import re
import sys
from itertools import pairwise

import argon2
import typer

from sambut.commands.office import EXIT_INVALID, stop

PIN = re.compile(r"[0-9]{4,8}")
WORDS = "a PIN is 4-8 digits, not all the same and not counting up or down"

# A PIN has few values, so each try is made dear: about 0.1 s and 64 MiB.
_HASHER = argon2.PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)


class PinRefused(ValueError):
    """Not a PIN, or one that is guessed first. The text never holds it."""


def pin_hash_of(pin: str) -> str:
    """The hash that goes into the centre file; another one each time. Raises PinRefused. Takes about 0.1 s."""
    if not PIN.fullmatch(pin):
        raise PinRefused(WORDS)
    steps = {int(later) - int(earlier) for earlier, later in pairwise(pin)}
    if steps in ({0}, {1}, {-1}):
        raise PinRefused(WORDS)
    return _HASHER.hash(pin)


def hash_pin() -> None:
    """Ask for a PIN twice (or read one line of standard input) and print its hash for the centre file.

    Exit codes: 0 printed; 2 not a PIN.
    """
    # Never an argument: those are seen by every user of the machine and kept in the shell's history.
    if sys.stdin.isatty():
        pin = typer.prompt("PIN", hide_input=True, confirmation_prompt=True, err=True)
    else:
        pin = sys.stdin.readline().rstrip("\r\n")
    try:
        print(pin_hash_of(pin))
    except PinRefused as refused:
        stop(f"Refused: {refused}.", EXIT_INVALID)
