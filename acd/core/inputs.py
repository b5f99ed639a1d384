"""Inputs: what someone asks, or what the switch saw. Each is wholly described by its fields and the time it came."""

from dataclasses import dataclass

from acd.core.callback_words import BookCallback, CustomerReached
from acd.core.outbound_words import CallOut, CallOutOver, CallOutPickedUp, CallOutTried
from acd.core.rank_words import MoveToQueue, RoutingConfigured, SetPriority
from acd.core.settings import AgentSettings, AuxReasonSettings, Channel, DeviceSettings, QueueSettings, Requirement
from acd.core.transfer_words import TransferInput
from acd.core.waiting_words import KeyPressed
from kernel.ids import AgentId, CallLegId, DeviceId, Did, InteractionId, QueueId, ReservationId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import Disposition, EndedBy, ReservationResult

# --- configuration -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueConfigured:
    """A queue exists from now on, or has new rules (for those who wait in it too)."""

    settings: QueueSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRemoved:
    """A queue is gone. Refused (``still_in_use``) while anybody waits in it or is being offered from it."""

    queue_id: QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConfigured:
    """An agent exists, or has a new name or new skills, effective at the next match."""

    settings: AgentSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRemoved:
    """An agent is gone. Refused (``still_in_use``) unless logged out."""

    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceConfigured:
    """A phone exists. Until the switch says otherwise it counts as unreachable."""

    settings: DeviceSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRemoved:
    """A phone is gone. Refused (``still_in_use``) while an agent sits at it."""

    device_id: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class AuxReasonConfigured:
    """A reason not to be ready exists, or has new limits, for those who go away from now on."""

    settings: AuxReasonSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class AuxReasonRemoved:
    """A reason not to be ready is gone; whoever is away for it stays so."""

    reason_code: str


# --- callers -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionArrived:
    """A customer's contact came in. Refused (``duplicate_interaction``) when the id is open, or was."""

    interaction_id: InteractionId
    channel: Channel
    did: Did
    trunk_id: TrunkId
    leg_id: CallLegId


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterQueue:
    """The flow (or a person) puts an interaction into a queue.

    ``priority`` None: the queue's own. ``requirements`` are added to the queue's (the higher level wins). Entering the
    queue where it waits already changes nothing; entering another withdraws it from the first. A queue that is full
    is left again at once, by ``overflow``. Refused (``wrong_state``) while it is connected.

    ``ranked_at``: since when the wait counts for the place in line, for a caller who brings an older place; None: from
    now. What is measured and reported begins now in any case.
    """

    interaction_id: InteractionId
    queue_id: QueueId
    priority: int | None
    requirements: tuple[Requirement, ...]
    ranked_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowEnded:
    """The flow let the caller go without (or after) a queue; this ends the interaction with that disposition.

    An interaction that was answered keeps ``answered``.
    """

    interaction_id: InteractionId
    disposition: Disposition


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerHungUp:
    """The caller's leg is gone, in whatever phase. ``cause_code`` is the Q.850 cause, 0 when unknown.

    ``seen`` False: found out afterwards, by a look at the switch; it may have happened a while ago.
    """

    interaction_id: InteractionId
    cause_code: int
    seen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLost:
    """The caller's leg is gone, or about to go, by no wish of theirs: the switch died, or the program was away.

    Ends the interaction as ``system_failure``, unless it was answered.
    """

    interaction_id: InteractionId


# --- agents --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """An agent sits down at a phone; they start in aux with reason ``logged_in``.

    The same login at the same phone again is accepted without a second record. A login elsewhere moves the agent
    (refused ``agent_busy`` while they have a call). If somebody else sits at the phone they are logged out, or, with a
    call, the login is refused (``device_taken``).
    """

    agent_id: AgentId
    device_id: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOut:
    """An agent leaves. With a call in hand: remembered, applied when the call and its wrap-up are over."""

    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReady:
    """An agent may be offered calls. Ends wrap-up and aux; during an offer or a call: remembered as the next state.

    While the phone is unreachable or in use: remembered, and true as soon as the phone is well.
    """

    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAux:
    """An agent is not ready by choice, with a reason. Ends wrap-up; during a call: remembered as the next state.

    Refused (``too_many_away``) while as many as may be are away for that reason, or will be when their call is over;
    not when ``forced``, as by a supervisor.
    """

    agent_id: AgentId
    reason_code: str
    forced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendWrapUp:
    """An agent needs longer for the work after a call: its end is put off by ``by_ms``, which is above 0.

    Refused (``wrong_state``) unless the agent is in wrap-up.
    """

    agent_id: AgentId
    by_ms: int


# --- the switch ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePresenceSeen:
    """What the switch knows of a phone: can it be reached, and is it in use (by any call, ours or private)."""

    device_id: DeviceId
    reachable: bool
    in_use: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceMoved:
    """A phone has registered at another address (restarted, another network): what rings at the old one reaches nobody.

    An offer in progress ends as unreachable, and the phone, which is well now, is rung again at once.
    """

    device_id: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRang:
    """The agent's phone says it is ringing (SIP 180)."""

    reservation_id: ReservationId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPickedUp:
    """The agent answered and won the claim: the two are being joined by the switch.

    The claim has one winner, so this counts even when the reservation has just lapsed or been withdrawn, as long as the
    caller is still in the same queue and the agent at the same phone without another call. Else it is refused
    (``reservation_over``, or ``caller_left``).
    """

    reservation_id: ReservationId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLegFailed:
    """The agent's leg ended before it was joined: declined, busy, unreachable, lapsed, caller_left."""

    reservation_id: ReservationId
    result: ReservationResult


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLeft:
    """The agent's part of a joined call is over. ``ended_by``: who hung up, as the switch saw it. ``seen``: as above.

    ``phone_silent``: the switch has ended it, because nothing came from the phone any more.
    """

    reservation_id: ReservationId
    ended_by: EndedBy
    seen: bool = True
    phone_silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHeldCaller:
    """The agent put the caller on hold."""

    reservation_id: ReservationId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentResumedCaller:
    """The agent took the caller back from hold."""

    reservation_id: ReservationId


# --- served aside: by the switch alone, while the program was away ---------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideBegan:
    """From here on the switch served callers by itself. Until ``AsideEnded`` nobody is reserved for anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenAside:
    """An agent picked up a caller whom the switch had offered by itself, at that phone.

    Offers to either of the two are withdrawn, and the agent has left whatever talk they were held to be in. Where nobody
    sits at the phone the caller leaves the queue as withdrawn. Refused (``wrong_state``) unless it is in a queue; told
    again it changes nothing.
    """

    interaction_id: InteractionId
    device_id: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAside:
    """The talk of a caller who was taken aside is over. ``ended_by``: who hung up."""

    interaction_id: InteractionId
    ended_by: EndedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideEnded:
    """All that the switch did by itself is told: callers and agents are brought together as ever."""


# --- time ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePassed:
    """Nothing happened but time: deadlines that are due are taken, by this input alone."""


Input = (
    RoutingConfigured
    | QueueConfigured
    | QueueRemoved
    | AgentConfigured
    | AgentRemoved
    | DeviceConfigured
    | DeviceRemoved
    | AuxReasonConfigured
    | AuxReasonRemoved
    | InteractionArrived
    | EnterQueue
    | MoveToQueue
    | SetPriority
    | FlowEnded
    | CallerHungUp
    | CallerLost
    | LogIn
    | LogOut
    | SetReady
    | SetAux
    | ExtendWrapUp
    | DevicePresenceSeen
    | DeviceMoved
    | AgentRang
    | AgentPickedUp
    | AgentLegFailed
    | AgentLeft
    | AgentHeldCaller
    | AgentResumedCaller
    | TransferInput
    | AsideBegan
    | TakenAside
    | LeftAside
    | AsideEnded
    | KeyPressed
    | CallOut
    | CallOutTried
    | CallOutPickedUp
    | CallOutOver
    | BookCallback
    | CustomerReached
    | TimePassed
)
