"""Inputs made of others by chance, the same for the same seed."""

import random


def changed(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """One input with a few bytes changed, taken out, doubled, or replaced by some of another."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(made))
        length = chance.choice((1, 1, 2, 8, 40))
        match chance.randrange(4):
            case 0:
                made[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del made[at : at + length]
            case 2:
                made[at:at] = made[at : at + length] * chance.randint(1, 3)
            case _:
                start = chance.randint(0, len(other))
                made[at : at + length] = other[start : start + length]
    return bytes(made)
