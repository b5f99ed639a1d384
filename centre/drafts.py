"""Records while the file is being checked: those of their values that are right, and where they stand. Pure."""

from dataclasses import dataclass, field
from typing import Any

from centre.problems import Place
from centre.schema import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One record. ``raw`` as read from the file; ``values`` lacks the keys that are wrong, so that others can be checked."""

    shape: Shape
    place: Place
    raw: dict[str, Any]
    values: dict[str, Any]

    @property
    def name(self) -> str | None:
        """Its id (a DID's number), None when that is wrong."""
        return self.values.get(self.shape.key)


@dataclass(slots=True)
class Drafts:
    """All records of a file, by table, in the order of the file."""

    tables: dict[str, list[Draft]] = field(default_factory=dict)

    def add(self, draft: Draft) -> None:
        self.tables.setdefault(draft.shape.table, []).append(draft)

    def of(self, table: str) -> tuple[Draft, ...]:
        return tuple(self.tables.get(table, ()))

    def names(self, table: str) -> frozenset[str]:
        """What a reference to this table may say."""
        return frozenset(draft.name for draft in self.of(table) if draft.name is not None)
