"""What a look at one thing gives: well, worth a look, or wrong; with its place and how to mend it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is. Only ``WRONG`` keeps callers or recordings from being served."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at. ``where``: a setting, a file, a port; ``mend``: what to do, empty when all is well."""

    level: Level
    where: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}{f'; {self.mend}' if self.mend else ''}"


def fine(where: str, what: str) -> Finding:
    """All is well there."""
    return Finding(level=Level.OK, where=where, what=what)


def warning(where: str, what: str, mend: str) -> Finding:
    """Callers are served all the same; somebody should look at it."""
    return Finding(level=Level.WARNING, where=where, what=what, mend=mend)


def wrong(where: str, what: str, mend: str) -> Finding:
    """Callers, or what is kept of their calls, suffer by it."""
    return Finding(level=Level.WRONG, where=where, what=what, mend=mend)


def all_wrong(findings: Iterable[Finding]) -> list[Finding]:
    """Those that are wrong."""
    return [finding for finding in findings if finding.level is Level.WRONG]
