"""Words of transfers: what the switch or a person asks, and what the engine decided has happened.

A blind transfer lets go of the agent and sends the caller on. The interaction stays the same one: it enters a queue once
more, with a wait, an offer and a talk of its own.
"""

from dataclasses import dataclass
from enum import StrEnum

from kernel.ids import AgentId, InteractionId, QueueId, ReservationId


class TransferKind(StrEnum):
    """How the caller was passed on."""

    BLIND = "blind"
    """Without a word to whoever comes next."""


class TransferTo(StrEnum):
    """To whom."""

    AGENT = "agent"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerTransferred:
    """An agent has sent a caller on: their talk is over, and the caller is on the way to ``target``.

    ``target``: the id of an agent or of a queue. To an agent: into the queue of the talk that is over, where that agent
    is offered the caller first, whatever the queue asks for; an agent who is not ready is passed over. The place among the
    waiting is that of the stay before, and so is the priority, unless the queue's own is higher; a full queue takes the
    caller all the same. Told again while the caller waits
    it changes nothing. Refused (``wrong_state``) unless the caller talks with an agent, or just has.
    """

    interaction_id: InteractionId
    kind: TransferKind
    to: TransferTo
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerReturned:
    """A caller who was sent on has reached nobody: back into the queue of the last talk, with the priority they had.

    Told again while the caller waits it changes nothing. Refused (``wrong_state``) for a caller who had no talk yet, or
    has one now.
    """

    interaction_id: InteractionId


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionTransferred:
    """An agent has passed the caller on; what becomes of the caller follows in facts of its own.

    ``queue_id``, ``agent_id`` and ``reservation_id`` are of the talk that is over, or about to be. ``target``: the id of
    whoever is to have the caller.
    """

    interaction_id: InteractionId
    kind: TransferKind
    queue_id: QueueId
    agent_id: AgentId
    reservation_id: ReservationId
    to: TransferTo
    target: str


TransferInput = CallerTransferred | CallerReturned
