"""Rows: what a report keeps, made only from facts."""

from dataclasses import dataclass

from kernel.ids import AgentId, Did, FlowId, InteractionId, NodeId, QueueId, ReservationId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import Disposition, EndedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionRow:
    """One interaction from arrival to end. Lengths in milliseconds; those of a phase that never came are 0.

    ``direction``: outbound of a call that an agent made; its ``did`` is the number shown, its ``ring_ms`` until the called
    answered. ``queue_id``, ``agent_id``: the last ones. ``flow_ms``: before the (first) queue. ``wait_ms``: in queues, until
    answer or leaving. ``ring_ms``: of the answered reservation. ``reservation_count``: offers made.
    ``transfer_count``: how often an agent sent the caller on.
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
    transfer_count: int = 0
    direction: str = "inbound"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueIntervalRow:
    """One queue's half hour, as sums that may be added up over intervals and queues (``wait_ms_max``: the greatest).

    What became of an interaction (answered, abandoned, left, and its wait) counts in the interval of its **queue
    entry**, so that offered = answered + abandoned + short abandoned + left + still waiting holds in every interval.
    ``answered_in_time_count`` and ``abandoned_in_time_count`` (short ones included) are within the queue's service
    level as it was at the entry. ``abandoned_count`` and ``abandoned_wait_ms`` are without the short ones.
    Handled, talk, hold and wrap-up count where the handling **ended**, wrap-up included; the outcomes of reservations
    where those ended. ``transferred_count``: talks of this queue whose agent sent the caller on, where they did.
    Callbacks are neither offered nor answered nor left: they are counted apart, each where it happened.
    Handled parts and reservations count them as all others.
    """

    queue_id: QueueId
    starts_at: Instant
    offered_count: int = 0
    answered_count: int = 0
    answered_in_time_count: int = 0
    abandoned_count: int = 0
    short_abandoned_count: int = 0
    abandoned_in_time_count: int = 0
    left_timeout_count: int = 0
    left_overflow_count: int = 0
    left_closed_count: int = 0
    left_key_count: int = 0
    left_withdrawn_count: int = 0
    left_no_agent_count: int = 0
    left_system_failure_count: int = 0
    answered_wait_ms: int = 0
    abandoned_wait_ms: int = 0
    left_wait_ms: int = 0
    wait_ms_max: int = 0
    handled_count: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    wrap_up_ms: int = 0
    reserved_count: int = 0
    lapsed_count: int = 0
    declined_count: int = 0
    busy_count: int = 0
    unreachable_count: int = 0
    transferred_count: int = 0
    callback_booked_count: int = 0
    callback_answered_count: int = 0
    callback_failed_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitToldRow:
    """How true it was what one queue's callers were told, by half hour and by the minutes that they were told.

    Of each stay in the queue only the first such telling counts, in the interval in which it was said. ``kept_count``:
    answered within those minutes; ``broken_count``: not, and still there when they were over. Who left sooner is in
    neither.
    """

    queue_id: QueueId
    starts_at: Instant
    minutes: int
    told_count: int = 0
    kept_count: int = 0
    broken_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentIntervalRow:
    """One agent's half hour: what they were offered and what they handled; attributed as in the queue's row.

    ``out_*``: their calls to numbers outside, counted where they began, talks (holds included) where they ended; refused ones
    apart. No queue counts these.
    """

    agent_id: AgentId
    starts_at: Instant
    reserved_count: int = 0
    answered_count: int = 0
    lapsed_count: int = 0
    declined_count: int = 0
    handled_count: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    wrap_up_ms: int = 0
    transferred_count: int = 0
    out_count: int = 0
    out_answered_count: int = 0
    out_talk_ms: int = 0
    out_refused_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentTimeRow:
    """Time that an agent spent in one state, for one reason, within one half hour; split at the interval's borders."""

    agent_id: AgentId
    starts_at: Instant
    state: str
    reason_code: str
    time_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuRow:
    """How often callers left a node by one of its exits, on one day (YYYY-MM-DD, local).

    Rows of kind ``flow`` count the flow itself: exit ``started`` at the node where callers began, and how the flow
    let go of them (``queued``, ``hung_up`` and so on) at the node where it did.
    """

    day: str
    flow_id: FlowId
    version: int
    node_id: NodeId
    kind: str
    exit: str
    visit_count: int = 0
