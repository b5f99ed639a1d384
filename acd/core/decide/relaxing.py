"""Relaxing: less is asked for a caller who waits long, and reserves are called while a queue is long."""

from acd.core.facts import (
    InteractionAbandoned,
    InteractionAnswered,
    InteractionLeftQueue,
    InteractionQueued,
    QueueDefined,
)
from acd.core.routing_facts import RequirementsRelaxed, ReservesCalled, ReservesReleased
from acd.core.step import Step
from kernel.ids import InteractionId, QueueId

_LENGTHENS_OR_SHORTENS = (InteractionQueued, InteractionAnswered, InteractionAbandoned, InteractionLeftQueue)


def relax(step: Step, interaction_id: InteractionId) -> None:
    """The time of a relaxation has come, whether a phone rings or not; all of those whose time has come."""
    stay = step.state.interactions[interaction_id].stay
    while (due := step.state.relaxes_at(stay)) is not None and due <= step.now:
        demand = step.state.demand_in(stay.queue_id, stay.added, stay.steps_taken + 1)
        step.record(
            RequirementsRelaxed(
                interaction_id=interaction_id,
                queue_id=stay.queue_id,
                step=stay.steps_taken + 1,
                requirements=demand.requirements,
                groups=tuple(group_id for rank in demand.groups for group_id in rank),
                level_max=demand.level_max,
            )
        )
        stay = step.state.interactions[interaction_id].stay


def call_reserves(step: Step) -> None:
    """Call, or let go, the reserves of those queues that this step has made longer or shorter."""
    for queue_id in dict.fromkeys(_queues_touched(step)):
        queue = step.state.queues.get(queue_id)
        if queue is None:
            continue
        waiting = step.state.lines.length(queue_id)
        are_called = queue_id in step.state.reserves_called
        if are_called and (queue.reserves is None or waiting <= queue.reserves.release_at):
            step.record(ReservesReleased(queue_id=queue_id, waiting=waiting))
        elif not are_called and queue.reserves is not None and waiting >= queue.reserves.call_at:
            step.record(ReservesCalled(queue_id=queue_id, waiting=waiting))


def _queues_touched(step: Step) -> list[QueueId]:
    queue_ids: list[QueueId] = []
    for fact in step.facts:
        if isinstance(fact, _LENGTHENS_OR_SHORTENS):
            queue_ids.append(fact.queue_id)
        elif isinstance(fact, QueueDefined):
            queue_ids.append(fact.settings.queue_id)
    return queue_ids
