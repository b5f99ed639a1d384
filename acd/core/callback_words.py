"""Inputs and facts of callbacks: who asked for one, when the customer is dialled, and what came of it.

A callback is its own interaction going on: the caller hangs up, and keeps the place in the queue without a leg. When an
agent is reserved for it the customer is dialled first; once they have answered they are a caller like all others.
"""

from dataclasses import dataclass

from kernel.ids import AgentId, DeviceId, Did, InteractionId, QueueId, ReservationId
from kernel.instants import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class BookCallback:
    """A caller in a flow wants to be called back, and has confirmed the number.

    They keep the place that they had in that queue, if it was the last one. ``expires_at``: nobody is called after it;
    ``tries_max``: how often it is tried; ``retry_ms``: how long after an attempt that reached nobody. Refused
    (``wrong_state``) unless they are in a flow.
    """

    interaction_id: InteractionId
    queue_id: QueueId
    expires_at: Instant
    tries_max: int
    retry_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerReached:
    """Who is called back has answered. Refused (``wrong_state``) unless a callback is being dialled; twice is harmless."""

    interaction_id: InteractionId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackBooked:
    """From the end of the present call on, it waits in the queue without a leg."""

    interaction_id: InteractionId
    queue_id: QueueId
    expires_at: Instant
    tries_max: int
    retry_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackDialled:
    """The customer is dialled, while the agent of the reservation is held for them. ``attempt`` counts from 1."""

    interaction_id: InteractionId
    reservation_id: ReservationId
    queue_id: QueueId
    did: Did
    attempt: int
    ring_ms_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackReached:
    """The customer has answered. The phone of the agent who is reserved, if there still is one, is to ring until ``until``."""

    interaction_id: InteractionId
    queue_id: QueueId
    reservation_id: ReservationId | None = None
    agent_id: AgentId | None = None
    device_id: DeviceId | None = None
    until: Instant | None = None
    auto_answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackMissed:
    """Nobody answered. It is tried again from ``retry_at`` on; None: it was the last time."""

    interaction_id: InteractionId
    queue_id: QueueId
    attempt: int
    retry_at: Instant | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackDue:
    """It may be offered again: the pause after an attempt is over."""

    interaction_id: InteractionId
    queue_id: QueueId
