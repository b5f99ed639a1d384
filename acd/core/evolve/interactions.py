"""Apply one fact about an interaction or a reservation. Part of ``evolve``: the only writer, and no decisions."""

from collections.abc import Callable
from typing import Any

from acd.core import facts, transfer_words
from acd.core.agent_states import AgentState
from acd.core.estimates import WaitSample, remembered
from acd.core.interaction_states import PHASES, Phase, PhaseTrigger
from acd.core.rank_words import PriorityChanged, RoutingDefined
from acd.core.settings import Direction
from acd.core.state import (
    PAST_MAX,
    CallbackStage,
    Connection,
    Interaction,
    PastReservation,
    Reservation,
    State,
    Talk,
    Told,
    Wait,
)
from acd.core.strategies import caller_rank
from acd.core.timetable import DeadlineKind
from kernel.ids import InteractionId
from kernel.instants import Instant, after
from kernel.records import replace
from kernel.result_codes import ReservationResult


def _interaction_created(state: State, fact: facts.InteractionCreated, at: Instant) -> None:
    state.interactions[fact.interaction_id] = Interaction(
        interaction_id=fact.interaction_id,
        channel=fact.channel,
        did=fact.did,
        trunk_id=fact.trunk_id,
        leg_id=fact.leg_id,
        arrived_at=at,
        direction=fact.direction,
        phase=Phase.FLOW if fact.direction is Direction.INBOUND else Phase.DIALLING,
        reservation_count=state.past_interactions.get(fact.interaction_id, 0),
    )


def _interaction_queued(state: State, fact: facts.InteractionQueued, at: Instant) -> None:
    queue = state.queues[fact.queue_id]
    state.queue_entries += 1
    ranked_at = at if fact.ranked_at is None else fact.ranked_at
    interaction = _without_leg(state, state.interactions[fact.interaction_id])
    hears = interaction.callback is None
    interaction = moved(
        interaction,
        PhaseTrigger.QUEUED,
        left_reason=None,
        wait=Wait(
            queue_id=fact.queue_id,
            queued_at=at,
            ranked_at=ranked_at,
            rank=caller_rank(fact.priority, ranked_at, state.routing.priority_step_ms),
            ordinal=state.queue_entries,
            priority=fact.priority,
            added=fact.added_requirements,
            demand=state.demand_in(fact.queue_id, fact.added_requirements),
            announce_at=after(at, queue.announcement_first_ms) if queue.announces and hears else None,
            position=fact.position,
        ),
    )
    state.interactions[fact.interaction_id] = interaction
    state.lines.queue_up(fact.queue_id, interaction.key)
    state.timetable.put(DeadlineKind.WAIT_ENDS, fact.interaction_id, interaction.wait_ends_at(queue))
    state.timetable.put(DeadlineKind.RELAXATION_DUE, fact.interaction_id, state.relaxes_at(interaction.stay))
    start_waiting(state, interaction)
    tally = state.tallies[fact.queue_id]
    state.tallies[fact.queue_id] = replace(tally, offered=tally.offered + 1)


def _without_leg(state: State, interaction: Interaction) -> Interaction:
    """Who is to be called back enters a queue when they have hung up, and is in it until the callback expires."""
    callback = interaction.callback
    if callback is None or callback.stage is CallbackStage.REACHED:
        return interaction
    state.timetable.put(DeadlineKind.CALLBACK_EXPIRES, interaction.interaction_id, callback.expires_at)
    return replace(interaction, callback=replace(callback, stage=CallbackStage.AWAY, retry_at=None))


def _reached(interaction: Interaction) -> Interaction:
    """Who talks with an agent has been reached, whether that was told before or not."""
    if interaction.callback is None:
        return interaction
    callback = replace(interaction.callback, stage=CallbackStage.REACHED, dialled_at=None)
    return replace(interaction, callback=callback)


def _priority_changed(state: State, fact: PriorityChanged, at: Instant) -> None:
    interaction = state.interactions[fact.interaction_id]
    _stand_anew(state, interaction, replace(interaction.stay, priority=fact.priority))


def _wait_announcement_due(state: State, fact: facts.WaitAnnouncementDue, at: Instant) -> None:
    _announced(state, fact, state.interactions[fact.interaction_id].stay.told, at)


def _wait_told(state: State, fact: facts.WaitTold, at: Instant) -> None:
    known = state.interactions[fact.interaction_id].stay.told
    position = fact.position
    if position is None:
        assert known is not None, "only a place that is worse than one that was told is kept back"
        position = known.position
    told = Told(position=position)
    if fact.minutes is not None:
        told = replace(told, minutes=fact.minutes, until=after(at, fact.minutes * 60_000))
    elif known is not None:
        told = replace(known, position=position)
    _announced(state, fact, told, at)


def _announced(state: State, fact: facts.WaitAnnouncementDue | facts.WaitTold, told: Told | None, at: Instant) -> None:
    # The next one counts from this one, so that none is made up for after a stop.
    interaction = state.interactions[fact.interaction_id]
    announce_at = after(at, state.queues[fact.queue_id].announcement_every_ms)
    stay = replace(interaction.stay, announcements=fact.ordinal, announce_at=announce_at, told=told)
    state.interactions[fact.interaction_id] = replace(interaction, wait=stay)
    state.timetable.put(DeadlineKind.ANNOUNCEMENT_DUE, fact.interaction_id, announce_at)


def _interaction_answered(state: State, fact: facts.InteractionAnswered, at: Instant) -> None:
    interaction = state.interactions[fact.interaction_id]
    if interaction.callback is None:
        _remember_wait(state, fact, interaction.stay, at)
    if interaction.phase is Phase.WAITING:
        stop_waiting(state, interaction)
    stay = interaction.stay
    talk = Talk(
        reservation_id=fact.reservation_id,
        queue_id=fact.queue_id,
        agent_id=fact.agent_id,
        priority=stay.priority,
        ranked_at=stay.ranked_at,
        added=stay.added,
    )
    _out_of_queue(state, interaction)
    state.interactions[fact.interaction_id] = moved(
        _reached(interaction), PhaseTrigger.ANSWERED, wait=None, reservation_id=fact.reservation_id, talk=talk
    )
    own_ms = state.agents[fact.agent_id].settings.wrap_up_ms
    state.connections[fact.reservation_id] = Connection(
        reservation_id=fact.reservation_id,
        interaction_id=fact.interaction_id,
        queue_id=fact.queue_id,
        agent_id=fact.agent_id,
        joined_at=at,
        wrap_up_ms=state.queues[fact.queue_id].wrap_up_ms if own_ms is None else own_ms,
    )
    agent = state.agents[fact.agent_id]
    state.agents[fact.agent_id] = replace(agent, reservation_id=fact.reservation_id, phone_failures=0)
    tally = state.tallies[fact.queue_id]
    state.tallies[fact.queue_id] = replace(tally, answered=tally.answered + 1)


def _remember_wait(state: State, fact: facts.InteractionAnswered, stay: Wait, at: Instant) -> None:
    # Who was offered at once has waited for nobody: that says nothing of those who do.
    past = state.past_reservations.get(fact.reservation_id)
    if past is not None and past.reservation.made_at > stay.queued_at:
        sample = WaitSample(at=at, position=stay.position, waited_ms=fact.waited_ms)
        state.wait_samples[fact.queue_id] = remembered(state.wait_samples.get(fact.queue_id, ()), sample)


def _interaction_abandoned(state: State, fact: facts.InteractionAbandoned, at: Instant) -> None:
    _leave_queue(state, fact.interaction_id)
    tally = state.tallies[fact.queue_id]
    state.tallies[fact.queue_id] = (
        replace(tally, short_abandoned=tally.short_abandoned + 1)
        if fact.short
        else replace(tally, abandoned=tally.abandoned + 1)
    )


def _interaction_left_queue(state: State, fact: facts.InteractionLeftQueue, at: Instant) -> None:
    interaction = _leave_queue(state, fact.interaction_id)
    state.interactions[fact.interaction_id] = replace(interaction, left_reason=fact.reason)
    tally = state.tallies[fact.queue_id]
    state.tallies[fact.queue_id] = replace(tally, left=tally.left + 1)


def _caller_held(state: State, fact: facts.CallerHeld, at: Instant) -> None:
    connection = state.connections[fact.reservation_id]
    state.connections[fact.reservation_id] = replace(connection, held_since=at)


def _caller_resumed(state: State, fact: facts.CallerResumed, at: Instant) -> None:
    connection = state.connections[fact.reservation_id]
    state.connections[fact.reservation_id] = replace(
        connection, held_since=None, held_ms=connection.held_ms + fact.held_ms
    )


def _interaction_transferred(state: State, fact: transfer_words.InteractionTransferred, at: Instant) -> None:
    """What changes by it follows in facts of its own."""


def _interaction_released(state: State, fact: facts.InteractionReleased, at: Instant) -> None:
    del state.connections[fact.reservation_id]
    state.interactions[fact.interaction_id] = moved(
        state.interactions[fact.interaction_id],
        PhaseTrigger.AGENT_LEFT,
        reservation_id=None,
        released_by=fact.ended_by,
    )
    state.agents[fact.agent_id] = replace(state.agents[fact.agent_id], reservation_id=None)


def _interaction_ended(state: State, fact: facts.InteractionEnded, at: Instant) -> None:
    ended = moved(state.interactions.pop(fact.interaction_id), PhaseTrigger.ENDED)
    state.past_interactions[fact.interaction_id] = ended.reservation_count
    _forget_oldest(state.past_interactions)
    state.calls_out.pop(fact.interaction_id, None)


# --- reservations --------------------------------------------------------------------------------------------------


def _agent_reserved(state: State, fact: facts.AgentReserved, at: Instant) -> None:
    interaction = state.interactions[fact.interaction_id]
    stop_waiting(state, interaction)
    state.interactions[fact.interaction_id] = moved(
        interaction,
        PhaseTrigger.RESERVED,
        reservation_id=fact.reservation_id,
        reservation_count=interaction.reservation_count + 1,
    )
    state.reservations[fact.reservation_id] = Reservation(
        reservation_id=fact.reservation_id,
        interaction_id=fact.interaction_id,
        queue_id=fact.queue_id,
        agent_id=fact.agent_id,
        device_id=fact.device_id,
        made_at=at,
        until=fact.until,
        stay_ordinal=interaction.stay.ordinal,
        steps_taken=interaction.stay.steps_taken,
    )
    state.timetable.put(DeadlineKind.RESERVATION_LAPSES, fact.reservation_id, fact.until)
    state.agents[fact.agent_id] = replace(state.agents[fact.agent_id], reservation_id=fact.reservation_id)


def _agent_alerted(state: State, fact: facts.AgentAlerted, at: Instant) -> None:
    state.agents[fact.agent_id] = replace(state.agents[fact.agent_id], phone_failures=0)


def _reservation_ended(state: State, fact: facts.ReservationEnded, at: Instant) -> None:
    reservation = state.reservations.pop(fact.reservation_id)
    state.timetable.put(DeadlineKind.RESERVATION_LAPSES, fact.reservation_id, None)
    state.past_reservations[fact.reservation_id] = PastReservation(reservation=reservation, result=fact.result)
    _forget_oldest(state.past_reservations)
    agent = state.agents[fact.agent_id]
    unrung = fact.result is ReservationResult.DECLINED and agent.state is AgentState.RESERVED
    failed = unrung or fact.result in (ReservationResult.BUSY, ReservationResult.UNREACHABLE)
    state.agents[fact.agent_id] = replace(
        agent, reservation_id=None, phone_failures=agent.phone_failures + 1 if failed else agent.phone_failures
    )
    if fact.result is not ReservationResult.ANSWERED:
        interaction = state.interactions[fact.interaction_id]
        interaction = moved(interaction, PhaseTrigger.RESERVATION_OVER, reservation_id=None)
        state.interactions[fact.interaction_id] = interaction
        start_waiting(state, interaction)


def _forget_oldest(past: dict[Any, Any]) -> None:
    if len(past) > PAST_MAX:
        del past[next(iter(past))]


# --- the lines -----------------------------------------------------------------------------------------------------


def moved(interaction: Interaction, trigger: PhaseTrigger, **changes: Any) -> Interaction:
    """The interaction in the phase that the table gives, and changed; KeyError when the table has no such move."""
    return replace(interaction, phase=PHASES[interaction.phase, trigger], **changes)


def start_waiting(state: State, interaction: Interaction) -> None:
    """It may be offered, and hears announcements if anybody is there to hear them."""
    state.lines.wait(interaction.stay.demand, interaction.key)
    state.timetable.put(DeadlineKind.ANNOUNCEMENT_DUE, interaction.interaction_id, interaction.stay.announce_at)


def stop_waiting(state: State, interaction: Interaction) -> None:
    """It may not be offered; while a phone rings no announcement begins, so that none is cut by the answer."""
    state.lines.stop_waiting(interaction.interaction_id)
    state.timetable.put(DeadlineKind.ANNOUNCEMENT_DUE, interaction.interaction_id, None)


def _stand_anew(state: State, interaction: Interaction, stay: Wait) -> None:
    """The same stay with another rank, in every line that it stands in."""
    waits = interaction.phase is Phase.WAITING
    if waits:
        state.lines.stop_waiting(interaction.interaction_id)
    state.lines.leave_queue(stay.queue_id, interaction.key)
    rank = caller_rank(stay.priority, stay.ranked_at, state.routing.priority_step_ms)
    interaction = replace(interaction, wait=replace(stay, rank=rank))
    state.interactions[interaction.interaction_id] = interaction
    state.lines.queue_up(stay.queue_id, interaction.key)
    if waits:
        state.lines.wait(stay.demand, interaction.key)


def _out_of_queue(state: State, interaction: Interaction) -> None:
    state.lines.leave_queue(interaction.stay.queue_id, interaction.key)
    for kind in (DeadlineKind.WAIT_ENDS, DeadlineKind.CALLBACK_DUE, DeadlineKind.CALLBACK_EXPIRES):
        state.timetable.put(kind, interaction.interaction_id, None)
    state.timetable.put(DeadlineKind.RELAXATION_DUE, interaction.interaction_id, None)


def _leave_queue(state: State, interaction_id: InteractionId) -> Interaction:
    interaction = state.interactions[interaction_id]
    if interaction.phase is Phase.WAITING:
        stop_waiting(state, interaction)
    _out_of_queue(state, interaction)
    interaction = moved(interaction, PhaseTrigger.LEFT_QUEUE, wait=None, last_wait=interaction.wait)
    state.interactions[interaction_id] = interaction
    return interaction


# --- the whole floor -----------------------------------------------------------------------------------------------


def _routing_defined(state: State, fact: RoutingDefined, at: Instant) -> None:
    state.routing = fact.settings
    for interaction in list(state.interactions.values()):
        if interaction.wait is not None:
            _stand_anew(state, interaction, interaction.wait)


def _distribution_suspended(state: State, fact: facts.DistributionSuspended, at: Instant) -> None:
    state.suspended = True


def _distribution_resumed(state: State, fact: facts.DistributionResumed, at: Instant) -> None:
    state.suspended = False


INTERACTION_EVOLVERS: dict[type, Callable[[State, Any, Instant], None]] = {
    facts.InteractionCreated: _interaction_created,
    facts.InteractionQueued: _interaction_queued,
    PriorityChanged: _priority_changed,
    facts.WaitAnnouncementDue: _wait_announcement_due,
    facts.WaitTold: _wait_told,
    facts.InteractionAnswered: _interaction_answered,
    facts.InteractionAbandoned: _interaction_abandoned,
    facts.InteractionLeftQueue: _interaction_left_queue,
    facts.CallerHeld: _caller_held,
    facts.CallerResumed: _caller_resumed,
    transfer_words.InteractionTransferred: _interaction_transferred,
    facts.InteractionReleased: _interaction_released,
    facts.InteractionEnded: _interaction_ended,
    facts.AgentReserved: _agent_reserved,
    facts.AgentAlerted: _agent_alerted,
    facts.ReservationEnded: _reservation_ended,
    RoutingDefined: _routing_defined,
    facts.DistributionSuspended: _distribution_suspended,
    facts.DistributionResumed: _distribution_resumed,
}
