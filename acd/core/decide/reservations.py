"""Reservations: one interaction held for one agent, until answered, declined, lapsed or withdrawn."""

from acd.core import facts, inputs
from acd.core.agent_states import MOVES, AgentState, ReasonCode, Trigger
from acd.core.decide.moves import apply_next, free_phone, move, phone_trouble, seat_of, settle
from acd.core.interaction_states import QUEUE_PHASES
from acd.core.settings import NoAnswerPolicy
from acd.core.state import PastReservation, Reservation
from acd.core.step import Step
from kernel.ids import AgentId, InteractionId, ReservationId
from kernel.instants import Instant, after, elapsed_ms
from kernel.result_codes import RefusalCode, ReservationResult

PHONE_RETRIES_MS = (5_000, 15_000, 60_000)
"""How long a phone is left alone after its first, second and third failure in a row. After one more it is rung again
only when the switch has seen it anew, or its agent says ready."""


def reserve(step: Step, interaction_id: InteractionId, agent_id: AgentId, *, dial_ms_max: int = 0) -> None:
    """Hold the two for each other; the agent's phone is to ring. ``dial_ms_max``: so long the customer's phone rings before
    it; 0: they are there.
    """
    stay = step.state.interactions[interaction_id].stay
    device = seat_of(step, step.state.agents[agent_id])
    until = after(step.now, dial_ms_max + step.state.queues[stay.queue_id].ring_ms_max)
    auto_answer = device.settings.auto_answer
    _reserved(step, interaction_id, agent_id, until=until, auto_answer=auto_answer, rings=dial_ms_max == 0)
    move(step, agent_id, Trigger.RESERVED, until=until, interaction_id=interaction_id)


def join_at_once(step: Step, interaction_id: InteractionId, agent_id: AgentId) -> None:
    """The switch has joined the two by itself, both being free: reserved and answered in one step, and no phone is rung."""
    reservation = _reserved(step, interaction_id, agent_id, until=step.now, auto_answer=False)
    _record_end(step, reservation, ReservationResult.ANSWERED)
    _connect(step, reservation)


def ring(step: Step, given: inputs.AgentRang) -> None:
    reservation = step.state.reservations.get(given.reservation_id)
    if reservation is None:
        refuse_stale(step, given.reservation_id)
    elif step.state.agents[reservation.agent_id].state is AgentState.RESERVED:  # phones may say so more than once
        step.record(
            facts.AgentAlerted(
                reservation_id=reservation.reservation_id,
                interaction_id=reservation.interaction_id,
                agent_id=reservation.agent_id,
            )
        )
        move(
            step,
            reservation.agent_id,
            Trigger.RANG,
            until=reservation.until,
            interaction_id=reservation.interaction_id,
        )


def pick_up(step: Step, given: inputs.AgentPickedUp) -> None:
    reservation_id = given.reservation_id
    reservation = step.state.reservations.get(reservation_id)
    past = step.state.past_reservations.get(reservation_id)
    if reservation is not None:
        _record_end(step, reservation, ReservationResult.ANSWERED)
        _connect(step, reservation)
    elif reservation_id in step.state.connections:
        return  # told twice: once by the event, once by a look at the switch
    elif past is not None and _claim_stands(step, past):
        _connect_late(step, past.reservation)
    else:
        refuse_stale(step, reservation_id)


def fail(step: Step, given: inputs.AgentLegFailed) -> None:
    reservation = step.state.reservations.get(given.reservation_id)
    if reservation is None:
        refuse_stale(step, given.reservation_id)
    elif given.result is ReservationResult.ANSWERED:
        step.refuse(RefusalCode.WRONG_STATE, given.reservation_id)
    elif given.result is ReservationResult.CALLER_LEFT:
        # The switch found nobody to join. If the caller is there after all, another agent has the next try.
        end_reservation(step, reservation, given.result, keeps_turn=False)
    else:
        end_reservation(step, reservation, given.result)


def lapse(step: Step, reservation_id: ReservationId) -> None:
    """Nobody picked up in time."""
    end_reservation(step, step.state.reservations[reservation_id], ReservationResult.LAPSED)


def end_reservation(
    step: Step, reservation: Reservation, result: ReservationResult, *, keeps_turn: bool = True
) -> None:
    """End a reservation without an answer: the caller keeps the place, the agent goes where the result leads.

    ``keeps_turn``: an agent who is ready again keeps the place in the line.
    """
    rang = step.state.agents[reservation.agent_id].state is AgentState.ALERTING
    _record_end(step, reservation, result)
    if result is not ReservationResult.BUSY or rang:
        free_phone(step, reservation.device_id)
    if apply_next(step, reservation.agent_id):
        return
    match result:
        case ReservationResult.LAPSED:
            _after_lapse(step, reservation)
        case ReservationResult.DECLINED | ReservationResult.BUSY if rang:
            # Many phones send 486 for the reject button.
            settle(step, reservation.agent_id, Trigger.DECLINED, AgentState.AUX, ReasonCode.DECLINED)
        case ReservationResult.DECLINED | ReservationResult.BUSY:
            # It never rang, so nobody pressed a button: busy on another line, or set not to disturb (486, 480, 603).
            _after_phone_failure(step, reservation.agent_id, ReasonCode.BUSY_ELSEWHERE)
        case ReservationResult.UNREACHABLE:
            _after_phone_failure(step, reservation.agent_id, ReasonCode.NO_ANSWER_FROM_PHONE)
        case _:
            reason = ReasonCode.OFFER_WITHDRAWN if keeps_turn else ReasonCode.NONE
            settle(step, reservation.agent_id, Trigger.OFFER_WITHDRAWN, AgentState.READY, reason)


def refuse_stale(step: Step, reservation_id: ReservationId) -> None:
    """Refuse what came for a reservation that is over, or never was.

    Events of two channels can cross on their way here, so this happens in good order.
    """
    past = step.state.past_reservations.get(reservation_id)
    if past is None:
        step.refuse(RefusalCode.UNKNOWN_RESERVATION, reservation_id)
    elif past.reservation.interaction_id not in step.state.interactions:
        step.refuse(RefusalCode.CALLER_LEFT, reservation_id)
    else:
        step.refuse(RefusalCode.RESERVATION_OVER, reservation_id)


def _reserved(
    step: Step,
    interaction_id: InteractionId,
    agent_id: AgentId,
    *,
    until: Instant,
    auto_answer: bool,
    rings: bool = True,
) -> Reservation:
    interaction = step.state.interactions[interaction_id]
    reservation_id = ReservationId(f"{interaction_id}-r{interaction.reservation_count + 1}")
    step.record(
        facts.AgentReserved(
            reservation_id=reservation_id,
            interaction_id=interaction_id,
            queue_id=interaction.stay.queue_id,
            agent_id=agent_id,
            device_id=seat_of(step, step.state.agents[agent_id]).settings.device_id,
            until=until,
            auto_answer=auto_answer,
            waited_ms=elapsed_ms(interaction.stay.queued_at, step.now),
            rings=rings,
        )
    )
    return step.state.reservations[reservation_id]


def _record_end(step: Step, reservation: Reservation, result: ReservationResult) -> None:
    step.record(
        facts.ReservationEnded(
            reservation_id=reservation.reservation_id,
            interaction_id=reservation.interaction_id,
            queue_id=reservation.queue_id,
            agent_id=reservation.agent_id,
            result=result,
            rang_ms=elapsed_ms(reservation.made_at, step.now),
        )
    )


def _connect(step: Step, reservation: Reservation) -> None:
    stay = step.state.interactions[reservation.interaction_id].stay
    step.record(
        facts.InteractionAnswered(
            interaction_id=reservation.interaction_id,
            queue_id=reservation.queue_id,
            agent_id=reservation.agent_id,
            reservation_id=reservation.reservation_id,
            waited_ms=elapsed_ms(stay.queued_at, step.now),
            rang_ms=elapsed_ms(reservation.made_at, step.now),
            matched_at_step=reservation.steps_taken,
        )
    )
    move(step, reservation.agent_id, Trigger.PICKED_UP, interaction_id=reservation.interaction_id)


def _claim_stands(step: Step, past: PastReservation) -> bool:
    """Whether a pick-up after the end of its reservation still counts: caller and agent are where they were."""
    reservation = past.reservation
    interaction = step.state.interactions.get(reservation.interaction_id)
    agent = step.state.agents.get(reservation.agent_id)
    if interaction is None or interaction.phase not in QUEUE_PHASES or agent is None:
        return False
    same_stay = interaction.stay.ordinal == reservation.stay_ordinal
    same_seat = agent.device_id == reservation.device_id and agent.next_state is not AgentState.LOGGED_OUT
    # Nor has the agent a call: joined with another caller, or one of their own.
    is_free = agent.reservation_id not in step.state.connections and (agent.state, Trigger.PICKED_UP) in MOVES
    return same_stay and same_seat and is_free


def _connect_late(step: Step, reservation: Reservation) -> None:
    """The claim in the switch has one winner, and it is decided there: an agent who won it has the caller, even if the
    lapse was decided in the same moment. Other offers to the two are withdrawn.
    """
    interaction = step.state.interactions[reservation.interaction_id]
    agent = step.state.agents[reservation.agent_id]
    for other_id in dict.fromkeys((interaction.reservation_id, agent.reservation_id)):
        if other_id is not None:
            end_reservation(step, step.state.reservations[other_id], ReservationResult.CANCELLED)
    _connect(step, reservation)


def _after_lapse(step: Step, reservation: Reservation) -> None:
    # A phone that gives up by itself (302: it sends calls elsewhere) would give up again and again, at once.
    rang_out = step.now >= reservation.until
    if rang_out and step.state.queues[reservation.queue_id].no_answer_policy is NoAnswerPolicy.READY:
        settle(step, reservation.agent_id, Trigger.LAPSE_FORGIVEN, AgentState.READY)
    else:
        settle(step, reservation.agent_id, Trigger.LAPSED, AgentState.AUX, ReasonCode.RONA)


def _after_phone_failure(step: Step, agent_id: AgentId, reason_code: ReasonCode) -> None:
    agent = step.state.agents[agent_id]
    if phone_trouble(seat_of(step, agent), AgentState.READY) is not None:
        settle(step, agent_id, Trigger.PHONE_FAILED, AgentState.READY)  # the switch knows what is wrong with it
        return
    failures = agent.phone_failures
    left_alone_ms = PHONE_RETRIES_MS[failures - 1] if failures <= len(PHONE_RETRIES_MS) else None
    until = None if left_alone_ms is None else after(step.now, left_alone_ms)
    move(step, agent_id, Trigger.PHONE_FAILED, reason_code=reason_code, until=until)
