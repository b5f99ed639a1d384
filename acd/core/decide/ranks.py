"""Ranks: who is served before whom, as the centre's rules and its supervisors say."""

from acd.core import inputs
from acd.core.decide.queueing import is_full, queue_up, withdraw
from acd.core.rank_words import MoveToQueue, PriorityChanged, RoutingConfigured, RoutingDefined, SetPriority
from acd.core.state import Interaction
from acd.core.step import Step
from acd.core.strategies import caller_key, caller_rank
from kernel.ids import InteractionId
from kernel.result_codes import RefusalCode


def configure_routing(step: Step, given: RoutingConfigured) -> None:
    if step.state.routing != given.settings:
        step.record(RoutingDefined(settings=given.settings))


def set_priority(step: Step, given: SetPriority) -> None:
    interaction = _in_a_queue(step, given.interaction_id)
    if interaction is None or interaction.stay.priority == given.priority:
        return
    stay = interaction.stay
    rank = caller_rank(given.priority, stay.ranked_at, step.state.routing.priority_step_ms)
    position = step.state.lines.position(
        stay.queue_id, caller_key(rank, stay.ranked_at, stay.ordinal, given.interaction_id)
    )
    if rank > stay.rank:
        position -= 1  # the caller's own place, before that one, becomes free
    step.record(
        PriorityChanged(
            interaction_id=given.interaction_id,
            queue_id=stay.queue_id,
            priority=given.priority,
            position=position,
        )
    )


def move_to_queue(step: Step, given: MoveToQueue) -> None:
    interaction = _in_a_queue(step, given.interaction_id)
    if interaction is None or interaction.stay.queue_id == given.queue_id:
        return
    if given.queue_id not in step.state.queues:
        step.refuse(RefusalCode.UNKNOWN_QUEUE, given.queue_id)
        return
    if is_full(step, given.queue_id):
        step.refuse(RefusalCode.QUEUE_FULL, given.queue_id)
        return
    stay = interaction.stay
    withdraw(step, interaction)
    queue_up(
        step,
        inputs.EnterQueue(
            interaction_id=given.interaction_id,
            queue_id=given.queue_id,
            priority=None,
            requirements=stay.added,
            ranked_at=stay.ranked_at,
        ),
    )


def _in_a_queue(step: Step, interaction_id: InteractionId) -> Interaction | None:
    """The interaction, if it is in a queue; else the input is refused."""
    interaction = step.state.interactions.get(interaction_id)
    if interaction is None:
        step.refuse(RefusalCode.UNKNOWN_INTERACTION, interaction_id)
    elif interaction.wait is None:
        step.refuse(RefusalCode.WRONG_STATE, interaction_id)
    else:
        return interaction
    return None
