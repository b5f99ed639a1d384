"""Recovery is the normal start: fold the journal's facts, look at the switch, hand in the differences as inputs.

Folding may begin at a checkpoint, so that a start takes no longer the longer the journal is.

Effects are never performed again. What the switch did without us while the program was down comes back as the same
inputs that would have told of it then, so that every interaction ends with exactly one record.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from acd.core import facts, inputs
from acd.core.agent_states import AgentState
from acd.core.callback_words import CallbackReached, CustomerReached
from acd.core.engine import Engine
from acd.core.facts import Fact
from acd.core.inputs import Input
from acd.core.interaction_states import QUEUE_PHASES, Phase
from acd.core.outbound_words import CallOutPickedUp
from acd.core.settings import Channel
from acd.core.state import Interaction, State
from acd.own_entries import facts_in
from acd.ports import AgentLegPhase, CallerPlace, CallerSeen, Journal, SwitchPicture
from kernel.entry import ENGINE_STREAM, Entry
from kernel.ids import CallLegId, InteractionId, ReservationId
from kernel.instants import Instant, after
from kernel.result_codes import Disposition, EndedBy, ReservationResult


async def recover(
    journal: Journal, engine: Engine, *, after_seq: int = 0, hear: Callable[[Entry], Awaitable[None]] | None = None
) -> int:
    """Fold the engine's facts of every entry after ``after_seq``, where the engine stands; the last sequence number.

    Each entry is read once: ``hear`` is told of it too, for all those who follow the journal besides the engine.
    """
    last_seq = after_seq
    async for entry in journal.read(after_seq):
        if entry.stream == ENGINE_STREAM:
            engine.fold(facts_in(entry), entry.at)
        if hear is not None:
            await hear(entry)
        last_seq = entry.seq
    return last_seq


async def last_instant(journal: Journal) -> Instant:
    """When the last entry was written, by the clock of that time; instant 0 when the journal is empty.

    A program that starts must not be earlier than that, whatever its machine's clock says: what it writes would come
    before what it follows, waits would be folded wrong, and no deadline would fall due until the clock had caught up.
    """
    last_at = Instant(0)
    async for entry in journal.read(after_seq=max(0, await journal.last_seq() - 1)):
        last_at = entry.at
    return last_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """When this program asked the switch for what a look may not show yet.

    That may be well after it was decided, when the journal is slow. ``rung_at``: to ring for a reservation that is in
    force; ``returned_at``: to give a caller back to the flow.
    """

    rung_at: dict[ReservationId, Instant] = field(default_factory=dict)
    returned_at: dict[InteractionId, Instant] = field(default_factory=dict)

    def note(self, fact: Fact, now: Instant) -> None:
        """Follow a fact, whose effects are performed now."""
        match fact:
            case facts.AgentReserved():
                self.rung_at[fact.reservation_id] = now
            case CallbackReached() if fact.reservation_id is not None:
                self.rung_at[fact.reservation_id] = now
            case facts.ReservationEnded():
                self.rung_at.pop(fact.reservation_id, None)
            case facts.InteractionLeftQueue():
                self.returned_at[fact.interaction_id] = now
            case facts.InteractionQueued() | facts.InteractionEnded():
                self.returned_at.pop(fact.interaction_id, None)
            case _:
                pass


_NEVER_ADOPTED = (CallerPlace.AWAY, CallerPlace.CALLS_OUT, CallerPlace.TALKS_OUT)
RETURN_MS_MAX = 1_000
"""How long the switch may take to give a caller back: it is asked first whether an agent has them."""


def differences(state: State, picture: SwitchPicture, asked: Asked | None = None) -> tuple[Input, ...]:
    """The inputs that make the engine's state agree with what exists in the switch.

    What the switch did by itself (``acd.aside``) is told before. In this order, so that nobody is offered a caller who
    turns out to be gone:

    1. Callers whom the switch itself has turned away while it had no program: ``CallerLost``, and before it
       ``InteractionArrived`` for those the engine never heard of, so that no lost caller goes uncounted.
    2. Callers in a flow, waiting, or past their call, whose leg is gone: ``CallerHungUp`` with cause 0, or
       ``CallerLost`` when the switch was started anew. Callers who are with a number outside: ``FlowEnded``.
    3. Agents' calls that were answered outside: ``CallOutPickedUp``. Agents' legs that are joined with a caller the engine still holds in a queue: ``AgentPickedUp``. Deadlines are
       taken later, by ``TimePassed``, so a pick-up that happened while the program was down is still in time.
    4. Callers who were offered or connected, whose leg is gone: as in 2.
    5. Connections whose agent's leg is gone while the caller's is up: ``AgentLeft``, ended by the system, since nobody
       saw who hung up.
    6. Reservations whose leg is gone: ``AgentLegFailed(cancelled)``. The effect may never have been performed, so
       neither the agent nor the phone is blamed; the caller keeps the place and is offered again at once.
    7. Every device of ours that differs, and those whose agent is held to be unreachable: ``DevicePresenceSeen``. A
       device that is missing from the picture is left as it is.
    8. Callers the engine does not know: ``InteractionArrived``. If they wait in a queue's waiting room, and in which is
       known, ``EnterQueue`` follows, with the queue's own priority and no added requirements: what the flow had asked
       for is lost with the entry that was never written. So it does for those the engine holds to be in a flow while
       the switch holds them in a waiting room.

    Callers in a flow whose session died with the program stay open: the dialplan starts the flow anew, and entering the
    queue where they are already costs them nothing. What is younger than the picture is left alone.
    """
    return tuple(_differences(state, picture, asked or Asked()))


def _differences(state: State, picture: SwitchPicture, asked: Asked) -> Iterator[Input]:
    yield from _turned_away(state, picture)
    gone = [
        interaction
        for interaction in state.interactions.values()
        if interaction.interaction_id not in picture.callers
        and _has_had_a_leg(interaction, picture)
        and interaction.interaction_id not in picture.turned_away
        and _is_older(interaction.arrived_at, picture)
    ]
    bound = (Phase.OFFERED, Phase.CONNECTED)
    yield from (_gone(interaction, picture) for interaction in gone if interaction.phase not in bound)
    yield from _away(state, picture)
    yield from _reached(state, picture)
    yield from _picked_up(state, picture)
    yield from _answered_out(state, picture)
    yield from (_gone(interaction, picture) for interaction in gone if interaction.phase in bound)
    yield from _agents_gone(state, picture, asked)
    yield from _devices(state, picture)
    yield from _callers_found(state, picture, asked)


def _turned_away(state: State, picture: SwitchPicture) -> Iterator[Input]:
    for interaction_id, seen in picture.turned_away.items():
        if interaction_id in state.past_interactions:
            continue  # told by the event, and by the look once more
        if interaction_id not in state.interactions:
            yield _arrived(interaction_id, seen)
        yield inputs.CallerLost(interaction_id=interaction_id)


def _gone(interaction: Interaction, picture: SwitchPicture) -> Input:
    if picture.is_new:
        return inputs.CallerLost(interaction_id=interaction.interaction_id)
    return inputs.CallerHungUp(interaction_id=interaction.interaction_id, cause_code=0, seen=False)


def _away(state: State, picture: SwitchPicture) -> Iterator[Input]:
    for interaction_id, seen in picture.callers.items():
        interaction = state.interactions.get(interaction_id)
        if seen.place is CallerPlace.AWAY and interaction is not None and interaction.phase is Phase.FLOW:
            yield inputs.FlowEnded(interaction_id=interaction_id, disposition=Disposition.TRANSFERRED_OUT)


def _answered_out(state: State, picture: SwitchPicture) -> Iterator[Input]:
    for interaction_id, seen in picture.callers.items():
        interaction = state.interactions.get(interaction_id)
        if seen.place is CallerPlace.TALKS_OUT and interaction is not None and interaction.phase is Phase.DIALLING:
            yield CallOutPickedUp(interaction_id=interaction_id)


def _has_had_a_leg(interaction: Interaction, picture: SwitchPicture) -> bool:
    """Whether a leg should be there: not of whoever waits to be called back, nor of one who has just been dialled."""
    if interaction.has_leg:
        return True
    dialled_at = interaction.asked_back.dialled_at
    return dialled_at is not None and _is_older(after(dialled_at, RETURN_MS_MAX), picture)


def _reached(state: State, picture: SwitchPicture) -> Iterator[Input]:
    """Who is called back, and has answered unheard."""
    for interaction_id, seen in picture.callers.items():
        interaction = state.interactions.get(interaction_id)
        if interaction is None or interaction.has_leg or interaction.asked_back.dialled_at is None:
            continue
        if seen.place is CallerPlace.WAITING:
            yield CustomerReached(interaction_id=interaction_id)


def _picked_up(state: State, picture: SwitchPicture) -> Iterator[Input]:
    for reservation_id, phase in picture.agent_legs.items():
        reservation = state.reservations.get(reservation_id)
        if reservation is None and reservation_id in state.past_reservations:
            reservation = state.past_reservations[reservation_id].reservation
        if reservation is None or phase is not AgentLegPhase.JOINED or reservation_id in state.connections:
            continue
        interaction = state.interactions.get(reservation.interaction_id)
        if interaction is not None and interaction.phase in QUEUE_PHASES:
            yield inputs.AgentPickedUp(reservation_id=reservation_id)


def _agents_gone(state: State, picture: SwitchPicture, asked: Asked) -> Iterator[Input]:
    for connection in state.connections.values():
        if connection.queue_id is None:
            continue  # an agent's call is their own leg: it is among the callers
        known = connection.reservation_id in picture.agent_legs or connection.interaction_id not in picture.callers
        if (
            not known
            and not _talks_aside(connection.interaction_id, picture)
            and _is_older(connection.joined_at, picture)
        ):
            yield inputs.AgentLeft(reservation_id=connection.reservation_id, ended_by=EndedBy.SYSTEM, seen=False)
    for reservation in state.reservations.values():
        known = reservation.reservation_id in picture.agent_legs or reservation.interaction_id not in picture.callers
        if not state.interactions[reservation.interaction_id].has_leg:
            continue  # the agent's phone rings when the customer has answered
        since = asked.rung_at.get(reservation.reservation_id, reservation.made_at)
        if not known and _is_older(since, picture):
            yield inputs.AgentLegFailed(reservation_id=reservation.reservation_id, result=ReservationResult.CANCELLED)


def _talks_aside(interaction_id: InteractionId, picture: SwitchPicture) -> bool:
    """Whether a caller is with an agent whose leg is none of ours: the switch rang it by itself."""
    seen = picture.callers.get(interaction_id)
    return seen is not None and seen.place is CallerPlace.TALKS_ASIDE


def _devices(state: State, picture: SwitchPicture) -> Iterator[Input]:
    for device_id, seen in picture.devices.items():
        device = state.devices.get(device_id)
        if device is None:
            continue
        agent = state.agents[device.agent_id] if device.agent_id is not None else None
        unreachable = agent is not None and agent.state is AgentState.UNREACHABLE
        if unreachable or (device.reachable, device.in_use) != (seen.reachable, seen.in_use):
            yield inputs.DevicePresenceSeen(device_id=device_id, reachable=seen.reachable, in_use=seen.in_use)


def _callers_found(state: State, picture: SwitchPicture, asked: Asked) -> Iterator[Input]:
    for interaction_id, seen in picture.callers.items():
        interaction = state.interactions.get(interaction_id)
        if interaction is None:
            # Over, and hearing a farewell; or talking outside for longer than the engine remembers.
            # And an agent's call was known before it was dialled.
            is_over = interaction_id in state.past_interactions or seen.place in _NEVER_ADOPTED
            if is_over or interaction_id in picture.turned_away:
                continue
            yield _arrived(interaction_id, seen)
        in_flow = interaction is None or interaction.phase is Phase.FLOW
        waits = seen.place is CallerPlace.WAITING and not _is_being_returned(interaction_id, picture, asked)
        if in_flow and waits and seen.queue_id is not None:
            yield inputs.EnterQueue(
                interaction_id=interaction_id, queue_id=seen.queue_id, priority=None, requirements=()
            )


def _arrived(interaction_id: InteractionId, seen: CallerSeen) -> Input:
    return inputs.InteractionArrived(
        interaction_id=interaction_id,
        channel=Channel.VOICE,
        did=seen.did,
        trunk_id=seen.trunk_id,
        leg_id=CallLegId(seen.leg_id),
    )


def _is_being_returned(interaction_id: InteractionId, picture: SwitchPicture, asked: Asked) -> bool:
    """Whether the look may have found a caller in the waiting room who was on the way out of it."""
    at = asked.returned_at.get(interaction_id)
    return at is not None and picture.begun_at is not None and picture.begun_at < after(at, RETURN_MS_MAX)


def _is_older(at: Instant, picture: SwitchPicture) -> bool:
    return picture.begun_at is None or at < picture.begun_at
