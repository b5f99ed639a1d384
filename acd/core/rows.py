"""Rows: many lines kept in one order, each known by a number, and who is first in each."""

from typing import Generic

from sortedcontainers import SortedList

from acd.core.heads import Heads, Key


class Rows(Generic[Key]):
    """Sorted keys by line, and the heads of the lines. The bit of line ``n`` is ``1 << n``."""

    __slots__ = ("_lines", "heads")

    def __init__(self) -> None:
        self._lines: dict[int, SortedList[Key]] = {}
        self.heads: Heads[Key] = Heads()

    def add(self, number: int, key: Key) -> None:
        """Stand in a line."""
        keys = self._lines.get(number)
        if keys is None:
            keys = self._lines[number] = SortedList()
        bit = 1 << number
        if not keys:
            self.heads.put(key, bit)
        elif key < (head := keys[0]):
            self.heads.drop(head, bit)
            self.heads.put(key, bit)
        keys.add(key)

    def remove(self, number: int, key: Key) -> None:
        """Leave a line. Raises ValueError or KeyError, a bug, when ``key`` is not in it."""
        keys = self._lines[number]
        was_head = bool(keys) and keys[0] == key
        keys.remove(key)
        if was_head:
            bit = 1 << number
            self.heads.drop(key, bit)
            if keys:
                self.heads.put(keys[0], bit)

    def of(self, number: int) -> list[Key]:
        """Everybody in a line, in order."""
        return list(self._lines.get(number, ()))

    def close(self, number: int) -> None:
        """A line that has nobody is no more."""
        self._lines.pop(number, None)
