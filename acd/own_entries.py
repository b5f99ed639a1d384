"""Entries of the engine's own stream: what was given and what followed, by their types. Pure.

An entry may be of any stream, so the journal knows its contents as objects only. Here, and nowhere else, is said that in
the engine's stream they are inputs and facts.
"""

from typing import cast

from acd.core.facts import Fact
from acd.core.inputs import Input
from kernel.entry import ENGINE_STREAM, Entry


def facts_in(entry: Entry) -> tuple[Fact, ...]:
    """The engine's facts in an entry; none when it is of another stream."""
    return cast(tuple[Fact, ...], entry.facts) if entry.stream == ENGINE_STREAM else ()


def given_in(entry: Entry) -> Input:
    """The input that the engine took. Raises ValueError for an entry of another stream."""
    if entry.stream != ENGINE_STREAM:
        raise ValueError(f"entry {entry.seq} is of stream {entry.stream}")
    return cast(Input, entry.given)
