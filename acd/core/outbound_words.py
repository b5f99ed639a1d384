"""Calls that agents make: what is asked and seen, what is decided. Listed with all others in ``inputs`` and ``facts``.

The number is in none of them: it lies in the contact book.
"""

from dataclasses import dataclass

from kernel.ids import AgentId, CallLegId, DeviceId, Did, InteractionId, ReservationId, RouteId, TrunkId
from kernel.result_codes import CallOutRefusal, Disposition, EndedBy

# --- inputs ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkOffer:
    """A trunk that the route allows, and how many of agents' calls it may carry: at once, in an hour, in a day."""

    trunk_id: TrunkId
    at_once_max: int
    per_hour_max: int
    per_day_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOut:
    """Somebody at a phone wants to call a number outside.

    ``refused``: why the centre's routes do not allow it; then ``route_id`` is None and there are no ``trunks``.
    ``shown``: the number that the called are to see. Refused, and counted, as ``CallOutRefused``.
    """

    interaction_id: InteractionId
    device_id: DeviceId
    leg_id: CallLegId
    refused: CallOutRefusal | None = None
    route_id: RouteId | None = None
    trunks: tuple[TrunkOffer, ...] = ()
    shown: Did | None = None
    wrap_up_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutTried:
    """The switch dials by this trunk now: the first, or the next because one was full or congested."""

    interaction_id: InteractionId
    trunk_id: TrunkId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutPickedUp:
    """The called has answered; the two are joined."""

    interaction_id: InteractionId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutOver:
    """The called is gone, or was never reached. ``disposition``: answered, busy, no_answer or not_reached."""

    interaction_id: InteractionId
    disposition: Disposition


# --- facts -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutBegun:
    """An agent's call may be dialled, by these trunks in order; it counts against the limits from now on."""

    interaction_id: InteractionId
    agent_id: AgentId
    device_id: DeviceId
    route_id: RouteId
    trunk_ids: tuple[TrunkId, ...]
    wrap_up_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutRefused:
    """A call was not made. There is no interaction: nobody was called. ``agent_id`` None: nobody sits at the phone."""

    interaction_id: InteractionId
    device_id: DeviceId
    agent_id: AgentId | None
    route_id: RouteId | None
    reason: CallOutRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutMoved:
    """The trunk before it was full or congested, so the call goes by this one."""

    interaction_id: InteractionId
    trunk_id: TrunkId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutAnswered:
    """The called has answered, ``rang_ms`` after it was dialled. ``reservation_id`` names the talk, and its recording."""

    interaction_id: InteractionId
    agent_id: AgentId
    reservation_id: ReservationId
    rang_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutReleased:
    """The talk is over. As ``InteractionReleased``, of a call that is of no queue."""

    interaction_id: InteractionId
    agent_id: AgentId
    reservation_id: ReservationId
    ended_by: EndedBy
    talk_ms: int
    hold_ms: int
    end_seen: bool = True
