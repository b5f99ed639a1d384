"""A reader with a mistake that chance alone would hardly find: the fuzzer's own test."""

from collections.abc import Iterator

from tests.fuzz.target import Target

seen: set[str] = set()


def take(data: bytes) -> None:
    """Falls over one word, which is only found letter by letter."""
    known = 0
    for letter, wanted in zip(data, b"Hang", strict=False):
        if letter != wanted:
            break
        known += 1
    match known:
        case 1:
            seen.add("H")
        case 2:
            seen.add("Ha")
        case 3:
            seen.add("Han")
        case 4:
            raise ValueError("the planted mistake")


def seeds() -> Iterator[bytes]:
    """Nothing that helps."""
    yield b"hello"


TARGET = Target(take=take, seeds=seeds, bytes_max=16)
