"""Reasons: what an explanation of a choice is made of. Filters and keys name their parts in these words.

A new filter gives one more ``Filter``, a richer key one more ``KeyPart``; whoever shows explanations shows them too.
"""

from dataclasses import dataclass
from enum import StrEnum


class Measure(StrEnum):
    """How the number of a key's part is to be read."""

    INSTANT = "instant"
    """Milliseconds since the epoch; the earlier comes first."""
    RANK = "rank"
    """A whole number; the smaller comes first."""
    PRIORITY = "priority"
    """A whole number; the greater comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPart:
    """One part of a sort key, under its name. Parts are compared in their order; the first that differs decides.

    ``words``: what the value was made of, where it says little to people by itself.
    """

    name: str
    value: int
    measure: Measure
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One filter, asked of one agent for one interaction: what was needed, what was found."""

    name: str
    passed: bool
    needed: str
    found: str
