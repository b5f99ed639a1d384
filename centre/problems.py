"""What is wrong with a centre file: the line, what is wrong with it, and how to mend it. Pure."""

from dataclasses import dataclass

Place = tuple[str | int, ...]
"""Where in the file: table names, keys, and indexes from 0, as in ``("queues", 1, "priority")``."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One thing wrong. ``line`` counts from 1; sorted by line."""

    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.what}; {self.mend}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A thing wrong at a place, before the place is turned into a line."""

    place: Place
    what: str
    mend: str


class Refused(ValueError):
    """A value is not what its key asks for. Carries every fault found in it, with places relative to the value."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(fault.what for fault in faults))
        self.faults = faults


def refused(what: str, mend: str) -> Refused:
    """One fault of the value itself."""
    return Refused(Fault(place=(), what=what, mend=mend))


def under(place: Place, faults: tuple[Fault, ...]) -> tuple[Fault, ...]:
    """The same faults seen from further out."""
    return tuple(Fault(place=place + fault.place, what=fault.what, mend=fault.mend) for fault in faults)
