"""What the events of our legs mean: AMI events go in, inputs for the front door come out. Pure.

Events of two channels can cross on their way here, and every one may come twice or not at all. So each reservation
remembers how far its leg has come and says each thing once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from acd.core.callback_words import CustomerReached
from acd.core.inputs import (
    AgentHeldCaller,
    AgentLeft,
    AgentLegFailed,
    AgentPickedUp,
    AgentRang,
    AgentResumedCaller,
    CallerHungUp,
    CallerLost,
    DeviceMoved,
    DevicePresenceSeen,
    FlowEnded,
    Input,
    LeftAside,
)
from acd.core.outbound_words import CallOutOver, CallOutPickedUp, CallOutTried
from kernel.ids import DeviceId, InteractionId, ReservationId, TrunkId
from kernel.result_codes import Disposition, EndedBy, ReservationResult
from telephony.ami.wire import AmiEvent
from telephony.leg_names import interaction_of, reservation_of, talk_of_call_out

REMEMBERED_MAX = 4096
ASIDE_OVER = "AcdAside"
"""The event that tells of the end of whoever was served by Asterisk alone."""


class Phase(StrEnum):
    """How far an agent's leg has come."""

    DIALLING = "dialling"
    RINGING = "ringing"
    JOINED = "joined"
    OVER = "over"


@dataclass(slots=True)
class AgentLeg:
    """One agent's leg. ``hangup_asked_by``: who was first to hang up, as HangupRequest told."""

    interaction_id: InteractionId
    phase: Phase = Phase.DIALLING
    hangup_asked_by: EndedBy | None = None


REDIRECTED = 23
NORMAL = 16
NO_RTP = 44
"""With this cause Asterisk ends a leg from which no sound has come for rtp_timeout (res_pjsip_sdp_rtp.c of 22)."""

# Q.850 causes as chan_pjsip makes them of the phone's SIP answer (res_pjsip_session, hangup_sip2cause of Asterisk 22).
RESULT_OF_CAUSE = {
    16: ReservationResult.CANCELLED,
    17: ReservationResult.BUSY,
    18: ReservationResult.UNREACHABLE,  # no answer to INVITE at all (408)
    19: ReservationResult.DECLINED,  # 480: not to be disturbed, or the reject button of some makes
    20: ReservationResult.UNREACHABLE,  # not registered
    21: ReservationResult.DECLINED,  # 603, 403
    REDIRECTED: ReservationResult.LAPSED,  # 302: the agent is not at this phone, and we do not follow them
    27: ReservationResult.UNREACHABLE,  # destination out of order (502, 503)
    34: ReservationResult.UNREACHABLE,
    38: ReservationResult.UNREACHABLE,
}

DISPOSITION_OF_STATUS = {
    "ANSWER": Disposition.ANSWERED,
    "BUSY": Disposition.BUSY,
    "NOANSWER": Disposition.NO_ANSWER,
}
"""By what Dial() leaves in DIALSTATUS, of an agent's call; all else is not reached."""

_UNREACHABLE_STATES = frozenset({"UNAVAILABLE", "INVALID"})
_IDLE_STATES = frozenset({"NOT_INUSE", "UNAVAILABLE", "INVALID", "UNKNOWN"})


class LegTracker:
    """The legs of one Asterisk that we have to do with."""

    def __init__(self) -> None:
        self.agent_legs: dict[ReservationId, AgentLeg] = {}
        self._joined: dict[InteractionId, ReservationId] = {}
        self._callers: set[InteractionId] = set()
        self._gone_early: dict[InteractionId, int] = {}
        self._sent_away: dict[ReservationId, CallerHungUp] = {}
        """Callers who are gone since their agent is, of which nothing was heard yet."""
        self._addresses: dict[DeviceId, set[str]] = {}

        self._talks_out: set[InteractionId] = set()
        """Agents' calls to numbers outside that were answered."""

    # --- what we did ourselves -------------------------------------------------------------------------------------

    def caller_known(self, interaction_id: InteractionId) -> tuple[Input, ...]:
        """An interaction exists from now on. Its hang-up may have been seen before: then it is told now."""
        self._callers.add(interaction_id)
        cause = self._gone_early.pop(interaction_id, None)
        return () if cause is None else (CallerHungUp(interaction_id=interaction_id, cause_code=cause),)

    def caller_over(self, interaction_id: InteractionId) -> None:
        """An interaction has its final record."""
        self._callers.discard(interaction_id)
        self._talks_out.discard(interaction_id)

    def talks_out(self, interaction_id: InteractionId) -> None:
        """An agent's call to a number outside was answered."""
        self._talks_out.add(interaction_id)

    def ring_started(self, reservation_id: ReservationId, interaction_id: InteractionId) -> None:
        """A phone is being rung for a reservation."""
        self.agent_legs[reservation_id] = AgentLeg(interaction_id)

    def adopted(self, reservation_id: ReservationId, interaction_id: InteractionId, phase: Phase) -> None:
        """A leg was found in the switch, ringing or joined, after a restart or a gap in the events.

        One that we have given up stays given up while it rings on; joined, it is, as in events.
        """
        leg = self.agent_legs.setdefault(reservation_id, AgentLeg(interaction_id))
        if phase is Phase.JOINED:
            leg.phase = phase
            self._joined[interaction_id] = reservation_id
        elif leg.phase is Phase.DIALLING:
            leg.phase = phase

    def released(self, reservation_id: ReservationId) -> None:
        """The talk of a leg is over. Its own Hangup may follow, or may have been missed in a gap."""
        self._sent_away.pop(reservation_id, None)
        leg = self.agent_legs.pop(reservation_id, None)
        if leg is not None and self._joined.get(leg.interaction_id) == reservation_id:
            del self._joined[leg.interaction_id]

    def ring_cancelled(self, reservation_id: ReservationId) -> None:
        """The engine wants no more of this leg unless it is joined already."""
        leg = self.agent_legs.get(reservation_id)
        if leg is not None and leg.phase is not Phase.JOINED:
            leg.phase = Phase.OVER

    def forget(self, reservation_id: ReservationId) -> None:
        """Asterisk has said that there is no such leg (any more)."""
        leg = self.agent_legs.get(reservation_id)
        if leg is not None and leg.phase is Phase.OVER:
            del self.agent_legs[reservation_id]

    def talks(self, reservation_id: ReservationId) -> bool:
        """Whether the leg is joined with its caller."""
        leg = self.agent_legs.get(reservation_id)
        return leg is not None and leg.phase is Phase.JOINED

    def still_silent(self, reservation_id: ReservationId) -> bool:
        """Whether the phone has not even said that it rings."""
        leg = self.agent_legs.get(reservation_id)
        return leg is not None and leg.phase is Phase.DIALLING

    def fail(self, reservation_id: ReservationId, result: ReservationResult) -> tuple[Input, ...]:
        """The leg failed for a reason of ours (refused action, silent phone). Said once."""
        leg = self.agent_legs.get(reservation_id)
        if leg is None or leg.phase in (Phase.JOINED, Phase.OVER):
            return ()
        leg.phase = Phase.OVER
        return (AgentLegFailed(reservation_id=reservation_id, result=result),)

    def found_nobody(self, event: AmiEvent) -> bool:
        """Whether this says that an agent picked up and there was nobody to join: no claim, or no bridge after it."""
        if event.name == "UserEvent":
            return event.fields.get("UserEvent") == "AcdClaim"
        if event.name != "Hangup" or event.fields.get("Cause") != "16":
            return False
        leg = self.agent_legs.get(reservation_of(event.fields.get("Uniqueid", "")) or ReservationId(""))
        return leg is not None and leg.phase in (Phase.DIALLING, Phase.RINGING)

    # --- what the switch told ----------------------------------------------------------------------------------------

    def see(self, event: AmiEvent) -> tuple[Input, ...]:
        """The inputs that one event means; most mean none."""
        fields = event.fields
        match event.name:
            case "Newstate" if fields.get("ChannelStateDesc") == "Ringing":
                return self._ringing(reservation_of(fields.get("Uniqueid", "")))
            case "UserEvent":
                return self._told(fields)
            case "BridgeEnter":
                return self._joined_now(reservation_of(fields.get("Uniqueid", "")))
            case "BlindTransfer":
                return self._sent_on(fields)
            case "HangupRequest":
                return self._hangup_asked(fields)
            case "Hangup":
                return self._hung_up(fields)
            case "Hold" | "Unhold":
                return self._held(fields.get("Uniqueid", ""), held=event.name == "Hold")
            case _:
                return self._see_phone(event)

    def _told(self, fields: Mapping[str, str]) -> tuple[Input, ...]:
        """What our own dialplan says."""
        interaction_id = InteractionId(fields.get("Call", ""))
        match fields.get("UserEvent", ""):
            case "AcdClaim":
                return self.fail(ReservationId(fields.get("Reservation", "")), ReservationResult.CALLER_LEFT)
            case "AcdTransferred":
                return self._transferred(interaction_id)
            case "AcdNoService":
                return self._turned_away(interaction_id)
            case "AcdReached":
                return self._reached(interaction_id)
            case name if name == ASIDE_OVER:
                return self._left_aside(fields)
            case name if interaction_id in self._callers:
                return _called_out(name, interaction_id, fields)
            case _:
                return ()

    def _see_phone(self, event: AmiEvent) -> tuple[Input, ...]:
        match event.name:
            case "DeviceStateChange":
                return device_presence(event.fields)
            case "ContactStatus":
                return self._contact(event.fields)
            case _:
                return ()

    def _ringing(self, reservation_id: ReservationId | None) -> tuple[Input, ...]:
        leg = self.agent_legs.get(reservation_id) if reservation_id is not None else None
        if reservation_id is None or leg is None or leg.phase is not Phase.DIALLING:
            return ()
        leg.phase = Phase.RINGING
        return (AgentRang(reservation_id=reservation_id),)

    def _joined_now(self, reservation_id: ReservationId | None) -> tuple[Input, ...]:
        """The leg entered a bridge, and the only bridge it can enter is the one with its caller.

        Also for a leg that we have just given up: the switch has joined the two, and that is the truth.
        """
        leg = self.agent_legs.get(reservation_id) if reservation_id is not None else None
        if reservation_id is None or leg is None or leg.phase is Phase.JOINED:
            return ()
        leg.phase = Phase.JOINED
        self._joined[leg.interaction_id] = reservation_id
        return (AgentPickedUp(reservation_id=reservation_id),)

    def _hangup_asked(self, fields: Mapping[str, str]) -> tuple[Input, ...]:
        unique_id = fields.get("Uniqueid", "")
        reservation_id, asked_by = reservation_of(unique_id), EndedBy.AGENT
        interaction_id = interaction_of(unique_id)
        if interaction_id is not None:
            reservation_id, asked_by = self._joined.get(interaction_id), EndedBy.CALLER
        leg = self.agent_legs.get(reservation_id) if reservation_id is not None else None
        if leg is not None and leg.hangup_asked_by is None:
            leg.hangup_asked_by = asked_by
        if reservation_id is not None and is_forwarding(fields):
            # Its Hangup comes only when whatever Asterisk dials instead is over: the caller need not wait for that.
            return self.fail(reservation_id, RESULT_OF_CAUSE[REDIRECTED])
        return ()

    def _sent_on(self, fields: Mapping[str, str]) -> tuple[Input, ...]:
        """The agent has sent the caller on, and so ended the talk. Where to is told by the caller's own script."""
        leg = self.agent_legs.get(reservation_of(fields.get("TransfererUniqueid", "")) or ReservationId(""))
        if leg is not None and fields.get("Result") == "Success" and leg.hangup_asked_by is None:
            leg.hangup_asked_by = EndedBy.AGENT
        return ()

    def _hung_up(self, fields: Mapping[str, str]) -> tuple[Input, ...]:
        cause = int(text) if (text := fields.get("Cause", "0")).isdigit() else 0
        unique_id = fields.get("Uniqueid", "")
        reservation_id = reservation_of(unique_id)
        if reservation_id is not None:
            return self._agent_hung_up(reservation_id, cause)
        interaction_id = interaction_of(unique_id)
        return () if interaction_id is None else self._caller_hung_up(interaction_id, cause)

    def _agent_hung_up(self, reservation_id: ReservationId, cause: int) -> tuple[Input, ...]:
        leg = self.agent_legs.pop(reservation_id, None)
        if leg is None or leg.phase is Phase.OVER:
            return ()
        if leg.phase is Phase.JOINED:
            if self._joined.get(leg.interaction_id) == reservation_id:
                del self._joined[leg.interaction_id]
            ended_by = leg.hangup_asked_by or EndedBy.SYSTEM
            left = AgentLeft(reservation_id=reservation_id, ended_by=ended_by, phone_silent=cause == NO_RTP)
            gone = self._sent_away.pop(reservation_id, None)
            return (left,) if gone is None else (left, gone)
        result = RESULT_OF_CAUSE.get(cause, ReservationResult.DECLINED)
        return (AgentLegFailed(reservation_id=reservation_id, result=result),)

    def _caller_hung_up(self, interaction_id: InteractionId, cause: int) -> tuple[Input, ...]:
        if interaction_id in self._callers:
            gone = CallerHungUp(interaction_id=interaction_id, cause_code=cause)
            joined = self._joined.get(interaction_id)
            if cause == NORMAL and joined is not None and self._nobody_hung_up(joined):
                # The dialplan ends a caller's call when the agent's leg is over: that leg knows why.
                self._sent_away[joined] = gone
                return ()
            return (*self._agent_first(interaction_id), gone)
        # Not (yet) an interaction of ours: the hang-up can overtake the arrival. Most are other channels.
        self._gone_early[interaction_id] = cause
        while len(self._gone_early) > REMEMBERED_MAX:
            del self._gone_early[next(iter(self._gone_early))]
        return ()

    def _nobody_hung_up(self, reservation_id: ReservationId) -> bool:
        """Whether neither side of a talk has asked for its end."""
        leg = self.agent_legs.get(reservation_id)
        return leg is not None and leg.phase is Phase.JOINED and leg.hangup_asked_by is None

    def _agent_first(self, interaction_id: InteractionId) -> tuple[Input, ...]:
        """The agent hung up, but the caller's Hangup overtook that of the agent's leg: tell it in the true order."""
        reservation_id = self._joined.get(interaction_id)
        leg = self.agent_legs.get(reservation_id) if reservation_id is not None else None
        if reservation_id is None or leg is None or leg.hangup_asked_by is not EndedBy.AGENT:
            return ()
        leg.phase = Phase.OVER
        del self._joined[interaction_id]
        return (AgentLeft(reservation_id=reservation_id, ended_by=EndedBy.AGENT),)

    def _transferred(self, interaction_id: InteractionId) -> tuple[Input, ...]:
        """The number outside that a flow dialled has answered: for us the interaction has ended."""
        if interaction_id not in self._callers:
            return ()
        return (FlowEnded(interaction_id=interaction_id, disposition=Disposition.TRANSFERRED_OUT),)

    def _turned_away(self, interaction_id: InteractionId) -> tuple[Input, ...]:
        """The dialplan's safety route has the caller. One who is no interaction of ours waits for the next look."""
        return (CallerLost(interaction_id=interaction_id),) if interaction_id in self._callers else ()

    def _reached(self, interaction_id: InteractionId) -> tuple[Input, ...]:
        """Who is called back has answered."""
        return (CustomerReached(interaction_id=interaction_id),) if interaction_id in self._callers else ()

    def _left_aside(self, fields: Mapping[str, str]) -> tuple[Input, ...]:
        """A talk that Asterisk alone had brought about is over. That the caller hung up is told by their own Hangup."""
        interaction_id = InteractionId(fields.get("Call", ""))
        if interaction_id not in self._callers or fields.get("By") != EndedBy.AGENT:
            return ()
        return (LeftAside(interaction_id=interaction_id, ended_by=EndedBy.AGENT),)

    def _contact(self, fields: Mapping[str, str]) -> tuple[Input, ...]:
        """A phone's address was added or taken away. One that goes while another stays: the phone has moved."""
        device_id = DeviceId(fields.get("AOR", ""))
        if not device_id or device_id.startswith("trunk-"):
            return ()
        known = self._addresses.setdefault(device_id, set())
        if fields.get("ContactStatus") != "Removed":
            # A new one is told as NonQualified, then as what the first look at it says.
            known.add(fields.get("URI", ""))
            return ()
        known.discard(fields.get("URI", ""))
        return (DeviceMoved(device_id=device_id),) if known else ()

    def _held(self, unique_id: str, *, held: bool) -> tuple[Input, ...]:
        reservation_id = self._talk_of(unique_id)
        if reservation_id is None:
            return ()
        if held:
            return (AgentHeldCaller(reservation_id=reservation_id),)
        return (AgentResumedCaller(reservation_id=reservation_id),)

    def _talk_of(self, unique_id: str) -> ReservationId | None:
        """The talk in which an agent's leg is; None when it is in none, or is no agent's."""
        reservation_id, interaction_id = reservation_of(unique_id), interaction_of(unique_id)
        if interaction_id is not None and interaction_id in self._talks_out:
            return talk_of_call_out(interaction_id)
        leg = self.agent_legs.get(reservation_id) if reservation_id is not None else None
        return reservation_id if leg is not None and leg.phase is Phase.JOINED else None


def _called_out(name: str, interaction_id: InteractionId, fields: Mapping[str, str]) -> tuple[Input, ...]:
    """An agent's call to a number outside goes on."""
    match name:
        case "AcdOutTrying":
            return (CallOutTried(interaction_id=interaction_id, trunk_id=TrunkId(fields.get("Trunk", ""))),)
        case "AcdOutAnswered":
            return (CallOutPickedUp(interaction_id=interaction_id),)
        case "AcdOutOver":
            disposition = DISPOSITION_OF_STATUS.get(fields.get("Status", ""), Disposition.NOT_REACHED)
            return (CallOutOver(interaction_id=interaction_id, disposition=disposition),)
        case _:
            return ()


def is_forwarding(fields: Mapping[str, str]) -> bool:
    """Does this HangupRequest say that an agent's phone sent the call elsewhere?"""
    return fields.get("Cause") == str(REDIRECTED) and reservation_of(fields.get("Uniqueid", "")) is not None


def device_presence(fields: Mapping[str, str]) -> tuple[DevicePresenceSeen, ...]:
    """DeviceStateChange of one of our phones as its presence."""
    technology, _, name = fields.get("Device", "").partition("/")
    if technology != "PJSIP" or not name or name.startswith("trunk-"):
        return ()
    state = fields.get("State", "")
    return (
        DevicePresenceSeen(
            device_id=DeviceId(name), reachable=state not in _UNREACHABLE_STATES, in_use=state not in _IDLE_STATES
        ),
    )
