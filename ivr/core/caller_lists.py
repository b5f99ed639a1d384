"""Who is on a list of callers: by number, by the beginning of numbers, by customer number. Pure.

The one way to look a caller up, whatever the list is made of: a few look-ups in dictionaries, however long it is.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ivr.core.numbers import clean, clean_number, normalised, normalised_prefix
from kernel.instants import Instant

CUSTOMER_LENGTH_MAX = 64
_NEVER = Instant(0)
"""Until when somebody counts who is not there."""

_WRITTEN = re.compile(r"\+?[0-9 ()./-]+")
_LISTED = re.compile(r"\+[1-9][0-9]{6,14}|[1-9][0-9]{1,14}")
_CUSTOMER = re.compile(r"[A-Z0-9][A-Z0-9._/-]{0,63}")
_ROUNDED = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+")


class By(StrEnum):
    """What an entry knows callers by."""

    NUMBER = "number"
    PREFIX = "prefix"
    CUSTOMER = "customer"


class ListAction(StrEnum):
    """What becomes of a caller on a block list."""

    FLOW = "flow"
    """The flow says: they leave its node by the exit ``listed``."""
    REFUSE = "refuse"
    """They hear a message, and are let go."""
    BUSY = "busy"
    DROP = "drop"
    """Rejected without an answer and without a word."""
    LOW_PRIORITY = "low_priority"
    """They are served, after everybody else."""


LOW_PRIORITY = 1
"""The priority of callers on a list of that action: the last."""


class BadMatch(ValueError):
    """No caller could be known by this: what is wrong, and how to mend it."""

    def __init__(self, what: str, how: str) -> None:
        super().__init__(what)
        self.what = what
        self.how = how


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Match:
    """Whom an entry is about. ``value``: the normalised number, the beginning of such, or the customer number."""

    by: By
    value: str

    @property
    def number(self) -> str:
        """As people write it: a beginning has a ``*`` behind it; "" for a customer."""
        if self.by is By.CUSTOMER:
            return ""
        return f"{self.value}*" if self.by is By.PREFIX else self.value

    @property
    def customer(self) -> str:
        """The customer number; "" for a number."""
        return self.value if self.by is By.CUSTOMER else ""


def match_of(*, number: str, customer: str, country: str) -> Match:
    """Whom people mean who write a number (a ``*`` behind the beginning of numbers) or a customer number.

    Raises BadMatch.
    """
    if bool(number.strip()) == bool(customer.strip()):
        raise BadMatch("neither a number nor a customer, or both", "give one of the two")
    if customer.strip():
        value = customer_key(customer)
        if not _CUSTOMER.fullmatch(value):
            raise BadMatch("this is no customer number", f"write 1-{CUSTOMER_LENGTH_MAX} letters, digits and . _ / -")
        return Match(by=By.CUSTOMER, value=value)
    if number.rstrip().endswith("*"):
        value = normalised_prefix(number.rstrip()[:-1], country=country)
        if not value:
            raise BadMatch("this is no beginning of numbers", 'write at least an area, as "0812*" or "+62812*"')
        return Match(by=By.PREFIX, value=value)
    return Match(by=By.NUMBER, value=_listed(number, country))


def _listed(number: str, country: str) -> str:
    written = number.strip()
    if _ROUNDED.fullmatch(written) and not written.isdecimal():
        raise BadMatch("a spreadsheet has rounded this number", "make the column one of text, and write it again")
    value = normalised(written, country=country)
    if not _WRITTEN.fullmatch(clean_number(written)) or not _LISTED.fullmatch(value):
        raise BadMatch("this is no number that calls could come from", 'write it as "+628123456789" or "08123456789"')
    return value


def customer_key(text: str) -> str:
    """A customer number as lists compare it: without spaces, in capital letters. "" when there is none."""
    return "".join(clean(text, CUSTOMER_LENGTH_MAX).split()).upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """One caller, or many, on a list: why, who answers for it, and until when it counts (None: without end)."""

    match: Match
    reason: str
    owner: str
    until: Instant | None

    def counts(self, now: Instant) -> bool:
        """Does it still count?"""
        return _counts(self.until, now)


class EntryIndex:
    """The entries of a list as they are looked up. Changed in place, so that one entry more costs next to nothing."""

    def __init__(self, entries: Iterable[ListEntry] = ()) -> None:
        self._until: dict[By, dict[str, Instant | None]] = {by: {} for by in By}
        self._prefixes_of: Counter[int] = Counter()
        self._lengths: tuple[int, ...] = ()
        for entry in entries:
            self.put(entry)

    def __len__(self) -> int:
        return sum(map(len, self._until.values()))

    def put(self, entry: ListEntry) -> None:
        """Add an entry, or change the one of the same match."""
        by, value = entry.match.by, entry.match.value
        if by is By.PREFIX and value not in self._until[by]:
            self._count(len(value), 1)
        self._until[by][value] = entry.until

    def remove(self, match: Match) -> None:
        """Take an entry away, if there is one."""
        if match.value in self._until[match.by]:
            del self._until[match.by][match.value]
            if match.by is By.PREFIX:
                self._count(len(match.value), -1)

    def covering(self, number: str, customer: str, now: Instant) -> Match | None:
        """The entry that a caller is on: the number itself before the customer, and that before the longest beginning.

        ``number`` is normalised, ``customer`` as of ``customer_key``; "" for each that is not known. An entry whose time
        is over is passed by.
        """
        for by, value in self._candidates(number, customer):
            # One access and no more: a long file is taken in by another thread meanwhile.
            until = self._until[by].get(value, _NEVER)
            if _counts(until, now):
                return Match(by=by, value=value)
        return None

    def _candidates(self, number: str, customer: str) -> Iterator[tuple[By, str]]:
        if number:
            yield By.NUMBER, number
        if customer:
            yield By.CUSTOMER, customer
        for length in self._lengths:
            if length <= len(number):
                yield By.PREFIX, number[:length]

    def _count(self, length: int, more: int) -> None:
        """One beginning of that length more, or less. Only lengths that there are get looked at, the longest first."""
        self._prefixes_of[length] += more
        if self._prefixes_of[length] in (0, more):
            self._lengths = tuple(sorted((one for one, count in self._prefixes_of.items() if count), reverse=True))


def _counts(until: Instant | None, now: Instant) -> bool:
    return until is None or now < until
