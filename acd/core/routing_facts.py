"""Facts about who may take a waiting interaction: what was given up, and who was called to help."""

from dataclasses import dataclass

from acd.core.settings import Requirement
from kernel.ids import GroupId, InteractionId, QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementsRelaxed:
    """It has waited so long that less is asked for. ``step`` counts the queue's relaxations from 1.

    From here on: ``requirements``, ``groups`` in their order (empty: everybody), and agents up to ``level_max``. An offer
    in progress stands; the next one is made under these.
    """

    interaction_id: InteractionId
    queue_id: QueueId
    step: int
    requirements: tuple[Requirement, ...]
    groups: tuple[GroupId, ...]
    level_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservesCalled:
    """The queue is so long (``waiting``) that its reserve groups join in."""

    queue_id: QueueId
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservesReleased:
    """The queue is short again: its reserve groups are offered nothing more from it."""

    queue_id: QueueId
    waiting: int


RoutingFact = RequirementsRelaxed | ReservesCalled | ReservesReleased
