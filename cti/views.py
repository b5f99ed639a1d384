"""What a snapshot and the REST API show of the live picture. Pure. Made from the picture at one moment."""

import msgspec

from acd.core.agent_states import AgentState
from cti import wire
from cti.picture import LiveAgent, LiveCall, Picture
from cti.translate import seconds
from kernel.ids import QueueId
from kernel.instants import Instant, elapsed_ms, to_iso


class AgentView(msgspec.Struct, frozen=True, kw_only=True):
    """An agent now. ``routable``: could be offered a call this moment."""

    agent_id: str
    name: str
    state: str
    reason_code: str
    since: str
    until: str | None
    routable: bool
    next_state: str | None
    device: str | None
    call_id: str | None
    skills: tuple[wire.Skill, ...]


class WaitingView(msgspec.Struct, frozen=True, kw_only=True):
    """A caller in a queue; ``position`` 1 is served next, ``offered_to`` the agent whose phone rings for them."""

    call_id: str
    position: int
    priority: int
    queued_at: str
    wait_s: float
    offered_to: str | None


class QueueCounts(msgspec.Struct, frozen=True, kw_only=True):
    """``waiting`` includes those being offered. ``staffed``: logged-in agents with the skills; ``ready`` of them."""

    waiting: int
    offered: int
    connected: int
    staffed: int
    ready: int


class QueueView(msgspec.Struct, frozen=True, kw_only=True):
    """A queue now. ``longest_wait_s`` is 0 when nobody waits."""

    queue_id: str
    name: str
    priority: int
    service_level_s: float
    longest_wait_s: float
    counts: QueueCounts
    waiting: tuple[WaitingView, ...]


class CallView(msgspec.Struct, frozen=True, kw_only=True):
    """A call now. ``phase``: flow, waiting, offered, talking or held."""

    call_id: str
    phase: str
    channel: str
    ani: wire.Ani
    dnis: str
    trunk: str
    arrived_at: str
    queue: str | None
    queued_at: str | None
    priority: int
    offer_id: str | None
    agent_id: str | None


def agent_view(agent: LiveAgent) -> AgentView:
    """One agent."""
    return AgentView(
        agent_id=agent.settings.agent_id,
        name=agent.settings.name,
        state=agent.state.value,
        reason_code=agent.reason_code,
        since=to_iso(agent.since),
        until=None if agent.until is None else to_iso(agent.until),
        routable=agent.state is AgentState.READY,
        next_state=None if agent.next_state is None else agent.next_state.value,
        device=agent.device_id,
        call_id=agent.call_id,
        skills=tuple(wire.Skill(skill_id=skill, level=level) for skill, level in agent.settings.skills),
    )


def queue_view(picture: Picture, queue_id: QueueId, now: Instant) -> QueueView:
    """One queue of the picture. Raises KeyError when there is none of that id."""
    settings = picture.queues[queue_id]
    in_line = picture.waiting(queue_id)
    able = [
        agent
        for agent in picture.agents.values()
        if agent.state is not AgentState.LOGGED_OUT and agent.may_serve(settings.requirements)
    ]
    waiting = tuple(
        WaitingView(
            call_id=call.interaction_id,
            position=position,
            priority=call.priority,
            queued_at=to_iso(call.queued_at or now),
            wait_s=seconds(elapsed_ms(call.queued_at or now, now)),
            offered_to=call.offer.agent_id if call.offer else None,
        )
        for position, call in enumerate(in_line, start=1)
    )
    return QueueView(
        queue_id=queue_id,
        name=settings.name,
        priority=settings.priority,
        service_level_s=seconds(settings.service_level_ms),
        longest_wait_s=max((caller.wait_s for caller in waiting), default=0.0),
        counts=QueueCounts(
            waiting=len(waiting),
            offered=sum(caller.offered_to is not None for caller in waiting),
            connected=sum(call.connected and call.queue_id == queue_id for call in picture.calls.values()),
            staffed=len(able),
            ready=sum(agent.state is AgentState.READY for agent in able),
        ),
        waiting=waiting,
    )


def call_view(call: LiveCall, ani: wire.Ani) -> CallView:
    """One call, with as much of the number as the reader may see."""
    offer = call.offer
    return CallView(
        call_id=call.interaction_id,
        phase=call.phase,
        channel=call.channel,
        ani=ani,
        dnis=call.did,
        trunk=call.trunk_id,
        arrived_at=to_iso(call.arrived_at),
        queue=call.queue_id,
        queued_at=None if call.queued_at is None else to_iso(call.queued_at),
        priority=call.priority,
        offer_id=offer.reservation_id if offer else call.reservation_id,
        agent_id=offer.agent_id if offer else call.agent_id,
    )
