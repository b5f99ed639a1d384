"""Queueing: interactions come, wait, leave and end."""

from acd.core import facts, inputs
from acd.core.decide import outbound
from acd.core.decide.calls import release
from acd.core.decide.ending import end
from acd.core.decide.reservations import end_reservation
from acd.core.estimates import estimate_ms
from acd.core.interaction_states import QUEUE_PHASES, Phase
from acd.core.settings import Direction
from acd.core.state import Interaction
from acd.core.step import Step
from acd.core.strategies import caller_key, caller_rank
from acd.core.waiting_words import KeyPressed
from kernel.ids import InteractionId, QueueId
from kernel.instants import elapsed_ms
from kernel.result_codes import Disposition, EndedBy, LeaveReason, RefusalCode, ReservationResult

_DISPOSITION_AFTER: dict[LeaveReason, Disposition] = {
    LeaveReason.TIMEOUT: Disposition.TIMEOUT,
    LeaveReason.OVERFLOW: Disposition.OVERFLOW,
    LeaveReason.CLOSED: Disposition.CLOSED,
    LeaveReason.KEY: Disposition.ABANDONED_IN_FLOW,
    LeaveReason.CALLBACK: Disposition.CALLBACK,
    LeaveReason.WITHDRAWN: Disposition.WITHDRAWN,
    LeaveReason.NO_AGENT: Disposition.UNKNOWN,  # dispositions have no word of their own for it
    LeaveReason.SYSTEM_FAILURE: Disposition.SYSTEM_FAILURE,
}


def arrive(step: Step, given: inputs.InteractionArrived) -> None:
    # A call of long ago is told late by a flow that stood still with the program: it has its final record already.
    if given.interaction_id in step.state.interactions or given.interaction_id in step.state.past_interactions:
        step.refuse(RefusalCode.DUPLICATE_INTERACTION, given.interaction_id)
        return
    step.record(
        facts.InteractionCreated(
            interaction_id=given.interaction_id,
            channel=given.channel,
            did=given.did,
            trunk_id=given.trunk_id,
            leg_id=given.leg_id,
        )
    )


def enter(step: Step, given: inputs.EnterQueue) -> None:
    interaction = step.state.interactions.get(given.interaction_id)
    queue = step.state.queues.get(given.queue_id)
    if interaction is None:
        step.refuse(RefusalCode.UNKNOWN_INTERACTION, given.interaction_id)
    elif queue is None:
        step.refuse(RefusalCode.UNKNOWN_QUEUE, given.queue_id)
    elif interaction.phase is Phase.CONNECTED or interaction.direction is Direction.OUTBOUND:
        step.refuse(RefusalCode.WRONG_STATE, given.interaction_id)
    elif interaction.wait is not None and interaction.wait.queue_id == given.queue_id:
        return  # there already: a flow that began anew after a restart must not cost the caller the place
    else:
        if interaction.wait is not None:
            withdraw(step, interaction)
        queue_up(step, given)


def queue_up(step: Step, given: inputs.EnterQueue, *, takes_all: bool = False) -> None:
    """Put an interaction that is in no queue into one. ``takes_all``: even a full one, as for who was served before."""
    state = step.state
    queue = state.queues[given.queue_id]
    priority = queue.priority if given.priority is None else given.priority
    # An older place is a place in the past, whatever the clock said when it was noted.
    ranked_at = step.now if given.ranked_at is None else min(given.ranked_at, step.now)
    rank = caller_rank(priority, ranked_at, state.routing.priority_step_ms)
    key = caller_key(rank, ranked_at, state.queue_entries + 1, given.interaction_id)
    position = state.lines.position(given.queue_id, key)
    # A callback was let in when it was booked.
    is_callback = state.interactions[given.interaction_id].callback is not None
    is_crowded = is_full(step, given.queue_id) or _would_wait_too_long(step, given.queue_id, position)
    overflows = not takes_all and not is_callback and is_crowded
    step.record(
        facts.InteractionQueued(
            interaction_id=given.interaction_id,
            queue_id=given.queue_id,
            priority=priority,
            requirements=state.demand_in(given.queue_id, given.requirements).requirements,
            position=position,
            added_requirements=given.requirements,
            ranked_at=None if ranked_at == step.now else ranked_at,
        )
    )
    if overflows:
        # They did enter, so that the queue counts them as offered, and leave before anybody can be reserved.
        leave(step, state.interactions[given.interaction_id], LeaveReason.OVERFLOW)


def press_key(step: Step, given: KeyPressed) -> None:
    interaction = step.state.interactions.get(given.interaction_id)
    if interaction is None:
        step.refuse(RefusalCode.UNKNOWN_INTERACTION, given.interaction_id)
    elif interaction.wait is None:
        step.refuse(RefusalCode.WRONG_STATE, given.interaction_id)
    elif interaction.callback is None and given.key == step.state.queues[interaction.wait.queue_id].exit_key:
        leave(step, interaction, LeaveReason.KEY)


def is_full(step: Step, queue_id: QueueId) -> bool:
    """Whether there is no room in a queue. While the switch serves callers by itself, it keeps whoever comes."""
    waiting_max = step.state.queues[queue_id].waiting_max
    return not step.state.suspended and waiting_max is not None and step.state.lines.length(queue_id) >= waiting_max


def _would_wait_too_long(step: Step, queue_id: QueueId, position: int) -> bool:
    """Whether the wait to be expected at that place is longer than the queue lets anybody begin.

    The next to be served is let in whatever others waited: an agent may be free, and without anybody who waits nothing
    new would ever be learned of waits.
    """
    limit_ms = step.state.queues[queue_id].expected_wait_ms_max
    if limit_ms is None or position == 1 or step.state.suspended:
        return False
    expected_ms = estimate_ms(step.state.wait_samples.get(queue_id, ()), position, step.now)
    return expected_ms is not None and expected_ms > limit_ms


def end_flow(step: Step, given: inputs.FlowEnded) -> None:
    interaction = step.state.interactions.get(given.interaction_id)
    if interaction is None:
        step.refuse(RefusalCode.UNKNOWN_INTERACTION, given.interaction_id)
    elif interaction.phase is Phase.CONNECTED or interaction.direction is Direction.OUTBOUND:
        step.refuse(RefusalCode.WRONG_STATE, given.interaction_id)
    else:
        if interaction.wait is not None:
            leave(step, interaction, LeaveReason.WITHDRAWN)
        end(step, given.interaction_id, given.disposition, EndedBy.SYSTEM, cause_code=0)


def hang_up(step: Step, given: inputs.CallerHungUp) -> None:
    interaction = step.state.interactions.get(given.interaction_id)
    if interaction is None:
        step.refuse(RefusalCode.UNKNOWN_INTERACTION, given.interaction_id)
        return
    if interaction.direction is Direction.OUTBOUND:
        outbound.hang_up(step, interaction, cause_code=given.cause_code, seen=given.seen)
        return
    disposition, ended_by = Disposition.ABANDONED_IN_FLOW, EndedBy.CALLER
    if interaction.phase is Phase.CONNECTED:
        assert interaction.reservation_id is not None, "a connected interaction has its reservation's id"
        if not given.seen:  # the agent's leg is gone as well: nobody saw which of the two hung up
            ended_by = EndedBy.SYSTEM
        release(step, step.state.connections[interaction.reservation_id], ended_by, seen=given.seen)
    elif interaction.wait is not None:
        disposition = _abandon(step, interaction)
    elif interaction.left_reason is not None:
        disposition = _DISPOSITION_AFTER[interaction.left_reason]
    end(step, given.interaction_id, disposition, ended_by, cause_code=given.cause_code)


def lose(step: Step, given: inputs.CallerLost) -> None:
    interaction = step.state.interactions.get(given.interaction_id)
    if interaction is None:
        step.refuse(RefusalCode.UNKNOWN_INTERACTION, given.interaction_id)
        return
    if interaction.direction is Direction.OUTBOUND:
        outbound.hang_up(step, interaction, cause_code=0, seen=False, lost=True)
        return
    if interaction.phase is Phase.CONNECTED:
        assert interaction.reservation_id is not None, "a connected interaction has its reservation's id"
        release(step, step.state.connections[interaction.reservation_id], EndedBy.SYSTEM, seen=False)
    elif interaction.wait is not None:
        leave(step, interaction, LeaveReason.SYSTEM_FAILURE)
    end(step, given.interaction_id, Disposition.SYSTEM_FAILURE, EndedBy.SYSTEM, cause_code=0)


def withdraw(step: Step, interaction: Interaction) -> None:
    """Somebody has taken a caller out of the queue."""
    leave(step, interaction, LeaveReason.WITHDRAWN)


def end_wait(step: Step, interaction_id: InteractionId) -> None:
    """The longest wait that the queue allows is over: back to the flow, even if a phone rings just now."""
    leave(step, step.state.interactions[interaction_id], LeaveReason.TIMEOUT)


def _abandon(step: Step, interaction: Interaction) -> Disposition:
    stay = interaction.stay
    waited_ms = elapsed_ms(stay.queued_at, step.now)
    short = waited_ms <= step.state.queues[stay.queue_id].short_abandon_ms
    while_offered = _withdraw_offer(step, interaction, ReservationResult.CALLER_LEFT)
    step.record(
        facts.InteractionAbandoned(
            interaction_id=interaction.interaction_id,
            queue_id=stay.queue_id,
            waited_ms=waited_ms,
            short=short,
            while_offered=while_offered,
        )
    )
    return Disposition.SHORT_ABANDONED if short else Disposition.ABANDONED


def leave(step: Step, interaction: Interaction, reason: LeaveReason) -> None:
    stay = interaction.stay
    _withdraw_offer(step, interaction, ReservationResult.CANCELLED)
    step.record(
        facts.InteractionLeftQueue(
            interaction_id=interaction.interaction_id,
            queue_id=stay.queue_id,
            reason=reason,
            waited_ms=elapsed_ms(stay.queued_at, step.now),
        )
    )


def _withdraw_offer(step: Step, interaction: Interaction, result: ReservationResult) -> bool:
    """End the reservation of a caller who leaves; False when there is none."""
    assert interaction.phase in QUEUE_PHASES, "only a queue makes offers"
    if interaction.phase is not Phase.OFFERED or interaction.reservation_id is None:
        return False
    end_reservation(step, step.state.reservations[interaction.reservation_id], result)
    return True
