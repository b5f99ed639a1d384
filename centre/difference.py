"""What is different between two centres, record by record, in words. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from centre.fields import plain_fields
from centre.model import Centre
from centre.schema import SHAPES, Shape
from centre.writer import plain_centre, toml_value
from ivr.core.flow import Flow

ELEMENTS_SHOWN_MAX = 5
VALUE_SHOWN_MAX = 100


class Change(StrEnum):
    """What became of a record or a key, with the sign that people see."""

    ADDED = "+"
    CHANGED = "~"
    REMOVED = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One key of a record: the old and the new value in words, "" where there was or is none."""

    key: str
    old: str
    new: str

    def __str__(self) -> str:
        if self.old and self.new:
            return f"{self.key}: {self.old} -> {self.new}"
        return f"{self.key}: {self.new or f'{self.old} -> none'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """One record. ``one`` says its kind in words (``queue``), ``name`` its id; ``fields`` is empty when removed."""

    change: Change
    table: str
    one: str
    name: str
    fields: tuple[FieldChange, ...]

    def lines(self) -> Iterator[str]:
        """For people: the record, and below it what changed."""
        yield f"{self.change} {self.one} {self.name}".rstrip()
        yield from (f"    {field}" for field in self.fields)


def difference(old: Centre | None, new: Centre) -> tuple[RecordChange, ...]:
    """Everything that applying ``new`` over ``old`` changes, in the order of the file; empty: nothing.

    Versions of flows do not count. ``old`` None: there is no centre yet.
    """
    return (*_header_change(old, new), *(change for shape in SHAPES for change in _table_changes(shape, old, new)))


def lines_of(changes: tuple[RecordChange, ...]) -> list[str]:
    """All changes for people."""
    return [line for change in changes for line in change.lines()]


def _header_change(old: Centre | None, new: Centre) -> Iterator[RecordChange]:
    before = {} if old is None else plain_centre(old)
    fields = _field_changes(before, plain_centre(new), frozenset())
    if fields:
        change = Change.ADDED if old is None else Change.CHANGED
        yield RecordChange(change=change, table="centre", one="centre", name="", fields=fields)


def _table_changes(shape: Shape, old: Centre | None, new: Centre) -> Iterator[RecordChange]:
    before = {} if old is None else _by_name(shape, old)
    after = _by_name(shape, new)
    hidden = frozenset(field.key for field in shape.fields if field.hidden)
    for name in sorted(before.keys() | after.keys()):
        fields: tuple[FieldChange, ...] = ()
        if name not in before:
            change, fields = Change.ADDED, _field_changes({}, after[name], hidden)
        elif name not in after:
            change = Change.REMOVED
        elif before[name] != after[name]:
            change, fields = Change.CHANGED, _field_changes(before[name], after[name], hidden)
        else:
            continue
        named = tuple(field for field in fields if field.key != shape.key)
        yield RecordChange(change=change, table=shape.table, one=shape.one, name=name, fields=named)


def _by_name(shape: Shape, centre: Centre) -> dict[str, dict[str, Any]]:
    return {str(getattr(record, shape.key)): _flat(shape, record) for record in getattr(centre, shape.table)}


def _flat(shape: Shape, record: object) -> dict[str, Any]:
    """A record's keys as written; each node of a flow is a key of its own."""
    values = plain_fields(shape.fields, record)
    if isinstance(record, Flow):
        nodes = values.pop("nodes")
        values.update({f"node {node_id}": node for node_id, node in nodes.items()})
    return values


def _field_changes(old: dict[str, Any], new: dict[str, Any], hidden: frozenset[str]) -> tuple[FieldChange, ...]:
    keys = [*new, *(key for key in old if key not in new)]
    return tuple(
        change
        for key in keys
        if key not in old or key not in new or old[key] != new[key]
        for change in _changes_of(key, old.get(key), new.get(key), is_hidden=key in hidden)
    )


def _changes_of(key: str, old: Any, new: Any, *, is_hidden: bool) -> Iterator[FieldChange]:
    if is_hidden:
        yield FieldChange(key=key, old="" if old is None else "(hidden)", new="(hidden)")
    elif isinstance(old, dict) and isinstance(new, dict):
        # A node, or a table of skills: say which of its keys.
        for change in _field_changes(old, new, frozenset()):
            yield FieldChange(key=f"{key} {change.key}", old=change.old, new=change.new)
    elif isinstance(old, list) and isinstance(new, list) and _elements(old) != _elements(new):
        gone, come = _elements(old), _elements(new)
        yield FieldChange(key=key, old=_some(gone, come), new=_some(come, gone))
    else:
        yield FieldChange(key=key, old="" if old is None else _shown(old), new="" if new is None else _shown(new))


def _elements(values: list[Any]) -> dict[str, None]:
    return dict.fromkeys(map(toml_value, values))


def _some(values: dict[str, None], others: dict[str, None]) -> str:
    """The elements that only one side has, the first few of them; ``[]`` for a side that has none more."""
    own = [value for value in values if value not in others]
    more = len(own) - ELEMENTS_SHOWN_MAX
    shown = ", ".join(own[:ELEMENTS_SHOWN_MAX]) + (f" and {more} more" if more > 0 else "")
    return f"[{shown}]"


def _shown(value: Any) -> str:
    text = toml_value(value)
    return text if len(text) <= VALUE_SHOWN_MAX else f"{text[: VALUE_SHOWN_MAX - 3]}..."
