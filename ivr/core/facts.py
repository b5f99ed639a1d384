"""Facts of the flow: which caller went where. Written to the journal's flow stream."""

from dataclasses import dataclass

from kernel.ids import FlowId, InteractionId, NodeId, PromptId


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStarted:
    """A caller began a published flow, at ``node_id`` (its start, or the node it returned to from a queue)."""

    interaction_id: InteractionId
    flow_id: FlowId
    version: int
    node_id: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLeft:
    """A caller left a node by one of its named exits. Menu reports count these. Keys pressed are not kept here."""

    interaction_id: InteractionId
    flow_id: FlowId
    version: int
    node_id: NodeId
    kind: str
    exit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStopped:
    """The flow let go of the caller: ``queued``, ``transferred``, ``hung_up``, ``caller_hung_up`` or ``failed``."""

    interaction_id: InteractionId
    flow_id: FlowId
    version: int
    node_id: NodeId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptMissed:
    """A caller was to hear a prompt whose sound is not there, or cannot be read; the call went on without it."""

    interaction_id: InteractionId
    flow_id: FlowId
    version: int
    node_id: NodeId
    prompt_id: PromptId
    language: str


FlowFact = FlowStarted | NodeLeft | FlowStopped | PromptMissed
