"""Counts wrong PINs, so that a PIN cannot be found by trying: after five, the login is closed for a while. Pure."""

from collections import OrderedDict
from dataclasses import dataclass

from kernel.instants import Instant, elapsed_ms

WRONG_MAX = 5
CLOSED_MS = 15 * 60 * 1000
LOGINS_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tries:
    wrong: int
    at: Instant


class LoginTries:
    """Wrong PINs by login, the newest thousand."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def is_closed(self, login: str, now: Instant) -> bool:
        """Were there five wrong PINs, the last one less than 15 minutes ago?"""
        tries = self._tries.get(login)
        return tries is not None and tries.wrong >= WRONG_MAX and elapsed_ms(tries.at, now) < CLOSED_MS

    def note_wrong(self, login: str, now: Instant) -> None:
        """One more wrong PIN. Wrong PINs older than 15 minutes are forgotten."""
        before = self._tries.pop(login, None)
        is_fresh = before is not None and elapsed_ms(before.at, now) < CLOSED_MS
        self._tries[login] = _Tries(wrong=1 + (before.wrong if before and is_fresh else 0), at=now)
        while len(self._tries) > LOGINS_MAX:
            self._tries.popitem(last=False)

    def note_right(self, login: str) -> None:
        """The right PIN: all is forgotten."""
        self._tries.pop(login, None)
