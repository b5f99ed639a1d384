"""The phases of an interaction and the table of legal moves between them.

What is not in the table is not possible. The picture in ``docs/states/interaction.md`` is drawn from this table.
"""

from enum import StrEnum


class Phase(StrEnum):
    """Where an interaction stands."""

    FLOW = "flow"
    """In a conversation with a flow, before or between queues."""
    WAITING = "waiting"
    PUT_OFF = "put_off"
    """In a queue, and not to be offered for a while: a callback between two attempts."""
    OFFERED = "offered"
    """Still in the queue, held for one agent whose phone rings."""
    DIALLING = "dialling"
    """An agent's call, which has not been answered yet."""
    CONNECTED = "connected"
    AFTER = "after"
    """The agent has left; the caller is still on the line (a survey, or about to hang up)."""
    ENDED = "ended"


class PhaseTrigger(StrEnum):
    """What moves an interaction from one phase to another."""

    QUEUED = "queued"
    RESERVED = "reserved"
    RESERVATION_OVER = "reservation_over"
    ANSWERED = "answered"
    PUT_OFF = "put_off"
    DUE = "due"
    LEFT_QUEUE = "left_queue"
    AGENT_LEFT = "agent_left"
    ENDED = "ended"


PHASES: dict[tuple[Phase, PhaseTrigger], Phase] = {
    (Phase.FLOW, PhaseTrigger.QUEUED): Phase.WAITING,
    (Phase.FLOW, PhaseTrigger.ENDED): Phase.ENDED,
    #
    (Phase.WAITING, PhaseTrigger.RESERVED): Phase.OFFERED,
    (Phase.WAITING, PhaseTrigger.LEFT_QUEUE): Phase.FLOW,
    (
        Phase.WAITING,
        PhaseTrigger.ANSWERED,
    ): Phase.CONNECTED,  # a pick-up that won its claim while the lapse was being decided
    #
    (Phase.WAITING, PhaseTrigger.PUT_OFF): Phase.PUT_OFF,  # whom a callback is for did not answer
    (Phase.PUT_OFF, PhaseTrigger.DUE): Phase.WAITING,
    (Phase.PUT_OFF, PhaseTrigger.LEFT_QUEUE): Phase.FLOW,
    (Phase.PUT_OFF, PhaseTrigger.ANSWERED): Phase.CONNECTED,  # joined in the moment in which they were given up
    #
    (Phase.OFFERED, PhaseTrigger.RESERVATION_OVER): Phase.WAITING,  # with the place it had
    (Phase.OFFERED, PhaseTrigger.ANSWERED): Phase.CONNECTED,
    #
    (Phase.DIALLING, PhaseTrigger.ANSWERED): Phase.CONNECTED,
    (Phase.DIALLING, PhaseTrigger.ENDED): Phase.ENDED,
    #
    (Phase.CONNECTED, PhaseTrigger.AGENT_LEFT): Phase.AFTER,
    #
    (Phase.AFTER, PhaseTrigger.QUEUED): Phase.WAITING,  # the flow after the call puts them into a queue again
    (Phase.AFTER, PhaseTrigger.ENDED): Phase.ENDED,
}

QUEUE_PHASES = (Phase.WAITING, Phase.OFFERED, Phase.PUT_OFF)
"""The interaction is in a queue and counts there as waiting."""
