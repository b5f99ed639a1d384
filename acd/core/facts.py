"""Facts: what the engine decided has happened. Past tense, immutable, journalled; all else reads only these."""

from dataclasses import dataclass

from acd.core.agent_states import AgentState
from acd.core.callback_words import CallbackBooked, CallbackDialled, CallbackDue, CallbackMissed, CallbackReached
from acd.core.outbound_words import CallOutAnswered, CallOutBegun, CallOutMoved, CallOutRefused, CallOutReleased
from acd.core.rank_words import PriorityChanged, RoutingDefined
from acd.core.routing_facts import RequirementsRelaxed, ReservesCalled, ReservesReleased
from acd.core.settings import (
    AgentSettings,
    AuxReasonSettings,
    Channel,
    DeviceSettings,
    Direction,
    QueueSettings,
    Requirement,
)
from acd.core.transfer_words import InteractionTransferred
from kernel.ids import AgentId, CallLegId, DeviceId, Did, InteractionId, PromptId, QueueId, ReservationId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import Disposition, EndedBy, LeaveReason, RefusalCode, ReservationResult

# --- configuration -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDefined:
    settings: QueueSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueWithdrawn:
    queue_id: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDefined:
    settings: AgentSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWithdrawn:
    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDefined:
    settings: DeviceSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceWithdrawn:
    device_id: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class AuxReasonDefined:
    settings: AuxReasonSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class AuxReasonWithdrawn:
    reason_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePresenceChanged:
    """A phone became reachable or not, in use or not (by any call)."""

    device_id: DeviceId
    reachable: bool
    in_use: bool


# --- interactions --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionCreated:
    """A contact came in, or an agent makes one. The number is not here: it lies in the contact book.

    ``did``, of an agent's call: the number that the called are to see.
    """

    interaction_id: InteractionId
    channel: Channel
    did: Did
    trunk_id: TrunkId
    leg_id: CallLegId
    direction: Direction = Direction.INBOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionQueued:
    """It entered a queue (the queue counts it as offered). ``position`` is 1 for the next to be served.

    ``requirements`` are the queue's and those that the interaction brought (``added_requirements``) together.
    ``ranked_at``: since when the wait counts for the place in line; None: from now.
    """

    interaction_id: InteractionId
    queue_id: QueueId
    priority: int
    requirements: tuple[Requirement, ...]
    position: int
    added_requirements: tuple[Requirement, ...] = ()
    ranked_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitAnnouncementDue:
    """The waiting caller is to hear the queue's announcement; ``ordinal`` counts from 1."""

    interaction_id: InteractionId
    queue_id: QueueId
    prompt_id: PromptId
    ordinal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitTold:
    """The waiting caller is to hear their place and how long they will wait, after the queue's announcement, if any.

    ``ordinal`` counts with the announcements. ``position`` None: worse than what was told before, so it is not said.
    ``minutes``: within how many from now they will be answered; None: too little is known. ``is_longer``: it is said
    that this is later than what was promised before. ``estimate_ms`` is what the minutes were made of.
    """

    interaction_id: InteractionId
    queue_id: QueueId
    prompt_id: PromptId | None
    ordinal: int
    position: int | None
    minutes: int | None
    is_longer: bool
    estimate_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionAnswered:
    """An agent picked up: out of the queue. ``waited_ms`` since queue entry, ``rang_ms`` since the reservation.

    ``matched_at_step``: after how many relaxation steps of the queue that agent was offered it.
    """

    interaction_id: InteractionId
    queue_id: QueueId
    agent_id: AgentId
    reservation_id: ReservationId
    waited_ms: int
    rang_ms: int
    matched_at_step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionAbandoned:
    """The caller left the queue before an answer. ``short``: within the queue's short-abandon threshold."""

    interaction_id: InteractionId
    queue_id: QueueId
    waited_ms: int
    short: bool
    while_offered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionLeftQueue:
    """It left the queue by rule or by a person, neither answered nor abandoned."""

    interaction_id: InteractionId
    queue_id: QueueId
    reason: LeaveReason
    waited_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerHeld:
    interaction_id: InteractionId
    reservation_id: ReservationId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerResumed:
    """``held_ms`` is the length of the hold that ended."""

    interaction_id: InteractionId
    reservation_id: ReservationId
    held_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionReleased:
    """One agent's part is over ("handled" counts it). ``talk_ms`` excludes ``hold_ms``.

    ``end_seen`` False: nobody saw it end, so the talk may have been shorter.
    """

    interaction_id: InteractionId
    queue_id: QueueId
    agent_id: AgentId
    reservation_id: ReservationId
    ended_by: EndedBy
    talk_ms: int
    hold_ms: int
    end_seen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionEnded:
    """The one final record. Nothing of this interaction follows but its agent's wrap-up and its recording."""

    interaction_id: InteractionId
    disposition: Disposition
    ended_by: EndedBy
    cause_code: int
    lasted_ms: int


# --- reservations --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentReserved:
    """The two are held for each other until ``until``; the phone is to ring. The screen pop is made from this.

    ``rings`` False: not yet, the customer is called back first.
    """

    reservation_id: ReservationId
    interaction_id: InteractionId
    queue_id: QueueId
    agent_id: AgentId
    device_id: DeviceId
    until: Instant
    auto_answer: bool
    waited_ms: int
    rings: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentAlerted:
    """The phone rings."""

    reservation_id: ReservationId
    interaction_id: InteractionId
    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationEnded:
    """A reservation is over, whatever way; ``answered`` too. ``rang_ms`` since it was made."""

    reservation_id: ReservationId
    interaction_id: InteractionId
    queue_id: QueueId
    agent_id: AgentId
    result: ReservationResult
    rang_ms: int


# --- agents --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLoggedIn:
    agent_id: AgentId
    device_id: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLoggedOut:
    """``reason_code``: ``own_wish``, ``moved`` (logged in elsewhere) or ``replaced`` (somebody took the phone)."""

    agent_id: AgentId
    device_id: DeviceId
    reason_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStateChanged:
    """``until``: when the state ends by itself (reserved, wrap-up), else None."""

    agent_id: AgentId
    previous: AgentState
    state: AgentState
    reason_code: str
    until: Instant | None
    interaction_id: InteractionId | None
    device_id: DeviceId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuxOverstayed:
    """An agent is away longer than their reason allows. They stay away: somebody should look after them."""

    agent_id: AgentId
    reason_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStateChosen:
    """Asked for during an offer or a call, or while the phone is unreachable: applied when that is over.

    A call counts as over when its wrap-up is; an offer that is not answered ends in a chosen aux or log-out at once.
    """

    agent_id: AgentId
    state: AgentState
    reason_code: str


# --- the whole floor -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionSuspended:
    """The switch serves callers by itself: nobody is reserved for anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionResumed:
    """Callers and agents are brought together again."""


# --- refusals ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRefused:
    """The input changed nothing. ``subject`` is the id that the refusal is about."""

    code: RefusalCode
    subject: str


Fact = (
    RoutingDefined
    | QueueDefined
    | QueueWithdrawn
    | AgentDefined
    | AgentWithdrawn
    | DeviceDefined
    | DeviceWithdrawn
    | AuxReasonDefined
    | AuxReasonWithdrawn
    | DevicePresenceChanged
    | InteractionCreated
    | InteractionQueued
    | PriorityChanged
    | RequirementsRelaxed
    | ReservesCalled
    | ReservesReleased
    | WaitAnnouncementDue
    | WaitTold
    | InteractionAnswered
    | InteractionAbandoned
    | InteractionLeftQueue
    | CallerHeld
    | CallerResumed
    | InteractionTransferred
    | InteractionReleased
    | InteractionEnded
    | AgentReserved
    | AgentAlerted
    | ReservationEnded
    | AgentLoggedIn
    | AgentLoggedOut
    | AgentStateChanged
    | AuxOverstayed
    | NextStateChosen
    | CallbackBooked
    | CallbackDialled
    | CallbackReached
    | CallbackMissed
    | CallbackDue
    | DistributionSuspended
    | DistributionResumed
    | CallOutBegun
    | CallOutRefused
    | CallOutMoved
    | CallOutAnswered
    | CallOutReleased
    | InputRefused
)
