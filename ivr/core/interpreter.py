"""The interpreter: an answer goes in, the next step comes out. Pure.

It never waits and never asks anything itself. A ``Place`` is all it needs to go on, in this run of the program or a
later one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ivr.core.flow import Flow, Node
from ivr.core.nodes import KINDS
from ivr.core.nodes.kind import TOO_OFTEN, AnyKind, Ask, Leave, Memo, Scene
from ivr.core.settings import NodeSettings, read_settings
from ivr.core.steps import Answer, HangUp, Step
from kernel.ids import NodeId
from kernel.result_codes import Disposition

VISITS_TOTAL_MAX = 300
"""No person goes through so many nodes in one call: then it is over, and the line is free again."""


class FlowUnusable(Exception):
    """The flow is not one that validation lets pass; it cannot be interpreted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a caller is in a flow, and what was learned on the way. ``visits``: how often each node was entered."""

    node_id: NodeId
    variables: Mapping[str, str] = field(default_factory=dict)
    visits: Mapping[NodeId, int] = field(default_factory=dict)
    memo: Memo = field(default_factory=Memo)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitTaken:
    """One node left by one of its exits. ``late_key``: see Leave."""

    node_id: NodeId
    kind: str
    exit: str
    late_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What comes of an answer: the new place, the step to take there, and the nodes left on the way."""

    place: Place
    step: Step
    left: tuple[ExitTaken, ...]


@dataclass(frozen=True, slots=True)
class _ReadNode:
    kind: AnyKind
    settings: NodeSettings
    exits: Mapping[str, NodeId]


class Interpreter:
    """One flow, read once, for any number of callers.

    Raises FlowUnusable when made of a flow whose nodes cannot be read.
    """

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._nodes = {node.id: _read(node) for node in flow.nodes}
        if flow.start not in self._nodes:
            raise FlowUnusable("the start is not a node")

    def begin(self, variables: Mapping[str, str]) -> Move:
        """The first step of a new caller."""
        return self._enter(Place(node_id=self.flow.start, variables=dict(variables)), [])

    def proceed(self, place: Place, answer: Answer) -> Move:
        """The step after an answer.

        Raises UnexpectedAnswer when the answer does not belong to the step, FlowUnusable when the place is not here.
        """
        return self._play(place, answer, [])

    def _enter(self, place: Place, left: list[ExitTaken]) -> Move:
        while True:
            visits = dict(place.visits)
            visits[place.node_id] = visits.get(place.node_id, 0) + 1
            place = replace(place, visits=visits, memo=Memo())
            if sum(visits.values()) > VISITS_TOTAL_MAX:
                step = HangUp(cause_code=16, disposition=Disposition.FLOW_ENDED)
                return Move(place=place, step=step, left=tuple(left))
            outcome = self._outcome(place, None)
            if isinstance(outcome, Ask):
                return Move(place=replace(place, memo=outcome.memo), step=outcome.step, left=tuple(left))
            place = self._leave(place, outcome, left)

    def _play(self, place: Place, answer: Answer, left: list[ExitTaken]) -> Move:
        outcome = self._outcome(place, answer)
        if isinstance(outcome, Ask):
            return Move(place=replace(place, memo=outcome.memo), step=outcome.step, left=tuple(left))
        return self._enter(self._leave(place, outcome, left), left)

    def _outcome(self, place: Place, answer: Answer | None) -> Ask | Leave:
        node = self._node(place.node_id)
        limit = node.settings.visits_max
        if answer is None and limit is not None and place.visits[place.node_id] > limit:
            return Leave(exit=TOO_OFTEN)
        scene = Scene(answer=answer, memo=place.memo, variables=place.variables, exits=frozenset(node.exits))
        return node.kind.play(node.settings, scene)

    def _leave(self, place: Place, leave: Leave, left: list[ExitTaken]) -> Place:
        node = self._node(place.node_id)
        exit_name = leave.exit if leave.exit in node.exits or leave.instead is None else leave.instead
        if exit_name not in node.exits:
            raise FlowUnusable(f"node {place.node_id}: exit {exit_name} leads nowhere")
        left.append(ExitTaken(node_id=place.node_id, kind=node.kind.name, exit=exit_name, late_key=leave.late_key))
        return replace(place, node_id=node.exits[exit_name], variables={**place.variables, **leave.variables})

    def _node(self, node_id: NodeId) -> _ReadNode:
        try:
            return self._nodes[node_id]
        except KeyError:
            raise FlowUnusable(f"there is no node {node_id}") from None


def _read(node: Node) -> _ReadNode:
    kind = KINDS.get(node.kind)
    if kind is None:
        raise FlowUnusable(f"node {node.id}: there is no kind {node.kind}")
    settings = read_settings(kind.settings, node.settings)
    if isinstance(settings, tuple):
        raise FlowUnusable(f"node {node.id}: {settings[0].field} {settings[0].message}")
    return _ReadNode(kind, settings, node.exits)
