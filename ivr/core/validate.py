"""Everything that is wrong with a flow, before any caller hears it. Pure.

Codes: see docs/flows.md. A flow without problems never leaves a caller without a next step and never runs in a circle
that no key press and no visit limit ends.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ivr.core.flow import Flow, Node
from ivr.core.nodes import KINDS
from ivr.core.nodes.kind import TOO_OFTEN, Exit, exits_of
from ivr.core.problems import Problem
from ivr.core.settings import NodeSettings, read_settings, references_of
from ivr.core.specs import ID_PATTERN, ReferenceKind
from kernel.ids import NodeId

NODES_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIds:
    """What exists around the flow. ``prompts``: those that can be played in every language of the centre."""

    queues: frozenset[str] = field(default_factory=frozenset)
    hours: frozenset[str] = field(default_factory=frozenset)
    caller_lists: frozenset[str] = field(default_factory=frozenset)
    prompts: frozenset[str] = field(default_factory=frozenset)
    skills: frozenset[str] = field(default_factory=frozenset)
    trunks: frozenset[str] = field(default_factory=frozenset)

    def has(self, kind: ReferenceKind, name: str) -> bool:
        """Is there such a thing?"""
        known = {
            ReferenceKind.QUEUE: self.queues,
            ReferenceKind.HOURS: self.hours,
            ReferenceKind.CALLER_LIST: self.caller_lists,
            ReferenceKind.PROMPT: self.prompts,
            ReferenceKind.SKILL: self.skills,
            ReferenceKind.TRUNK: self.trunks,
        }
        return name in known[kind]


def problems_of(flow: Flow, known: KnownIds) -> tuple[Problem, ...]:
    """All problems of a flow, sorted by node; none: it may be published."""
    problems = [*_whole(flow)]
    settings_by_node: dict[NodeId, NodeSettings] = {}
    for node in flow.nodes:
        problems.extend(_name(node))
        kind = KINDS.get(node.kind)
        if kind is None:
            message = f"there is no kind {node.kind!r}; there are: {', '.join(sorted(KINDS))}"
            problems.append(Problem(node=node.id, field="kind", code="unknown_kind", message=message))
            continue
        problems.extend(_references(node, kind.settings, known))
        settings = read_settings(kind.settings, node.settings)
        if isinstance(settings, tuple):
            problems.extend(
                Problem(node=node.id, field=f"settings.{fault.field}", code=fault.code, message=fault.message)
                for fault in settings
            )
            continue
        settings_by_node[node.id] = settings
        problems.extend(_exit_names(node, exits_of(kind, settings)))
    problems.extend(_targets(flow))
    problems.extend(_unreachable(flow))
    problems.extend(_endless(flow, settings_by_node))
    return tuple(sorted(problems))


def _whole(flow: Flow) -> Iterator[Problem]:
    seen: set[NodeId] = set()
    for node in flow.nodes:
        if node.id in seen:
            yield Problem(node=node.id, field="", code="duplicate_node", message="there are two nodes of this id")
        seen.add(node.id)
    if len(flow.nodes) > NODES_MAX:
        yield Problem(node="", field="nodes", code="out_of_range", message=f"more than {NODES_MAX} nodes")
    kinds = {node.id: node.kind for node in flow.nodes}
    if flow.start not in kinds:
        yield Problem(
            node="", field="start", code="start_missing", message=f"there is no node {flow.start!r} to start at"
        )
    elif kinds[flow.start] != "start":
        message = f"the flow must start at a node of kind start, {flow.start!r} is {kinds[flow.start]!r}"
        yield Problem(node="", field="start", code="start_kind", message=message)


def _name(node: Node) -> Iterator[Problem]:
    if not re.fullmatch(ID_PATTERN, node.id):
        message = "a node's id is 1-40 of a-z, 0-9 and -, a letter first"
        yield Problem(node=node.id, field="id", code="bad_format", message=message)


def _references(node: Node, kind_settings: type[NodeSettings], known: KnownIds) -> Iterator[Problem]:
    for name, (kind, target) in references_of(kind_settings, node.settings):
        if not known.has(kind, target):
            words = kind.value.replace("_", " ")
            message = f"there is no {words} {target!r}"
            if kind is ReferenceKind.PROMPT:
                message += " in every language"
            yield Problem(node=node.id, field=f"settings.{name}", code=f"unknown_{kind.value}", message=message)


def _exit_names(node: Node, exits: tuple[Exit, ...]) -> Iterator[Problem]:
    names = {one.name for one in exits}
    for one in exits:
        if one.is_required and one.name not in node.exits:
            message = f"exit {one.name} must lead to a node"
            yield Problem(node=node.id, field=f"exits.{one.name}", code="missing_exit", message=message)
    for name in node.exits:
        if name not in names:
            message = f"this node has no exit {name!r}; it has: {', '.join(sorted(names)) or 'none'}"
            yield Problem(node=node.id, field=f"exits.{name}", code="unknown_exit", message=message)


def _targets(flow: Flow) -> Iterator[Problem]:
    ids = {node.id for node in flow.nodes}
    for node in flow.nodes:
        for name, target in node.exits.items():
            if target not in ids:
                message = f"leads to {target!r}, and there is no such node"
                yield Problem(node=node.id, field=f"exits.{name}", code="exit_to_unknown_node", message=message)


def _unreachable(flow: Flow) -> Iterator[Problem]:
    nodes = {node.id: node for node in flow.nodes}
    if flow.start not in nodes:
        return
    reached: set[NodeId] = set()
    ahead = [flow.start]
    while ahead:
        node_id = ahead.pop()
        if node_id in nodes and node_id not in reached:
            reached.add(node_id)
            ahead.extend(nodes[node_id].exits.values())
    for node_id in nodes:
        if node_id not in reached:
            yield Problem(node=node_id, field="", code="unreachable", message="no way leads here from the start")


def _endless(flow: Flow, settings_by_node: Mapping[NodeId, NodeSettings]) -> Iterator[Problem]:
    """Circles of exits that nothing ends.

    A key press ends a circle (people stop pressing), and so does every exit of a node with limited visits but its
    ``too_often``. What is left must have no circle.
    """
    onward = {
        node.id: sorted({node.exits[name] for name in _unlimited_exits(node, settings_by_node[node.id])})
        for node in flow.nodes
        if node.id in settings_by_node
    }
    for circle in _circles(onward):
        names = ", ".join(circle)
        message = f"callers who press nothing could go round for ever: {names}; set visits_max on one of them"
        yield Problem(node=circle[0], field="", code="endless_loop", message=message)


def _unlimited_exits(node: Node, settings: NodeSettings) -> Iterator[str]:
    for one in exits_of(KINDS[node.kind], settings):
        is_limited = settings.visits_max is not None and one.name != TOO_OFTEN
        if one.name in node.exits and not one.by_caller and not is_limited:
            yield one.name


def _circles(onward: Mapping[NodeId, list[NodeId]]) -> list[list[NodeId]]:
    """Groups of nodes that lie on a common circle, each sorted."""
    reach = {node_id: _reachable_from(node_id, onward) for node_id in onward}
    groups: dict[frozenset[NodeId], list[NodeId]] = {}
    for node_id in onward:
        if node_id in reach[node_id]:
            group = frozenset(other for other in reach[node_id] if node_id in reach.get(other, frozenset()))
            groups[group] = sorted(group)
    return sorted(groups.values())


def _reachable_from(start: NodeId, onward: Mapping[NodeId, list[NodeId]]) -> set[NodeId]:
    reached: set[NodeId] = set()
    ahead = list(onward[start])
    while ahead:
        node_id = ahead.pop()
        if node_id not in reached:
            reached.add(node_id)
            ahead.extend(onward.get(node_id, ()))
    return reached
