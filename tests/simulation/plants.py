"""Bugs to plant, one at a time: in the engine, recovery, distributor, or in what the dialplan and the switch's room do.

Each must be caught; that is what shows that the simulator can fail. Most of them were once true.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import acd.core.engine
import acd.distributor
import acd.recovery
import simulator.program
from acd.core import facts, inputs
from acd.core.decide import DECIDERS, reservations
from acd.core.effects import CancelRing, effects_of_step
from acd.core.evolve import EVOLVERS
from acd.core.inputs import Input
from acd.core.matching import next_pair_naively
from acd.core.state import State
from acd.distributor import Distributor
from acd.own_entries import facts_in
from acd.phone_lines import PhoneLines
from acd.ports import AgentLegPhase, SwitchPicture
from acd.recovery import Asked
from kernel.entry import Entry
from kernel.ids import ReservationId
from kernel.instants import Instant
from simulator.disk import Journal
from simulator.exchange import Exchange
from simulator.legs import AgentLeg, CallerLeg
from simulator.program import Program
from simulator.shelf import Shelf
from simulator.switchboard import Switchboard, interaction_of
from simulator.virtual_time import VirtualClock

Patch = pytest.MonkeyPatch


# --- the dialplan's claim ------------------------------------------------------------------------------------------------


def claim_without_epoch(patch: Patch) -> None:
    patch.setattr(Exchange, "_claim_epoch", lambda self, leg: self._then(leg, self._claim_lock))


def claim_without_offer(patch: Patch) -> None:
    patch.setattr(Exchange, "_is_offered", lambda self, leg: leg.interaction_id in self.callers)


def claim_without_a_second_look(patch: Patch) -> None:
    def again(self: Exchange, leg: AgentLeg) -> None:
        caller = self.callers.get(leg.interaction_id)
        if caller is not None:
            caller.offer, caller.locked_by = None, None
        self._then(leg, self._bridge)

    patch.setattr(Exchange, "_claim_again", again)


def claim_of_a_caller_who_is_taken(patch: Patch) -> None:
    def claim(self: Exchange, leg: AgentLeg) -> None:
        self._then(leg, self._guard if self._is_offered(leg) else self._lost)

    patch.setattr(Exchange, "_claim_offer", claim)


def hang_up_after_the_claim_forgets_the_caller(patch: Patch) -> None:
    def guard(self: Exchange, leg: AgentLeg) -> None:
        self._then(leg, self._claim_mark)

    patch.setattr(Exchange, "_guard", guard)


# --- the switch's room ---------------------------------------------------------------------------------------------------


def cancel_without_looking_who_has_won(patch: Patch) -> None:
    async def end_leg(self: Switchboard, reservation_id: ReservationId, asked: Any) -> None:
        await asked
        self._link.send(lambda: self._exchange.end_leg(reservation_id))

    patch.setattr(Switchboard, "_end_leg", end_leg)


def cancel_stops_short_when_another_has_won(patch: Patch) -> None:
    async def end_leg(self: Switchboard, reservation_id: ReservationId, asked: Any) -> None:
        caller = await asked
        if not isinstance(caller, CallerLeg) or caller.state != "answered":
            self._link.send(lambda: self._exchange.end_leg(reservation_id))

    patch.setattr(Switchboard, "_end_leg", end_leg)


def a_look_withdraws_the_offer_of_another(patch: Patch) -> None:
    take_over = Switchboard.take_over

    def all_alike(self: Switchboard, found: Any, wanted: Any) -> None:
        for reservation_id, phase in found.items():
            if reservation_id not in wanted and phase is AgentLegPhase.RINGING:
                self.perform(CancelRing(reservation_id=reservation_id, interaction_id=interaction_of(reservation_id)))
        take_over(self, {one: phase for one, phase in found.items() if one in wanted}, wanted)

    patch.setattr(Switchboard, "take_over", all_alike)


def no_second_try_after_a_queue(patch: Patch) -> None:
    broke_off = Exchange._broke_off

    def once(self: Exchange, caller: CallerLeg) -> None:
        if caller.script == "queue_exit":
            self._turn_away(caller)
        else:
            broke_off(self, caller)

    patch.setattr(Exchange, "_broke_off", once)


def two_legs_at_one_phone(patch: Patch) -> None:
    patch.setattr(PhoneLines, "next_in_line", lambda self, reservation_id: None)


def legs_of_a_former_program_may_not_claim(patch: Patch) -> None:
    patch.setattr(Exchange, "bless", lambda self, reservation_id, epoch: None)


def no_heartbeat(patch: Patch) -> None:
    async def never(self: Program) -> None:
        pass

    patch.setattr(Program, "_beat", never)
    patch.setattr(simulator.program, "LOOK_S", 1_000.0)


def no_look_after_lost_reports(patch: Patch) -> None:
    patch.setattr(simulator.program, "LOOK_S", 1_000.0)


# --- the engine ----------------------------------------------------------------------------------------------------------


def lapse_loses_the_place(patch: Patch) -> None:
    ended = EVOLVERS[facts.ReservationEnded]

    def to_the_end(state: State, fact: facts.ReservationEnded, at: Instant) -> None:
        interaction = state.interactions[fact.interaction_id]
        if interaction.wait is not None and fact.result == "lapsed":
            state.lines.leave_queue(interaction.stay.queue_id, interaction.key)
            interaction = replace(interaction, wait=replace(interaction.stay, rank=at, ranked_at=at))
            state.interactions[fact.interaction_id] = interaction
            state.lines.queue_up(interaction.stay.queue_id, interaction.key)
        ended(state, fact, at)

    patch.setitem(EVOLVERS, facts.ReservationEnded, to_the_end)


def newest_caller_first(patch: Patch) -> None:
    def newest(state: State, newcomers: Any) -> Any:
        first = next_pair_naively(state, newcomers)
        if first is None:
            return None
        skills = state.agents[first[1]].settings.skills
        fitting = [
            one
            for one in state.interactions.values()
            if one.phase == "waiting" and reservations_fit(skills, one.stay.demand.requirements)
        ]
        return max(fitting, key=lambda one: one.key).interaction_id, first[1]

    patch.setattr(acd.core.engine.Engine.__init__, "__kwdefaults__", {"choose": newest})


def reservations_fit(skills: Any, requirements: Any) -> bool:
    levels = dict(skills)
    return all(levels.get(one.skill_id, 0) >= one.level_min for one in requirements)


def late_pick_up_is_refused(patch: Patch) -> None:
    patch.setattr(reservations, "_claim_stands", lambda step, past: False)


def hang_up_in_the_queue_is_no_exit(patch: Patch) -> None:
    def not_counted(state: State, fact: facts.InteractionAbandoned, at: Instant) -> None:
        tally = state.tallies[fact.queue_id]
        abandoned(state, fact, at)
        state.tallies[fact.queue_id] = replace(tally, offered=tally.offered - 1)

    abandoned = EVOLVERS[facts.InteractionAbandoned]
    patch.setitem(EVOLVERS, facts.InteractionAbandoned, not_counted)


def a_caller_may_arrive_after_the_end(patch: Patch) -> None:
    arrive = DECIDERS[inputs.InteractionArrived]

    def again(step: Any, given: inputs.InteractionArrived) -> None:
        step.state.past_interactions.pop(given.interaction_id, None)
        arrive(step, given)

    patch.setitem(DECIDERS, inputs.InteractionArrived, again)


# --- recovery and the distributor ----------------------------------------------------------------------------------------


def _without(*kinds: type) -> Callable[[State, SwitchPicture, Asked], tuple[Input, ...]]:
    def some(state: State, picture: SwitchPicture, asked: Asked) -> tuple[Input, ...]:
        all_of_them = acd.recovery.differences(state, picture, asked)
        return tuple(given for given in all_of_them if not isinstance(given, kinds))

    return some


def resync_ignores_hang_ups(patch: Patch) -> None:
    patch.setattr(acd.distributor, "differences", _without(inputs.CallerHungUp))


def resync_ignores_talks(patch: Patch) -> None:
    patch.setattr(acd.distributor, "differences", _without(inputs.AgentPickedUp))


def deadlines_in_the_dark(patch: Patch) -> None:
    patch.setattr(Distributor, "_next_deadline", lambda self: self._engine.next_deadline())


def clock_of_the_machine(patch: Patch) -> None:
    patch.setattr(VirtualClock, "not_before", lambda self, at: None)


def the_last_entry_is_not_read(patch: Patch) -> None:
    async def short(self: Journal, after_seq: int = 0) -> Any:
        for entry in self._disk.entries[after_seq:-1]:
            yield entry

    patch.setattr(Journal, "read", short)


def acting_before_it_is_written(patch: Patch) -> None:
    enter = Distributor._enter

    def at_once(self: Distributor, given: Input) -> Entry:
        entry = enter(self, given)
        for effect in effects_of_step(facts_in(entry)):
            self._switch.perform(effect)
        return entry

    patch.setattr(Distributor, "_enter", at_once)


def rows_are_counted_anew_at_a_restart(patch: Patch) -> None:
    kept = Shelf.save

    async def save(self: Shelf, changes: Any, progress: Any) -> None:
        await kept(self, changes, progress)
        self.kept = None if self._world.is_so(0.2) else self.kept

    patch.setattr(Shelf, "save", save)


PLANTS: dict[Callable[[Patch], None], int] = {
    claim_without_epoch: 202,
    claim_without_offer: 9,
    claim_without_a_second_look: 9,
    cancel_without_looking_who_has_won: 25,
    legs_of_a_former_program_may_not_claim: 11,
    no_heartbeat: 1,
    lapse_loses_the_place: 2,
    newest_caller_first: 1,
    late_pick_up_is_refused: 25,
    hang_up_in_the_queue_is_no_exit: 2,
    resync_ignores_hang_ups: 2,
    resync_ignores_talks: 4,
    the_last_entry_is_not_read: 1,
    acting_before_it_is_written: 2,
    rows_are_counted_anew_at_a_restart: 12,
}
"""Bugs that never were, and a seed that catches each."""

FOUND: dict[Callable[[Patch], None], int] = {
    claim_of_a_caller_who_is_taken: 3795,
    hang_up_after_the_claim_forgets_the_caller: 7,
    cancel_stops_short_when_another_has_won: 214,
    a_look_withdraws_the_offer_of_another: 11,
    no_second_try_after_a_queue: 137,
    two_legs_at_one_phone: 2,
    no_look_after_lost_reports: 2,
    a_caller_may_arrive_after_the_end: 1194,
    deadlines_in_the_dark: 223,
    clock_of_the_machine: 4,
}
"""Bugs that were there until the simulator found them, and the seed that guards against each."""
