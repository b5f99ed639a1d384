"""Heads: who is first in each of many lines, in order, so that the first among any set of lines is found at once.

Each line has a bit, and a set of lines is a whole number with their bits. The heads stand in short blocks; a block knows
the bits in it. So a set that has nobody there is passed over a block at a time, and an empty one is told in one step.
Finding, putting and dropping take time that grows with the square root of the number of lines, whatever their lengths.
"""

from bisect import bisect_left, insort
from typing import Generic, TypeVar

from acd.core.demand import AgentKey
from acd.core.strategies import CallerKey

Key = TypeVar("Key", CallerKey, AgentKey)

BLOCK_MAX = 64


class Heads(Generic[Key]):
    """At most one key for each bit."""

    __slots__ = ("_blocks", "_lasts", "_sets", "present")

    def __init__(self) -> None:
        self.present = 0
        """The bits of all lines that have a head."""
        self._blocks: list[list[tuple[Key, int]]] = []
        self._lasts: list[Key] = []
        self._sets: list[int] = []

    def put(self, key: Key, bit: int) -> None:
        """``key`` is now first in the line of this bit, which had nobody."""
        self.present |= bit
        if not self._blocks:
            self._blocks, self._lasts, self._sets = [[(key, bit)]], [key], [bit]
            return
        place = min(bisect_left(self._lasts, key), len(self._lasts) - 1)
        block = self._blocks[place]
        insort(block, (key, bit))
        self._sets[place] |= bit
        if len(block) > BLOCK_MAX:
            half = len(block) // 2
            self._blocks[place : place + 1] = [block[:half], block[half:]]
            self._lasts[place : place + 1] = [block[half - 1][0], block[-1][0]]
            self._sets[place : place + 1] = [_bits_of(block[:half]), _bits_of(block[half:])]
        else:
            self._lasts[place] = block[-1][0]

    def drop(self, key: Key, bit: int) -> None:
        """``key`` is first in the line of this bit no longer."""
        self.present ^= bit
        place = bisect_left(self._lasts, key)
        block = self._blocks[place]
        del block[bisect_left(block, (key, bit))]
        if block:
            self._sets[place] ^= bit
            self._lasts[place] = block[-1][0]
        else:
            del self._blocks[place], self._lasts[place], self._sets[place]

    def least(self) -> Key | None:
        """The least key of all; None when there is none."""
        return self._blocks[0][0][0] if self._blocks else None

    def first(self, lines: int) -> Key | None:
        """The least key among these lines; None when all of them are empty."""
        if lines & self.present:
            for place, bits in enumerate(self._sets):
                if bits & lines:
                    for key, bit in self._blocks[place]:
                        if bit & lines:
                            return key
        return None


def _bits_of(block: list[tuple[Key, int]]) -> int:
    return sum(bit for _, bit in block)
