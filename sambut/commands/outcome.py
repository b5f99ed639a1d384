"""What applying a centre file did or would do, wherever it was done; and why it could not be asked. Pure."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``difference`` and ``problems`` are lines for people. With problems nothing was, or would be, applied."""

    applied: bool
    difference: tuple[str, ...]
    problems: tuple[str, ...]


class OfficeClosed(Exception):
    """The centre cannot be read or changed just now. The text says why and how to mend it; nothing was changed."""


class Office(Protocol):
    """Where the applied centre can be read and changed. Every method raises OfficeClosed."""

    async def current(self) -> str | None:
        """The centre in force as its file; None when there is none yet."""

    async def apply(self, text: str, *, dry_run: bool) -> Outcome:
        """Put a centre in force, or only tell what that would change."""
