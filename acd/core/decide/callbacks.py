"""Callbacks: booked in a flow, waiting without a leg, dialled when an agent is reserved, given up in the end."""

from acd.core import inputs
from acd.core.callback_words import (
    BookCallback,
    CallbackBooked,
    CallbackDialled,
    CallbackDue,
    CallbackMissed,
    CallbackReached,
    CustomerReached,
)
from acd.core.decide import queueing
from acd.core.decide.ending import end
from acd.core.decide.moves import seat_of
from acd.core.decide.reservations import end_reservation
from acd.core.decide.reservations import lapse as lapse_offer
from acd.core.decide.reservations import reserve as reserve_agent
from acd.core.interaction_states import Phase
from acd.core.state import Callback, CallbackStage, Interaction
from acd.core.step import Step
from kernel.ids import AgentId, InteractionId, ReservationId
from kernel.instants import after
from kernel.result_codes import Disposition, EndedBy, LeaveReason, RefusalCode, ReservationResult

DIAL_MS_MAX = 30_000
"""How long a customer's phone rings at most; the agent is held for so long."""


def book(step: Step, given: BookCallback) -> None:
    interaction = step.state.interactions.get(given.interaction_id)
    if interaction is None:
        step.refuse(RefusalCode.UNKNOWN_INTERACTION, given.interaction_id)
    elif given.queue_id not in step.state.queues:
        step.refuse(RefusalCode.UNKNOWN_QUEUE, given.queue_id)
    elif interaction.phase is not Phase.FLOW or given.expires_at <= step.now:
        step.refuse(RefusalCode.WRONG_STATE, given.interaction_id)
    elif interaction.callback is None:
        step.record(
            CallbackBooked(
                interaction_id=given.interaction_id,
                queue_id=given.queue_id,
                expires_at=given.expires_at,
                tries_max=given.tries_max,
                retry_ms=given.retry_ms,
            )
        )


def hang_up(step: Step, given: inputs.CallerHungUp) -> None:
    """The end of a leg: of the call that booked a callback, of one that dials the customer, or of any other."""
    if not _lose_leg(step, given.interaction_id):
        queueing.hang_up(step, given)


def lose(step: Step, given: inputs.CallerLost) -> None:
    """As above: a switch that dies does not cost anybody their callback."""
    if not _lose_leg(step, given.interaction_id):
        queueing.lose(step, given)


def end_flow(step: Step, given: inputs.FlowEnded) -> None:
    """The flow's farewell ends no interaction that is to be called back."""
    interaction = step.state.interactions.get(given.interaction_id)
    callback = None if interaction is None else interaction.callback
    if interaction is None or callback is None or (callback.stage is not CallbackStage.BOOKED and interaction.has_leg):
        queueing.end_flow(step, given)


def reach(step: Step, given: CustomerReached) -> None:
    interaction = step.state.interactions.get(given.interaction_id)
    callback = None if interaction is None else interaction.callback
    if interaction is None:
        step.refuse(RefusalCode.UNKNOWN_INTERACTION, given.interaction_id)
    elif callback is not None and not interaction.has_leg and callback.dialled_at is not None:
        _reached(step, interaction)
    elif callback is None or callback.stage is not CallbackStage.REACHED:
        step.refuse(RefusalCode.WRONG_STATE, given.interaction_id)


def reserve(step: Step, interaction_id: InteractionId, agent_id: AgentId) -> None:
    """Hold the two for each other; whom a callback is for is dialled before the agent's phone rings."""
    callback = step.state.interactions[interaction_id].callback
    if callback is None or callback.stage is CallbackStage.REACHED:
        reserve_agent(step, interaction_id, agent_id)
        return
    reserve_agent(step, interaction_id, agent_id, dial_ms_max=DIAL_MS_MAX)
    interaction = step.state.interactions[interaction_id]
    if callback.dialled_at is None and interaction.reservation_id is not None:
        step.record(
            CallbackDialled(
                interaction_id=interaction_id,
                reservation_id=interaction.reservation_id,
                queue_id=interaction.stay.queue_id,
                did=interaction.did,
                attempt=callback.attempts + 1,
                ring_ms_max=DIAL_MS_MAX,
            )
        )


def lapse(step: Step, reservation_id: ReservationId) -> None:
    """Nobody picked up in time: the agent, or the customer, for which no agent is blamed."""
    interaction = step.state.interactions[step.state.reservations[reservation_id].interaction_id]
    if interaction.callback is not None and interaction.callback.stage is CallbackStage.AWAY:
        _miss(step, interaction, interaction.callback)
    else:
        lapse_offer(step, reservation_id)


def retry(step: Step, interaction_id: InteractionId) -> None:
    """The pause after an attempt is over."""
    queue_id = step.state.interactions[interaction_id].stay.queue_id
    step.record(CallbackDue(interaction_id=interaction_id, queue_id=queue_id))


def expire(step: Step, interaction_id: InteractionId) -> None:
    """Nobody is called any more."""
    _give_up(step, step.state.interactions[interaction_id])


def _lose_leg(step: Step, interaction_id: InteractionId) -> bool:
    """Whether the end of its leg is not the end of the interaction."""
    interaction = step.state.interactions.get(interaction_id)
    if interaction is None or interaction.callback is None:
        return False
    callback = interaction.callback
    if callback.stage is CallbackStage.AWAY and interaction.has_leg:
        return False  # taken out of the queue by somebody
    match callback.stage:
        case CallbackStage.BOOKED:
            _begin_waiting(step, interaction, callback)
        case CallbackStage.AWAY if callback.dialled_at is not None:
            _miss(step, interaction, callback)
        case CallbackStage.AWAY:
            pass  # told twice, or after the attempt was given up
        case CallbackStage.REACHED:
            return False
    return True


def _begin_waiting(step: Step, interaction: Interaction, callback: Callback) -> None:
    if callback.queue_id not in step.state.queues or callback.expires_at <= step.now:
        end(step, interaction.interaction_id, Disposition.CALLBACK, EndedBy.SYSTEM, cause_code=0)
        return
    last = interaction.last_wait
    if last is not None and last.queue_id != callback.queue_id:
        last = None
    queueing.queue_up(
        step,
        inputs.EnterQueue(
            interaction_id=interaction.interaction_id,
            queue_id=callback.queue_id,
            priority=None if last is None else last.priority,
            requirements=() if last is None else last.added,
            ranked_at=None if last is None else last.ranked_at,
        ),
    )


def _reached(step: Step, interaction: Interaction) -> None:
    reservation_id = interaction.reservation_id
    if reservation_id is None:
        step.record(CallbackReached(interaction_id=interaction.interaction_id, queue_id=interaction.stay.queue_id))
        return
    reservation = step.state.reservations[reservation_id]
    device = seat_of(step, step.state.agents[reservation.agent_id])
    step.record(
        CallbackReached(
            interaction_id=interaction.interaction_id,
            queue_id=reservation.queue_id,
            reservation_id=reservation_id,
            agent_id=reservation.agent_id,
            device_id=reservation.device_id,
            until=after(step.now, step.state.queues[reservation.queue_id].ring_ms_max),
            auto_answer=device.settings.auto_answer,
        )
    )


def _miss(step: Step, interaction: Interaction, callback: Callback) -> None:
    """The customer did not answer: the agent is free as if nothing had been, and the callback rests for a while."""
    if interaction.reservation_id is not None:
        end_reservation(step, step.state.reservations[interaction.reservation_id], ReservationResult.CANCELLED)
    attempt = callback.attempts + 1
    is_last = attempt >= callback.tries_max
    step.record(
        CallbackMissed(
            interaction_id=interaction.interaction_id,
            queue_id=interaction.stay.queue_id,
            attempt=attempt,
            retry_at=None if is_last else after(step.now, callback.retry_ms),
        )
    )
    if is_last:
        _give_up(step, step.state.interactions[interaction.interaction_id])


def _give_up(step: Step, interaction: Interaction) -> None:
    queueing.leave(step, interaction, LeaveReason.CALLBACK)
    end(step, interaction.interaction_id, Disposition.CALLBACK, EndedBy.SYSTEM, cause_code=0)
