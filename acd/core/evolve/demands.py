"""Apply one fact about what waiting interactions ask for. Part of ``evolve``: the only writer, and no decisions."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from acd.core.interaction_states import Phase
from acd.core.routing_facts import RequirementsRelaxed, ReservesCalled, ReservesReleased
from acd.core.state import Interaction, State
from acd.core.timetable import DeadlineKind
from kernel.ids import QueueId
from kernel.instants import Instant


def ask_anew(state: State, interaction: Interaction, steps_taken: int) -> Interaction:
    """Let an interaction that is in a queue ask for what it does after so many relaxation steps.

    In its class's line it is moved; what it has in the timetable of relaxations as well.
    """
    stay = interaction.stay
    stay = replace(stay, demand=state.demand_in(stay.queue_id, stay.added, steps_taken), steps_taken=steps_taken)
    asking = replace(interaction, wait=stay)
    if interaction.phase is Phase.WAITING:
        state.lines.stop_waiting(interaction.interaction_id)
        state.lines.wait(stay.demand, asking.key)
    state.interactions[interaction.interaction_id] = asking
    state.timetable.put(DeadlineKind.RELAXATION_DUE, interaction.interaction_id, state.relaxes_at(stay))
    return asking


def _requirements_relaxed(state: State, fact: RequirementsRelaxed, at: Instant) -> None:
    ask_anew(state, state.interactions[fact.interaction_id], fact.step)


def _reserves_called(state: State, fact: ReservesCalled, at: Instant) -> None:
    state.reserves_called.add(fact.queue_id)
    _all_ask_anew(state, fact.queue_id)


def _reserves_released(state: State, fact: ReservesReleased, at: Instant) -> None:
    state.reserves_called.discard(fact.queue_id)
    _all_ask_anew(state, fact.queue_id)


def _all_ask_anew(state: State, queue_id: QueueId) -> None:
    for key in state.lines.in_queue(queue_id):
        interaction = state.interactions[key[-1]]
        ask_anew(state, interaction, interaction.stay.steps_taken)


DEMAND_EVOLVERS: dict[type, Callable[[State, Any, Instant], None]] = {
    RequirementsRelaxed: _requirements_relaxed,
    ReservesCalled: _reserves_called,
    ReservesReleased: _reserves_released,
}
