"""Flow <-> JSON: the contract of the editor, the centre file and the store. Pure.

One flow is one object::

    {"schema": 1, "id": "main", "name": "Main menu", "version": 3, "start": "start",
     "nodes": {"start": {"kind": "start", "settings": {}, "exits": {"next": "bye"}},
               "bye": {"kind": "hangup", "settings": {"prompts": ["goodbye"]}, "exits": {}}}}

``schema``, ``version``, ``settings`` and ``exits`` may be left out when read. Canonical text has sorted keys, so that the
same flow is always the same text.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from ivr.core.flow import Flow, JsonValue, Node
from ivr.core.problems import FlowUnreadable, Problem
from kernel.ids import FlowId, NodeId

SCHEMA_VERSION = 1

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

UPGRADES: Mapping[int, Upgrade] = {}
"""By schema version: what turns a flow of that version into one of the next."""

_FLOW_FIELDS = frozenset({"schema", "id", "name", "version", "start", "nodes"})
_NODE_FIELDS = frozenset({"kind", "settings", "exits"})
_DEPTH_MAX = 8


def flow_to_json(flow: Flow) -> dict[str, Any]:
    """The flow as what ``json.dumps`` takes, keys in canonical order."""
    nodes = {node.id: _node_to_json(node) for node in sorted(flow.nodes, key=lambda node: node.id)}
    return {
        "id": flow.id,
        "name": flow.name,
        "nodes": nodes,
        "schema": SCHEMA_VERSION,
        "start": flow.start,
        "version": flow.version,
    }


def canonical_text(flow: Flow) -> str:
    """The flow as JSON text: sorted keys, two spaces, one final line break."""
    return json.dumps(flow_to_json(flow), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def flow_from_json(
    given: object, *, upgrades: Mapping[int, Upgrade] = UPGRADES, schema_version: int = SCHEMA_VERSION
) -> Flow:
    """The flow of a JSON object, upgraded to this schema version; nodes are sorted by id.

    Only the shape is looked at; whether the flow makes sense is ``ivr.core.validate``.
    Raises FlowUnreadable with every problem.
    """
    if not isinstance(given, dict):
        raise FlowUnreadable([_problem("", "", "wrong_type", "a flow must be an object")])
    record = _upgraded(given, upgrades, schema_version)
    problems: list[Problem] = []
    flow_id = _text(record, "id", problems)
    start = _text(record, "start", problems)
    version = record.get("version", 1)
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        problems.append(_problem("", "version", "wrong_type", "must be a whole number from 1"))
    name = record.get("name", flow_id)
    if not isinstance(name, str):
        problems.append(_problem("", "name", "wrong_type", "must be a text"))
    problems += [
        _problem("", str(one), "unknown_field", "there is no such field") for one in set(record) - _FLOW_FIELDS
    ]
    nodes = _nodes(record.get("nodes"), problems)
    if problems:
        raise FlowUnreadable(problems)
    return Flow(id=FlowId(flow_id), name=name, version=version, start=NodeId(start), nodes=nodes)


def _node_to_json(node: Node) -> dict[str, Any]:
    settings = {name: _value_to_json(node.settings[name]) for name in sorted(node.settings)}
    return {"exits": {name: node.exits[name] for name in sorted(node.exits)}, "kind": node.kind, "settings": settings}


def _value_to_json(value: JsonValue) -> Any:
    if isinstance(value, tuple):
        return [_value_to_json(item) for item in value]
    if isinstance(value, dict):
        return {name: _value_to_json(value[name]) for name in sorted(value)}
    return value


def _upgraded(given: dict[str, Any], upgrades: Mapping[int, Upgrade], schema_version: int) -> dict[str, Any]:
    record = dict(given)
    schema = record.get("schema", schema_version)
    if isinstance(schema, bool) or not isinstance(schema, int):
        raise FlowUnreadable([_problem("", "schema", "wrong_type", "must be a whole number")])
    while schema < schema_version and schema in upgrades:
        record = upgrades[schema](record)
        schema += 1
    if schema != schema_version:
        message = f"schema {schema} cannot be read; this program reads up to {schema_version}"
        raise FlowUnreadable([_problem("", "schema", "unknown_schema", message)])
    return record


def _nodes(given: object, problems: list[Problem]) -> tuple[Node, ...]:
    if not isinstance(given, dict):
        problems.append(_problem("", "nodes", "wrong_type", "must be a table of nodes by id"))
        return ()
    nodes = [_node(node_id, record, problems) for node_id, record in given.items()]
    return tuple(sorted((node for node in nodes if node is not None), key=lambda node: node.id))


def _node(node_id: object, record: object, problems: list[Problem]) -> Node | None:
    if not isinstance(node_id, str) or not isinstance(record, dict):
        problems.append(_problem(str(node_id), "", "wrong_type", "a node must be an object under its id"))
        return None
    before = len(problems)
    kind = record.get("kind")
    if not isinstance(kind, str):
        problems.append(_problem(node_id, "kind", "wrong_type", "must be a text"))
    for name in sorted(set(map(str, record)) - _NODE_FIELDS):
        problems.append(_problem(node_id, name, "unknown_field", "there is no such field"))
    settings = _settings(node_id, record.get("settings", {}), problems)
    exits = _exits(node_id, record.get("exits", {}), problems)
    if len(problems) > before:
        return None
    return Node(id=NodeId(node_id), kind=str(kind), settings=settings, exits=exits)


def _settings(node_id: str, given: object, problems: list[Problem]) -> dict[str, JsonValue]:
    if not isinstance(given, dict):
        problems.append(_problem(node_id, "settings", "wrong_type", "must be a table"))
        return {}
    settings: dict[str, JsonValue] = {}
    for name, value in given.items():
        try:
            settings[str(name)] = _value(value, _DEPTH_MAX)
        except ValueError as bad:
            problems.append(_problem(node_id, f"settings.{name}", "wrong_type", str(bad)))
    return settings


def _exits(node_id: str, given: object, problems: list[Problem]) -> dict[str, NodeId]:
    if not isinstance(given, dict):
        problems.append(_problem(node_id, "exits", "wrong_type", "must be a table of node ids by exit"))
        return {}
    for name, target in given.items():
        if not isinstance(target, str):
            problems.append(_problem(node_id, f"exits.{name}", "wrong_type", "must be a node's id"))
    return {str(name): NodeId(target) for name, target in given.items() if isinstance(target, str)}


def _value(value: object, depth: int) -> JsonValue:
    if depth == 0:
        raise ValueError("too many tables inside one another")
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, list | tuple):
        return tuple(_value(item, depth - 1) for item in value)
    if isinstance(value, dict):
        return {str(name): _value(item, depth - 1) for name, item in value.items()}
    raise ValueError("must be true, false, a whole number, a text, a list or a table")


def _text(record: Mapping[str, Any], name: str, problems: list[Problem]) -> str:
    value = record.get(name)
    if not isinstance(value, str) or not value:
        problems.append(_problem("", name, "missing" if value is None else "wrong_type", "must be a text"))
        return ""
    return value


def _problem(node: str, field: str, code: str, message: str) -> Problem:
    return Problem(node=node, field=field, code=code, message=message)
