"""A reader that needs seconds for some inputs: the fuzzer's own test."""

import time
from collections.abc import Iterator

from tests.fuzz.target import HANG_S, Target


def take(data: bytes) -> None:
    """Does nothing for long, once it is given an x."""
    if data[:1] == b"x":
        until = time.thread_time() + 1.5 * HANG_S
        while time.thread_time() < until:
            pass


def seeds() -> Iterator[bytes]:
    """The way to it is short."""
    yield b"x"


TARGET = Target(take=take, seeds=seeds, bytes_max=16)
