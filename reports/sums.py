"""Adding rows up: counts and lengths add, a greatest stays the greatest. Pure."""

from dataclasses import fields, replace
from typing import Any, TypeVar

from reports.rows import AgentIntervalRow, AgentTimeRow, MenuRow, QueueIntervalRow, WaitToldRow

SumRow = QueueIntervalRow | AgentIntervalRow | AgentTimeRow | MenuRow | WaitToldRow
Row = TypeVar("Row", bound=SumRow)

KEYS: dict[type, tuple[str, ...]] = {
    QueueIntervalRow: ("queue_id", "starts_at"),
    AgentIntervalRow: ("agent_id", "starts_at"),
    AgentTimeRow: ("agent_id", "starts_at", "state", "reason_code"),
    WaitToldRow: ("queue_id", "starts_at", "minutes"),
    MenuRow: ("day", "flow_id", "version", "node_id", "kind", "exit"),
}
"""What names a row of each kind; all its other fields are sums."""

SUMS: dict[type, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind) if field.name not in keys) for kind, keys in KEYS.items()
}

_GREATEST = frozenset(name for names in SUMS.values() for name in names if name.endswith("_max"))


def key_of(row: SumRow) -> tuple[Any, ...]:
    """The row's name among its kind."""
    return tuple(getattr(row, name) for name in KEYS[type(row)])


def raised(row: Row, **by: int) -> Row:
    """The row with those sums higher; a ``_max`` is only raised to."""
    higher: dict[str, Any] = {name: _sum(name, getattr(row, name), value) for name, value in by.items()}
    return replace(row, **higher)


def added(row: Row, other: Row) -> Row:
    """Both rows as one, under the first one's key."""
    return raised(row, **{name: getattr(other, name) for name in SUMS[type(row)]})


def is_greatest(name: str) -> bool:
    """Whether a sum's field is a greatest value, not a total."""
    return name in _GREATEST


def _sum(name: str, one: int, other: int) -> int:
    return max(one, other) if is_greatest(name) else one + other
