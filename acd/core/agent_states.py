"""Agent states and the table of legal moves between them.

``MOVES`` says where a trigger leads from a state. What is not in the table is not possible: asked from outside it is
refused (``wrong_state``), inside it is a bug. The picture in ``docs/states/agent.md`` is drawn from this table.
"""

from enum import StrEnum


class AgentState(StrEnum):
    """One state at a time, with a reason code where the glossary asks for one."""

    LOGGED_OUT = "logged_out"
    READY = "ready"
    RESERVED = "reserved"
    ALERTING = "alerting"
    DIALLING = "dialling"
    """They call a number outside, which has not answered yet."""
    TALKING = "talking"
    HOLD = "hold"
    WRAP_UP = "wrap_up"
    AUX = "aux"
    UNREACHABLE = "unreachable"


class Trigger(StrEnum):
    """What moves an agent from one state to another."""

    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    SET_READY = "set_ready"
    SET_AUX = "set_aux"
    CHOSEN_AUX = "chosen_aux"
    """Aux was asked for during an offer or a call, which is now over."""
    CHOSEN_LOG_OUT = "chosen_log_out"
    """Log-out was asked for during an offer or a call, which is now over."""
    RESERVED = "reserved"
    RANG = "rang"
    PICKED_UP = "picked_up"
    LAPSED = "lapsed"
    LAPSE_FORGIVEN = "lapse_forgiven"
    """Lapsed, in a queue whose policy leaves the agent in the line."""
    DECLINED = "declined"
    PHONE_FAILED = "phone_failed"
    """The phone answered busy, or not at all, when it was rung."""
    OFFER_WITHDRAWN = "offer_withdrawn"
    CALLS_OUT = "calls_out"
    CALLED_ANSWERED = "called_answered"
    NOT_REACHED = "not_reached"
    """Whom they called did not answer, or they hung up before."""
    HELD = "held"
    RESUMED = "resumed"
    CALL_OVER = "call_over"
    WRAPPED_UP = "wrapped_up"
    WRAP_UP_EXTENDED = "wrap_up_extended"
    PHONE_LOST = "phone_lost"
    PHONE_TAKEN = "phone_taken"
    """The phone is in use by a call that is not ours."""
    PHONE_BACK = "phone_back"
    PHONE_BACK_IN_AUX = "phone_back_in_aux"


class ReasonCode(StrEnum):
    """Reason codes that the engine itself gives; agents' own aux reasons stand beside them."""

    NONE = ""
    LOGGED_IN = "logged_in"
    RONA = "rona"
    DECLINED = "declined"
    OFFER_WITHDRAWN = "offer_withdrawn"
    """Ready again without a call, through no doing of the agent's: the place in the line is kept."""
    NOT_REACHABLE = "not_reachable"
    PHONE_IN_USE = "phone_in_use"
    BUSY_ELSEWHERE = "busy_elsewhere"
    """The phone refused without ringing though the switch knows of no call there: not to be disturbed, or a second line."""
    NO_ANSWER_FROM_PHONE = "no_answer_from_phone"
    OWN_WISH = "own_wish"
    MOVED = "moved"
    REPLACED = "replaced"


_S = AgentState
_T = Trigger

MOVES: dict[tuple[AgentState, Trigger], AgentState] = {
    (_S.LOGGED_OUT, _T.LOG_IN): _S.AUX,  # never straight into the line: the agent says when they are ready
    #
    (_S.READY, _T.RESERVED): _S.RESERVED,
    (_S.READY, _T.SET_AUX): _S.AUX,
    (_S.READY, _T.LOG_OUT): _S.LOGGED_OUT,
    (_S.READY, _T.PHONE_LOST): _S.UNREACHABLE,
    (_S.READY, _T.PHONE_TAKEN): _S.UNREACHABLE,  # not aux: no choice of theirs, and it ends by itself
    (_S.READY, _T.PICKED_UP): _S.TALKING,  # a pick-up that won its claim while the lapse was being decided
    #
    (_S.RESERVED, _T.RANG): _S.ALERTING,
    (_S.RESERVED, _T.PICKED_UP): _S.TALKING,  # a phone that answers by itself never rings
    (_S.RESERVED, _T.LAPSED): _S.AUX,  # RONA: out of the line until they say they are back
    (_S.RESERVED, _T.LAPSE_FORGIVEN): _S.READY,
    (_S.RESERVED, _T.DECLINED): _S.AUX,
    (_S.RESERVED, _T.PHONE_FAILED): _S.UNREACHABLE,
    (_S.RESERVED, _T.PHONE_LOST): _S.UNREACHABLE,
    (_S.RESERVED, _T.PHONE_TAKEN): _S.UNREACHABLE,  # a call of its own came first: that is why it said busy
    (_S.RESERVED, _T.OFFER_WITHDRAWN): _S.READY,
    (_S.RESERVED, _T.CHOSEN_AUX): _S.AUX,
    (_S.RESERVED, _T.CHOSEN_LOG_OUT): _S.LOGGED_OUT,
    (_S.RESERVED, _T.SET_READY): _S.RESERVED,  # remembered, as are the next two
    (_S.RESERVED, _T.SET_AUX): _S.RESERVED,
    (_S.RESERVED, _T.LOG_OUT): _S.RESERVED,
    #
    (_S.ALERTING, _T.PICKED_UP): _S.TALKING,
    (_S.ALERTING, _T.LAPSED): _S.AUX,
    (_S.ALERTING, _T.LAPSE_FORGIVEN): _S.READY,
    (_S.ALERTING, _T.DECLINED): _S.AUX,
    (_S.ALERTING, _T.PHONE_FAILED): _S.UNREACHABLE,
    (_S.ALERTING, _T.PHONE_LOST): _S.UNREACHABLE,
    (_S.ALERTING, _T.OFFER_WITHDRAWN): _S.READY,
    (_S.ALERTING, _T.CHOSEN_AUX): _S.AUX,
    (_S.ALERTING, _T.CHOSEN_LOG_OUT): _S.LOGGED_OUT,
    (_S.ALERTING, _T.SET_READY): _S.ALERTING,  # remembered, as are the next two
    (_S.ALERTING, _T.SET_AUX): _S.ALERTING,
    (_S.ALERTING, _T.LOG_OUT): _S.ALERTING,
    #
    (_S.READY, _T.CALLS_OUT): _S.DIALLING,
    (_S.AUX, _T.CALLS_OUT): _S.DIALLING,
    (_S.WRAP_UP, _T.CALLS_OUT): _S.DIALLING,  # whoever calls has done with the work
    (_S.UNREACHABLE, _T.CALLS_OUT): _S.DIALLING,  # the phone was seen in use before it was heard what it dials
    (_S.DIALLING, _T.CALLED_ANSWERED): _S.TALKING,
    (_S.DIALLING, _T.NOT_REACHED): _S.READY,
    (_S.DIALLING, _T.CHOSEN_AUX): _S.AUX,
    (_S.DIALLING, _T.CHOSEN_LOG_OUT): _S.LOGGED_OUT,
    (_S.DIALLING, _T.PHONE_TAKEN): _S.UNREACHABLE,  # over, and the agent still hears why
    (_S.DIALLING, _T.PHONE_LOST): _S.UNREACHABLE,
    (_S.DIALLING, _T.SET_READY): _S.DIALLING,  # remembered, as in talking
    (_S.DIALLING, _T.SET_AUX): _S.DIALLING,
    (_S.DIALLING, _T.LOG_OUT): _S.DIALLING,
    #
    (_S.TALKING, _T.HELD): _S.HOLD,
    (_S.TALKING, _T.CALL_OVER): _S.WRAP_UP,
    (_S.TALKING, _T.SET_READY): _S.TALKING,  # asked mid-call: remembered, applied after wrap-up
    (_S.TALKING, _T.SET_AUX): _S.TALKING,
    (_S.TALKING, _T.LOG_OUT): _S.TALKING,
    #
    (_S.HOLD, _T.RESUMED): _S.TALKING,
    (_S.HOLD, _T.CALL_OVER): _S.WRAP_UP,
    (_S.HOLD, _T.SET_READY): _S.HOLD,  # remembered, as in talking
    (_S.HOLD, _T.SET_AUX): _S.HOLD,
    (_S.HOLD, _T.LOG_OUT): _S.HOLD,
    #
    (_S.WRAP_UP, _T.WRAPPED_UP): _S.READY,
    (_S.WRAP_UP, _T.WRAP_UP_EXTENDED): _S.WRAP_UP,
    (_S.WRAP_UP, _T.SET_READY): _S.READY,
    (_S.WRAP_UP, _T.SET_AUX): _S.AUX,
    (_S.WRAP_UP, _T.CHOSEN_AUX): _S.AUX,
    (_S.WRAP_UP, _T.LOG_OUT): _S.LOGGED_OUT,
    (_S.WRAP_UP, _T.CHOSEN_LOG_OUT): _S.LOGGED_OUT,
    (_S.WRAP_UP, _T.PHONE_LOST): _S.UNREACHABLE,  # only when wrap-up ends: the work itself needs no phone
    (_S.WRAP_UP, _T.PHONE_TAKEN): _S.UNREACHABLE,
    (_S.WRAP_UP, _T.PICKED_UP): _S.TALKING,
    #
    (_S.AUX, _T.SET_READY): _S.READY,
    (_S.AUX, _T.SET_AUX): _S.AUX,  # another reason
    (_S.AUX, _T.LOG_OUT): _S.LOGGED_OUT,
    (_S.AUX, _T.PHONE_LOST): _S.UNREACHABLE,
    (_S.AUX, _T.PHONE_TAKEN): _S.UNREACHABLE,  # set ready from the very phone that is still in use
    (_S.AUX, _T.PICKED_UP): _S.TALKING,  # a pick-up that won its claim while the lapse was being decided
    #
    (_S.UNREACHABLE, _T.PHONE_BACK): _S.READY,
    (_S.UNREACHABLE, _T.PHONE_BACK_IN_AUX): _S.AUX,
    (_S.UNREACHABLE, _T.PHONE_LOST): _S.UNREACHABLE,  # another reason
    (_S.UNREACHABLE, _T.PHONE_TAKEN): _S.UNREACHABLE,
    (_S.UNREACHABLE, _T.SET_READY): _S.UNREACHABLE,  # remembered until the phone is back
    (_S.UNREACHABLE, _T.SET_AUX): _S.UNREACHABLE,
    (_S.UNREACHABLE, _T.LOG_OUT): _S.LOGGED_OUT,
    (_S.UNREACHABLE, _T.PICKED_UP): _S.TALKING,
}

OFFERED_STATES = (AgentState.RESERVED, AgentState.ALERTING)
"""An interaction is held for the agent."""

CALL_STATES = (AgentState.TALKING, AgentState.HOLD)
"""The agent is joined with a caller."""

MAY_CALL_STATES = (AgentState.READY, AgentState.AUX, AgentState.WRAP_UP, AgentState.UNREACHABLE)
"""Unreachable too: a phone that somebody has lifted is in use, which is seen before it has dialled."""
