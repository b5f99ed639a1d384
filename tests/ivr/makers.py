"""Flows and what surrounds them, made in few words."""

from typing import Any

from ivr.core.flow import Flow, Node
from ivr.core.validate import KnownIds
from kernel.ids import FlowId, NodeId

KNOWN = KnownIds(
    queues=frozenset({"sales"}),
    hours=frozenset({"office"}),
    caller_lists=frozenset({"vip", "blocked"}),
    prompts=frozenset({"welcome", "goodbye", "oops"}),
    skills=frozenset({"english"}),
    trunks=frozenset({"carrier"}),
)


def node(node_id: str, kind: str, exits: dict[str, str] | None = None, **settings: Any) -> Node:
    """One node; lists in its settings become tuples, as they are in a read flow."""
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()}
    targets = {name: NodeId(target) for name, target in (exits or {}).items()}
    return Node(id=NodeId(node_id), kind=kind, settings=values, exits=targets)


def flow(*nodes: Node, start: str = "start", version: int = 1) -> Flow:
    """A flow of these nodes."""
    return Flow(id=FlowId("main"), name="Main", version=version, start=NodeId(start), nodes=nodes)


def start(to: str, **settings: Any) -> Node:
    """The usual start."""
    return node("start", "start", {"next": to}, **settings)


def bye(**settings: Any) -> Node:
    """The usual end."""
    return node("bye", "hangup", **settings)
