"""The words about callers' ranks: the inputs and facts of who is served before whom. Joined into ``inputs`` and ``facts``."""

from dataclasses import dataclass

from acd.core.settings import RoutingSettings
from kernel.ids import InteractionId, QueueId

# --- inputs --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingConfigured:
    """The rules that hold for all queues together, for those who wait already too."""

    settings: RoutingSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPriority:
    """A supervisor lets a waiting caller be served sooner or later: ``priority`` 1-10, 10 first.

    Also while a phone rings for the caller; it counts should nobody pick up. Refused (``wrong_state``) unless in a queue.
    """

    interaction_id: InteractionId
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveToQueue:
    """A supervisor puts a waiting caller into another queue, where the wait so far counts for the place.

    They leave the first as withdrawn and count as offered to the other, under its own priority. What the caller's flow
    asked of agents is kept. Into the queue where they wait it changes nothing. Refused (``wrong_state``) unless in a
    queue, and (``queue_full``) when the other has no room.
    """

    interaction_id: InteractionId
    queue_id: QueueId


# --- facts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingDefined:
    settings: RoutingSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityChanged:
    """A waiting caller has another priority. ``position`` is the new one, 1 for the next to be served."""

    interaction_id: InteractionId
    queue_id: QueueId
    priority: int
    position: int
