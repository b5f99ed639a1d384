"""Apply one fact about a callback. Part of ``evolve``: the only writer, and no decisions."""

from collections.abc import Callable
from typing import Any

from acd.core.callback_words import CallbackBooked, CallbackDialled, CallbackDue, CallbackMissed, CallbackReached
from acd.core.evolve.interactions import moved, start_waiting, stop_waiting
from acd.core.interaction_states import PhaseTrigger
from acd.core.state import Callback, CallbackStage, State
from acd.core.timetable import DeadlineKind
from kernel.instants import Instant
from kernel.records import replace


def _booked(state: State, fact: CallbackBooked, at: Instant) -> None:
    callback = Callback(
        queue_id=fact.queue_id, expires_at=fact.expires_at, tries_max=fact.tries_max, retry_ms=fact.retry_ms
    )
    interaction = state.interactions[fact.interaction_id]
    state.interactions[fact.interaction_id] = replace(interaction, callback=callback)


def _dialled(state: State, fact: CallbackDialled, at: Instant) -> None:
    interaction = state.interactions[fact.interaction_id]
    state.interactions[fact.interaction_id] = replace(
        interaction, callback=replace(interaction.asked_back, dialled_at=at)
    )


def _reached(state: State, fact: CallbackReached, at: Instant) -> None:
    interaction = state.interactions[fact.interaction_id]
    reached = replace(interaction.asked_back, stage=CallbackStage.REACHED, dialled_at=None)
    state.interactions[fact.interaction_id] = replace(interaction, callback=reached)
    state.timetable.put(DeadlineKind.CALLBACK_EXPIRES, fact.interaction_id, None)
    if fact.reservation_id is not None and fact.until is not None:
        reservation = state.reservations[fact.reservation_id]
        state.reservations[fact.reservation_id] = replace(reservation, until=fact.until)
        state.timetable.put(DeadlineKind.RESERVATION_LAPSES, fact.reservation_id, fact.until)


def _missed(state: State, fact: CallbackMissed, at: Instant) -> None:
    interaction = state.interactions[fact.interaction_id]
    stop_waiting(state, interaction)
    missed = replace(interaction.asked_back, attempts=fact.attempt, dialled_at=None, retry_at=fact.retry_at)
    state.interactions[fact.interaction_id] = replace(moved(interaction, PhaseTrigger.PUT_OFF), callback=missed)
    state.timetable.put(DeadlineKind.CALLBACK_DUE, fact.interaction_id, fact.retry_at)


def _due(state: State, fact: CallbackDue, at: Instant) -> None:
    interaction = state.interactions[fact.interaction_id]
    interaction = replace(moved(interaction, PhaseTrigger.DUE), callback=replace(interaction.asked_back, retry_at=None))
    state.interactions[fact.interaction_id] = interaction
    state.timetable.put(DeadlineKind.CALLBACK_DUE, fact.interaction_id, None)
    start_waiting(state, interaction)


CALLBACK_EVOLVERS: dict[type, Callable[[State, Any, Instant], None]] = {
    CallbackBooked: _booked,
    CallbackDialled: _dialled,
    CallbackReached: _reached,
    CallbackMissed: _missed,
    CallbackDue: _due,
}
