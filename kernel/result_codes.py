"""Codes that the core, the API, CTI and the reports share. A code, once released, is never renamed."""

from enum import StrEnum


class RefusalCode(StrEnum):
    """Why the front door refused an input. Nothing changed."""

    UNKNOWN_INTERACTION = "unknown_interaction"
    UNKNOWN_QUEUE = "unknown_queue"
    UNKNOWN_AGENT = "unknown_agent"
    UNKNOWN_DEVICE = "unknown_device"
    UNKNOWN_RESERVATION = "unknown_reservation"
    DUPLICATE_INTERACTION = "duplicate_interaction"
    NOT_LOGGED_IN = "not_logged_in"
    ALREADY_LOGGED_IN = "already_logged_in"
    DEVICE_TAKEN = "device_taken"
    AGENT_BUSY = "agent_busy"
    WRONG_STATE = "wrong_state"
    CALLER_LEFT = "caller_left"
    RESERVATION_OVER = "reservation_over"
    STILL_IN_USE = "still_in_use"
    UNKNOWN_REASON = "unknown_reason"
    TOO_MANY_AWAY = "too_many_away"
    """As many agents as may be are away for that reason."""
    UNREACHABLE = "unreachable"
    QUEUE_FULL = "queue_full"
    UNKNOWN_TARGET = "unknown_target"
    """Nobody can be reached by those digits."""
    TARGET_NOT_READY = "target_not_ready"


class ReservationResult(StrEnum):
    """How one reservation ended."""

    ANSWERED = "answered"
    LAPSED = "lapsed"
    """The phone rang and nobody answered in time, or it sent the call elsewhere, which is not done (SIP 302): RONA."""
    DECLINED = "declined"
    """SIP 603, 480 and the like: the agent pressed reject."""
    BUSY = "busy"
    """SIP 486."""
    UNREACHABLE = "unreachable"
    """The phone could not be reached: not registered, no answer to INVITE."""
    CALLER_LEFT = "caller_left"
    CANCELLED = "cancelled"
    """Withdrawn by the engine: maximum wait, log-out by force, configuration."""


class Disposition(StrEnum):
    """How one interaction ended; exactly one each."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    SHORT_ABANDONED = "short_abandoned"
    ABANDONED_IN_FLOW = "abandoned_in_flow"
    """The caller hung up before any queue."""
    FLOW_ENDED = "flow_ended"
    """The flow said good-bye: self-service, or nothing more to offer."""
    BLOCKED = "blocked"
    CLOSED = "closed"
    TIMEOUT = "timeout"
    OVERFLOW = "overflow"
    TRANSFERRED_OUT = "transferred_out"
    WITHDRAWN = "withdrawn"
    CALLBACK = "callback"
    """Asked to be called back, and was not reached."""
    SYSTEM_FAILURE = "system_failure"
    NO_ANSWER = "no_answer"
    """Of calls by agents, as the next three: nobody answered."""
    BUSY = "busy"
    NOT_REACHED = "not_reached"
    """No trunk could bring the call there."""
    CANCELLED = "cancelled"
    """The agent hung up before anybody answered."""
    UNKNOWN = "unknown"


class CallOutRefusal(StrEnum):
    """Why a number outside was not called for somebody."""

    NO_NUMBER = "no_number"
    """What was dialled is no number that could exist."""
    NO_ROUTE = "no_route"
    """No route of the centre allows it."""
    OUT_OF_HOURS = "out_of_hours"
    """One does, at other times."""
    NOT_LOGGED_IN = "not_logged_in"
    AGENT_BUSY = "agent_busy"
    AGENT_LIMIT = "agent_limit"
    TRUNK_LIMIT = "trunk_limit"


class LeaveReason(StrEnum):
    """Why an interaction left a queue without being answered or abandoned."""

    TIMEOUT = "timeout"
    OVERFLOW = "overflow"
    CLOSED = "closed"
    KEY = "key"
    """The caller pressed the queue's exit key."""
    CALLBACK = "callback"
    """Who was to be called back was not reached: too often nobody answered, or it was too late."""
    WITHDRAWN = "withdrawn"
    NO_AGENT = "no_agent"
    SYSTEM_FAILURE = "system_failure"


class EndedBy(StrEnum):
    """Who ended it."""

    CALLER = "caller"
    AGENT = "agent"
    SYSTEM = "system"
