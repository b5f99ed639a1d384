"""What there is in the pretend switch: callers' legs, agents' legs, phones. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum

from kernel.ids import DeviceId, InteractionId, QueueId, ReservationId


class Step(StrEnum):
    """Where in the dialplan a caller is."""

    TALKING_TO_FLOW = "talking_to_flow"
    BROKEN_OFF = "broken_off"
    """The flow's session broke off; music until the next try."""
    WAITING = "waiting"
    JOINED = "joined"
    TURNED_AWAY = "turned_away"
    GONE = "gone"


class Progress(StrEnum):
    """How far an agent's leg has come."""

    DIALLING = "dialling"
    RINGING = "ringing"
    CLAIMING = "claiming"
    JOINED = "joined"
    OVER = "over"


class End(StrEnum):
    """Why a caller's leg ended."""

    HUNG_UP = "hung up"
    TALK_OVER = "was let go after the talk"
    LET_GO = "was let go by the flow"
    TURNED_AWAY = "was told that there is no service"
    SWITCH_DIED = "was lost with the switch"


@dataclass(slots=True, kw_only=True)
class CallerLeg:
    """One caller's channel and its variables: ``state``, ``offer``, ``winner``, ``queue_id``, ``goes_to`` are
    the dialplan's ACD_STATE, ACD_OFFER, ACD_WINNER, ACD_QUEUE, ACD_NEXT. ``turn`` changes with every jump in the dialplan.
    """

    interaction_id: InteractionId
    step: Step = Step.TALKING_TO_FLOW
    state: str = "flow"
    offer: ReservationId | None = None
    winner: ReservationId | None = None
    queue_id: QueueId | None = None
    goes_to: str = ""
    script: str = "inbound"
    returns_by: str = ""
    tries: int = 0
    broke_off_at_ms: int | None = None
    turn: int = 0
    locked_by: ReservationId | None = None
    joined: "AgentLeg | None" = None
    talks: int = 0


@dataclass(slots=True, kw_only=True)
class AgentLeg:
    """One agent's channel. ``won``: it has a claim on its caller, which its hangup handler gives back.
    ``claims_under``: the epoch in force when it was picked up.
    """

    reservation_id: ReservationId
    interaction_id: InteractionId
    device_id: DeviceId
    epoch: str
    progress: Progress = Progress.DIALLING
    claims_under: str = ""
    won: bool = False


@dataclass(slots=True, kw_only=True)
class Phone:
    """One phone. ``silent``: registered, but it answers nothing. ``lines_max``: calls beyond are answered with busy."""

    device_id: DeviceId
    reachable: bool = True
    silent: bool = False
    private: bool = False
    lines_max: int = 2
    legs: dict[ReservationId, AgentLeg] = field(default_factory=dict)
    told: tuple[bool, bool] = (True, False)

    @property
    def in_use(self) -> bool:
        """As the switch reports it: any call, ringing ones too."""
        return self.private or bool(self.legs)
