"""Rows: what a report keeps, made only from facts."""

from dataclasses import dataclass

from kernel.ids import AgentId, Did, InteractionId, QueueId, ReservationId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import Disposition, EndedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionRow:
    """One interaction from arrival to end. Lengths in milliseconds; those of a phase that never came are 0.

    ``queue_id``, ``agent_id``: the last ones. ``flow_ms``: before the (first) queue. ``wait_ms``: in queues, until
    answer or leaving. ``ring_ms``: of the answered reservation. ``reservation_count``: offers made.
    """

    interaction_id: InteractionId
    channel: str
    did: Did
    trunk_id: TrunkId
    arrived_at: Instant
    queued_at: Instant | None
    answered_at: Instant | None
    ended_at: Instant | None
    queue_id: QueueId | None
    agent_id: AgentId | None
    reservation_id: ReservationId | None
    priority: int | None
    flow_ms: int
    wait_ms: int
    ring_ms: int
    talk_ms: int
    hold_ms: int
    wrap_up_ms: int
    reservation_count: int
    disposition: Disposition | None
    ended_by: EndedBy | None
    service_level_met: bool | None
