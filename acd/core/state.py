"""What the engine knows. Records are frozen; the dictionaries and lines are changed by ``evolve`` alone."""

from dataclasses import dataclass, field
from enum import StrEnum

from acd.core.agent_states import AgentState
from acd.core.call_usage import CallUsage
from acd.core.demand import Demand, Profile, Standing, demand_of
from acd.core.estimates import WaitSample
from acd.core.interaction_states import Phase
from acd.core.lines import Lines
from acd.core.settings import (
    AgentSettings,
    AuxReasonSettings,
    Channel,
    DeviceSettings,
    Direction,
    QueueSettings,
    RoutingSettings,
)
from acd.core.skills import Requirements
from acd.core.strategies import CallerKey, caller_key
from acd.core.timetable import Timetable
from acd.core.workload import Workload
from kernel.ids import AgentId, CallLegId, DeviceId, Did, InteractionId, QueueId, ReservationId, TrunkId
from kernel.instants import Instant, after
from kernel.result_codes import EndedBy, LeaveReason, ReservationResult

PAST_MAX = 4096
"""How many reservations and interactions that are over are remembered, to tell what comes late from what is unknown."""

_NEVER = Instant(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One phone, as the switch last saw it, and who sits at it."""

    settings: DeviceSettings
    reachable: bool = False
    in_use: bool = False
    agent_id: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One agent.

    ``next_state`` is what they go to when the offer, call, wrap-up or unreachability is over; None: as the rules say.
    ``reservation_id`` is set while an interaction is held for them or they are joined with it, ``interaction_id`` until
    its wrap-up is over. ``phone_failures`` counts the phone's failures in a row since it last worked.
    """

    settings: AgentSettings
    state: AgentState = AgentState.LOGGED_OUT
    reason_code: str = ""
    idle_since: Instant = _NEVER
    until: Instant | None = None
    device_id: DeviceId | None = None
    reservation_id: ReservationId | None = None
    interaction_id: InteractionId | None = None
    next_state: AgentState | None = None
    next_reason_code: str = ""
    phone_failures: int = 0
    workload: Workload = field(default_factory=Workload)

    @property
    def agent_id(self) -> AgentId:
        return self.settings.agent_id

    @property
    def profile(self) -> Profile:
        """What they offer."""
        return Profile(skills=self.settings.skills, groups=self.settings.groups, level=self.settings.level)

    @property
    def standing(self) -> Standing:
        """Their own part of the order of ready agents."""
        return Standing(idle_since=self.idle_since, workload=self.workload)

    @property
    def comes_back_to(self) -> tuple[AgentState, str]:
        """State and reason after being unreachable: what was asked for, else what they were, aux or in the line."""
        if self.next_state is not None:
            return self.next_state, self.next_reason_code
        if self.state is AgentState.AUX:
            return AgentState.AUX, self.reason_code
        return AgentState.READY, ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a caller knows of their wait: the best place that was said, the last minutes, and when those will be over."""

    position: int
    minutes: int | None = None
    until: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One stay in one queue.

    ``demand`` follows from the queue, from ``added``, which the interaction brought, and from the relaxation steps taken.
    ``position``: the place at entry. ``told``: what the caller has heard of their wait, None: nothing.
    ``ranked_at``: since when the wait counts for the place; ``rank``: the place, see ``strategies.caller_rank``.
    """

    queue_id: QueueId
    queued_at: Instant
    ranked_at: Instant
    rank: int
    ordinal: int
    priority: int
    added: Requirements
    demand: Demand
    steps_taken: int = 0
    announcements: int = 0
    announce_at: Instant | None = None
    position: int = 0
    told: Told | None = None


class CallbackStage(StrEnum):
    """How far a callback has come."""

    BOOKED = "booked"
    """The call in which it was asked for still lasts."""
    AWAY = "away"
    """It waits without a leg, or the customer's phone rings."""
    REACHED = "reached"
    """The customer has answered, and is a caller like all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """What a caller asked for instead of waiting. ``dialled_at``: since when their phone is rung; ``retry_at``: until when
    it rests after an attempt; ``attempts``: those that reached nobody.
    """

    queue_id: QueueId
    expires_at: Instant
    tries_max: int
    retry_ms: int
    stage: CallbackStage = CallbackStage.BOOKED
    attempts: int = 0
    dialled_at: Instant | None = None
    retry_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """The talk with an agent that goes on, or was the last: with whom, from which queue, and under what rules.

    It outlives the connection, so that a caller who is passed on keeps what they had.
    """

    reservation_id: ReservationId
    queue_id: QueueId
    agent_id: AgentId
    priority: int
    ranked_at: Instant
    added: Requirements


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One customer's contact. ``wait`` is set while it is in a queue, ``last_wait`` is the stay in a queue before, ``talk``
    is set from its first answer on. ``callback``: they have asked to be called back.
    """

    interaction_id: InteractionId
    channel: Channel
    did: Did
    trunk_id: TrunkId
    leg_id: CallLegId
    arrived_at: Instant
    direction: Direction = Direction.INBOUND
    phase: Phase = Phase.FLOW
    wait: Wait | None = None
    reservation_id: ReservationId | None = None
    reservation_count: int = 0
    left_reason: LeaveReason | None = None
    released_by: EndedBy | None = None
    talk: Talk | None = None
    last_wait: Wait | None = None
    callback: Callback | None = None

    @property
    def has_leg(self) -> bool:
        """Whether anybody is on the line: only whoever waits in a queue to be called back is not."""
        return self.wait is None or self.callback is None or self.callback.stage is not CallbackStage.AWAY

    @property
    def asked_back(self) -> Callback:
        """The callback, of an interaction that has one."""
        assert self.callback is not None, "no callback was asked for"
        return self.callback

    def wait_ends_at(self, queue: QueueSettings) -> Instant | None:
        """When the queue's longest wait is over, of one that is in it; None: never. Callbacks end by their own limit."""
        if queue.wait_ms_max is None or self.callback is not None:
            return None
        return after(self.stay.queued_at, queue.wait_ms_max)

    @property
    def stay(self) -> Wait:
        """The stay in a queue, of an interaction that is in one."""
        assert self.wait is not None, "not in a queue"
        return self.wait

    @property
    def key(self) -> CallerKey:
        """The place in the lines, of an interaction that is in a queue."""
        stay = self.stay
        return caller_key(stay.rank, stay.ranked_at, stay.ordinal, self.interaction_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """One interaction held for one agent.

    ``stay_ordinal`` tells which stay in the queue it was made in, ``steps_taken`` after how many relaxation steps.
    """

    reservation_id: ReservationId
    interaction_id: InteractionId
    queue_id: QueueId
    agent_id: AgentId
    device_id: DeviceId
    made_at: Instant
    until: Instant
    stay_ordinal: int
    steps_taken: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReservation:
    """A reservation that is over, and how it ended."""

    reservation: Reservation
    result: ReservationResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A caller and an agent joined. ``held_ms`` sums the holds that are over. ``queue_id`` None: the agent called."""

    reservation_id: ReservationId
    interaction_id: InteractionId
    queue_id: QueueId | None
    agent_id: AgentId
    joined_at: Instant
    wrap_up_ms: int
    held_since: Instant | None = None
    held_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DialledCall:
    """An agent's call that has not ended: whose, and by which trunk it goes."""

    agent_id: AgentId
    trunk_id: TrunkId
    wrap_up_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One queue's exits: ``offered`` = the others + those still waiting, always."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    left: int = 0


@dataclass(slots=True, kw_only=True)
class State:
    """All of it. Two states are equal when nothing that is asked of them could differ.

    ``past_interactions`` says how many reservations each had: should an id come again, its reservations count on.
    """

    routing: RoutingSettings = field(default_factory=RoutingSettings)
    queues: dict[QueueId, QueueSettings] = field(default_factory=dict)
    agents: dict[AgentId, Agent] = field(default_factory=dict)
    devices: dict[DeviceId, Device] = field(default_factory=dict)
    aux_reasons: dict[str, AuxReasonSettings] = field(default_factory=dict)
    interactions: dict[InteractionId, Interaction] = field(default_factory=dict)
    reservations: dict[ReservationId, Reservation] = field(default_factory=dict)
    connections: dict[ReservationId, Connection] = field(default_factory=dict)
    past_reservations: dict[ReservationId, PastReservation] = field(default_factory=dict)
    past_interactions: dict[InteractionId, int] = field(default_factory=dict)
    tallies: dict[QueueId, Tally] = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)
    timetable: Timetable = field(default_factory=Timetable)
    wait_samples: dict[QueueId, tuple[WaitSample, ...]] = field(default_factory=dict)
    calls_out: dict[InteractionId, DialledCall] = field(default_factory=dict)
    agent_calls_out: dict[AgentId, CallUsage] = field(default_factory=dict)
    trunk_calls_out: dict[TrunkId, CallUsage] = field(default_factory=dict)
    queue_entries: int = 0
    reserves_called: set[QueueId] = field(default_factory=set)
    """Queues that are so long that their reserves have joined."""
    suspended: bool = False
    """The switch serves callers by itself: nobody is reserved for anybody."""

    def demand_in(self, queue_id: QueueId, added: Requirements, steps_taken: int = 0) -> Demand:
        """What an interaction asks for in a queue, with what it brought itself, after so many relaxation steps."""
        are_called = queue_id in self.reserves_called
        return demand_of(self.queues[queue_id], added, steps_taken=steps_taken, reserves_called=are_called)

    def relaxes_at(self, stay: Wait) -> Instant | None:
        """When the next relaxation step of a stay is due; None after the last."""
        relaxations = self.queues[stay.queue_id].relaxations
        if stay.steps_taken >= len(relaxations):
            return None
        return after(stay.queued_at, relaxations[stay.steps_taken].after_ms)
