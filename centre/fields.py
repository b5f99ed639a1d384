"""A table of the file as a list of keys: which there are, which may be left out, what they mean. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from centre.kinds import Kind, type_words
from centre.nearest import suggestion
from centre.problems import Fault, Refused, refused, under


class Must(Enum):
    """A key without a default."""

    BE_WRITTEN = "must be written"
    COME_FROM_CENTRE = "as in [centre]"
    """The value of the same key in [centre] is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One key. ``default`` as it would be written in the file. ``hidden``: its value is never shown to people."""

    key: str
    kind: Kind
    note: str
    default: object = Must.BE_WRITTEN
    hidden: bool = False


NO_DEFAULTS: Final[Mapping[str, object]] = {}


def read_fields(
    fields: Sequence[Field], raw: object, inherited: Mapping[str, object] = NO_DEFAULTS
) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    """The values of a table that are right, and what is wrong with the others.

    ``inherited`` has the values for keys that default to the centre's own.
    """
    if not isinstance(raw, dict):
        return {}, (
            Fault(place=(), what=f"this is {type_words(raw)}, not a table", mend="write it as { key = value }"),
        )
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    known = [field.key for field in fields]
    for key in raw:
        if key not in known:
            mend = suggestion(key, known) or f"the keys are {', '.join(known)}"
            faults.append(Fault(place=(key,), what="unknown key", mend=mend))
    for one in fields:
        value = raw.get(one.key, inherited.get(one.key) if one.default is Must.COME_FROM_CENTRE else one.default)
        if value is Must.BE_WRITTEN:
            faults.append(Fault(place=(), what=f"{one.key} is missing", mend=f"add {one.key} = ...: {one.note}"))
            continue
        try:
            values[one.key] = one.kind.read(value)
        except Refused as wrong:
            faults.extend(under((one.key,), wrong.faults))
    return values, tuple(faults)


def plain_fields(fields: Sequence[Field], record: object) -> dict[str, Any]:
    """A record as it would be written, every key of it, in the order of ``fields``."""
    return {one.key: one.kind.plain(getattr(record, one.key)) for one in fields}


def list_of(
    kind: Kind,
    *,
    length_max: int,
    least: int = 0,
    key: Callable[[Any], object] | None = None,
    order: Callable[[Any], Any] | None = None,
) -> Kind:
    """A list. No two may have the same ``key`` (the value itself by default); ``order`` makes the order canonical."""

    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise refused(f"this is {type_words(value)}, not a list", "write it between brackets, as [ ... ]")
        if not least <= len(value) <= length_max:
            raise refused(f"the list has {len(value)} elements", f"{least} to {length_max} are allowed")
        found = _Elements(key or _itself)
        for index, element in enumerate(value):
            found.take(index, element, kind)
        if found.faults:
            raise Refused(*found.faults)
        return tuple(sorted(found.values, key=order) if order else found.values)

    def plain(value: tuple[Any, ...]) -> list[Any]:
        return [kind.plain(element) for element in value]

    few = f"{least}-{length_max}" if least else f"at most {length_max}"
    return Kind(words=f"list ({few}) of: {kind.words}", read=read, plain=plain)


def _itself(value: Any) -> object:
    return value


@dataclass(slots=True)
class _Elements:
    """A list while it is read."""

    key: Callable[[Any], object]
    values: list[Any] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    seen: set[object] = field(default_factory=set)

    def take(self, index: int, element: object, kind: Kind) -> None:
        try:
            value = kind.read(element)
        except Refused as wrong:
            self.faults.extend(under((index,), wrong.faults))
            return
        if self.key(value) in self.seen:
            self.faults.append(Fault(place=(index,), what=f"{self.key(value)} is listed twice", mend="leave one out"))
        self.seen.add(self.key(value))
        self.values.append(value)


def record_of(record: Callable[..., Any], fields: Sequence[Field], words: str) -> Kind:
    """An inline table that becomes a record of the model."""

    def read(value: object) -> Any:
        values, faults = read_fields(fields, value)
        if faults:
            raise Refused(*faults)
        return record(**values)

    def plain(value: Any) -> dict[str, Any]:
        return plain_fields(fields, value)

    return Kind(words=words, read=read, plain=plain)
