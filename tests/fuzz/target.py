"""What is fuzzed: a reader of bytes with what must hold for whatever it is given, and inputs to begin with."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

HANG_S = 1.0
"""Processor time that one input may take at most."""

FOUND = Path(__file__).parent / "found"
"""Inputs that once broke something, by target: each stays here for good."""


class Hang(AssertionError):
    """One input took more than ``HANG_S``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """``take`` raises when something is wrong with what the code made of the input.

    ``seeds``: inputs that reach deep. ``bytes_max``: longer inputs are not tried.
    """

    take: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    bytes_max: int = 4_096

    def try_one(self, data: bytes) -> None:
        """Give the target one input. Raises Hang, and whatever the target raises."""
        # The processor's time, not the clock's: others work on this machine too.
        began = time.thread_time()
        self.take(data)
        took_s = time.thread_time() - began
        if took_s > HANG_S:
            raise Hang(f"one input took {took_s:.1f} s")


class Feed:
    """Decisions read off an input, one after the other; zeros and nothing when it is used up."""

    def __init__(self, data: bytes) -> None:
        self._left = data

    def number(self, count: int) -> int:
        """A number from 0 to ``count`` - 1."""
        taken, self._left = self._left[:1], self._left[1:]
        return (taken[0] if taken else 0) % count

    def part(self) -> bytes:
        """Some bytes: as many as the next byte says."""
        length = self.number(256)
        taken, self._left = self._left[:length], self._left[length:]
        return taken

    def text(self) -> str:
        """Some text. Bytes that are no UTF-8 become lone surrogates."""
        return self.part().decode("utf-8", "surrogateescape")

    def rest(self) -> bytes:
        """All that is left."""
        taken, self._left = self._left, b""
        return taken


def part(data: bytes | str) -> bytes:
    """What ``Feed.part`` reads back as ``data``; for seeds."""
    encoded = data.encode() if isinstance(data, str) else data
    return bytes([len(encoded)]) + encoded


def known_inputs(name: str, target: Target) -> Iterator[bytes]:
    """The target's seeds, and what once broke it."""
    yield from target.seeds()
    for file in sorted((FOUND / name).glob("*")):
        yield file.read_bytes()
