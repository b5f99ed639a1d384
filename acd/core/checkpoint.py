"""The engine's knowledge as plain data, so that a start need not fold the whole journal; and back again.

Only records are in it. Lines and timetable say nothing that the records do not say, and are made anew from them.
"""

from dataclasses import dataclass

from acd.core.agent_states import AgentState
from acd.core.call_usage import CallUsage
from acd.core.estimates import WaitSample
from acd.core.interaction_states import Phase
from acd.core.settings import AuxReasonSettings, QueueSettings, RoutingSettings
from acd.core.state import (
    Agent,
    Connection,
    Device,
    DialledCall,
    Interaction,
    PastReservation,
    Reservation,
    State,
    Tally,
)
from acd.core.timetable import DeadlineKind
from kernel.ids import AgentId, DeviceId, InteractionId, QueueId, ReservationId, TrunkId
from kernel.instants import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineCheckpoint:
    """What the engine knows after one entry of the journal. ``now`` is the latest instant that it was given.

    The dictionaries are in the order in which the records came to be: the oldest of what is past is forgotten first.
    """

    now: Instant
    routing: RoutingSettings
    queues: dict[QueueId, QueueSettings]
    agents: dict[AgentId, Agent]
    devices: dict[DeviceId, Device]
    aux_reasons: dict[str, AuxReasonSettings]
    interactions: dict[InteractionId, Interaction]
    reservations: dict[ReservationId, Reservation]
    connections: dict[ReservationId, Connection]
    past_reservations: dict[ReservationId, PastReservation]
    past_interactions: dict[InteractionId, int]
    tallies: dict[QueueId, Tally]
    wait_samples: dict[QueueId, tuple[WaitSample, ...]]
    calls_out: dict[InteractionId, DialledCall]
    agent_calls_out: dict[AgentId, CallUsage]
    trunk_calls_out: dict[TrunkId, CallUsage]
    queue_entries: int
    reserves_called: tuple[QueueId, ...]
    suspended: bool


def checkpoint_of(state: State, now: Instant) -> EngineCheckpoint:
    """The state at this moment; what the engine does later leaves it as it is, since records are frozen."""
    return EngineCheckpoint(
        now=now,
        routing=state.routing,
        queues=dict(state.queues),
        agents=dict(state.agents),
        devices=dict(state.devices),
        aux_reasons=dict(state.aux_reasons),
        interactions=dict(state.interactions),
        reservations=dict(state.reservations),
        connections=dict(state.connections),
        past_reservations=dict(state.past_reservations),
        past_interactions=dict(state.past_interactions),
        tallies=dict(state.tallies),
        wait_samples=dict(state.wait_samples),
        calls_out=dict(state.calls_out),
        agent_calls_out=dict(state.agent_calls_out),
        trunk_calls_out=dict(state.trunk_calls_out),
        queue_entries=state.queue_entries,
        reserves_called=tuple(sorted(state.reserves_called)),
        suspended=state.suspended,
    )


def state_of(checkpoint: EngineCheckpoint) -> State:
    """The state that the checkpoint was made of. Raises KeyError when it contradicts itself."""
    state = State(
        routing=checkpoint.routing,
        queues=dict(checkpoint.queues),
        agents=dict(checkpoint.agents),
        devices=dict(checkpoint.devices),
        aux_reasons=dict(checkpoint.aux_reasons),
        interactions=dict(checkpoint.interactions),
        reservations=dict(checkpoint.reservations),
        connections=dict(checkpoint.connections),
        past_reservations=dict(checkpoint.past_reservations),
        past_interactions=dict(checkpoint.past_interactions),
        tallies=dict(checkpoint.tallies),
        wait_samples=dict(checkpoint.wait_samples),
        calls_out=dict(checkpoint.calls_out),
        agent_calls_out=dict(checkpoint.agent_calls_out),
        trunk_calls_out=dict(checkpoint.trunk_calls_out),
        queue_entries=checkpoint.queue_entries,
        reserves_called=set(checkpoint.reserves_called),
        suspended=checkpoint.suspended,
    )
    for agent in state.agents.values():
        _place_agent(state, agent)
    for interaction in state.interactions.values():
        if interaction.wait is not None:
            _place_interaction(state, interaction)
    for reservation in state.reservations.values():
        state.timetable.put(DeadlineKind.RESERVATION_LAPSES, reservation.reservation_id, reservation.until)
    return state


def _place_agent(state: State, agent: Agent) -> None:
    match agent.state:
        case AgentState.READY:
            state.lines.stand_ready(agent.profile, agent.standing, agent.agent_id)
        case AgentState.WRAP_UP:
            state.timetable.put(DeadlineKind.WRAP_UP_ENDS, agent.agent_id, agent.until)
        case AgentState.UNREACHABLE:
            state.timetable.put(DeadlineKind.PHONE_RETRIED, agent.agent_id, agent.until)
        case AgentState.AUX:
            state.timetable.put(DeadlineKind.AUX_OVERSTAYED, agent.agent_id, agent.until)
        case _:
            pass


def _place_interaction(state: State, interaction: Interaction) -> None:
    stay = interaction.stay
    state.lines.queue_up(stay.queue_id, interaction.key)
    wait_ends_at = interaction.wait_ends_at(state.queues[stay.queue_id])
    state.timetable.put(DeadlineKind.WAIT_ENDS, interaction.interaction_id, wait_ends_at)
    if interaction.callback is not None and not interaction.has_leg:
        callback = interaction.callback
        state.timetable.put(DeadlineKind.CALLBACK_EXPIRES, interaction.interaction_id, callback.expires_at)
        state.timetable.put(DeadlineKind.CALLBACK_DUE, interaction.interaction_id, callback.retry_at)
    state.timetable.put(DeadlineKind.RELAXATION_DUE, interaction.interaction_id, state.relaxes_at(stay))
    if interaction.phase is Phase.WAITING:
        state.lines.wait(stay.demand, interaction.key)
        state.timetable.put(DeadlineKind.ANNOUNCEMENT_DUE, interaction.interaction_id, stay.announce_at)
