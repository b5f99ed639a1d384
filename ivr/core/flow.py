"""A flow: named nodes joined by named exits. Immutable; the editor's and the centre file's contract in memory."""

from dataclasses import dataclass

from kernel.ids import FlowId, NodeId

JsonValue = None | bool | int | str | tuple["JsonValue", ...] | dict[str, "JsonValue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One step. ``settings`` is the node kind's own configuration, ``exits`` maps exit names to node ids."""

    id: NodeId
    kind: str
    settings: dict[str, JsonValue]
    exits: dict[str, NodeId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A published flow. ``version`` counts up with each published change; nodes are sorted by id."""

    id: FlowId
    name: str
    version: int
    start: NodeId
    nodes: tuple[Node, ...]
