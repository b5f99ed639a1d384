"""Apply one fact about queues, devices or agents. Part of ``evolve``: the only writer, and no decisions."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from acd.core import facts
from acd.core.agent_states import CALL_STATES, OFFERED_STATES, AgentState, ReasonCode
from acd.core.evolve.demands import ask_anew
from acd.core.interaction_states import Phase
from acd.core.state import Agent, Device, State, Tally
from acd.core.timetable import DeadlineKind
from acd.core.workload import Workload, after_move, at_log_in, now_of
from kernel.ids import AgentId
from kernel.instants import Instant, after
from kernel.records import replace

MEAN_OF_MAX = 256

# --- configuration -------------------------------------------------------------------------------------------------


def _queue_defined(state: State, fact: facts.QueueDefined, at: Instant) -> None:
    settings = fact.settings
    known = state.queues.get(settings.queue_id)
    state.queues[settings.queue_id] = settings
    state.tallies.setdefault(settings.queue_id, Tally())
    for key in state.lines.in_queue(settings.queue_id):
        # Whoever waits already is under the new rules from now on; place and priority stay.
        interaction = state.interactions[key[-1]]
        stay = interaction.stay
        announce_at = stay.announce_at
        if settings.announces and announce_at is None and interaction.has_leg:
            announce_at = after(at, settings.announcement_every_ms)
        interaction = replace(interaction, wait=replace(stay, announce_at=announce_at if settings.announces else None))
        # Other steps are taken from the first one on; those whose time has come, at once.
        same_steps = known is not None and known.relaxations == settings.relaxations
        interaction = ask_anew(state, interaction, stay.steps_taken if same_steps else 0)
        state.timetable.put(DeadlineKind.WAIT_ENDS, interaction.interaction_id, interaction.wait_ends_at(settings))
        if interaction.phase is Phase.WAITING:
            state.timetable.put(DeadlineKind.ANNOUNCEMENT_DUE, interaction.interaction_id, interaction.stay.announce_at)


def _queue_withdrawn(state: State, fact: facts.QueueWithdrawn, at: Instant) -> None:
    del state.queues[fact.queue_id]
    del state.tallies[fact.queue_id]
    state.wait_samples.pop(fact.queue_id, None)
    state.reserves_called.discard(fact.queue_id)
    state.lines.close_queue(fact.queue_id)


def _agent_defined(state: State, fact: facts.AgentDefined, at: Instant) -> None:
    known = state.agents.get(fact.settings.agent_id)
    if known is None:
        _put_agent(state, Agent(settings=fact.settings))
    else:
        _put_agent(state, replace(known, settings=fact.settings))


def _agent_withdrawn(state: State, fact: facts.AgentWithdrawn, at: Instant) -> None:
    del state.agents[fact.agent_id]


def _device_defined(state: State, fact: facts.DeviceDefined, at: Instant) -> None:
    device_id = fact.settings.device_id
    known = state.devices.get(device_id)
    state.devices[device_id] = (
        Device(settings=fact.settings) if known is None else replace(known, settings=fact.settings)
    )


def _device_withdrawn(state: State, fact: facts.DeviceWithdrawn, at: Instant) -> None:
    del state.devices[fact.device_id]


def _aux_reason_defined(state: State, fact: facts.AuxReasonDefined, at: Instant) -> None:
    state.aux_reasons[fact.settings.reason_code] = fact.settings


def _aux_reason_withdrawn(state: State, fact: facts.AuxReasonWithdrawn, at: Instant) -> None:
    del state.aux_reasons[fact.reason_code]


def _device_presence_changed(state: State, fact: facts.DevicePresenceChanged, at: Instant) -> None:
    device = state.devices[fact.device_id]
    state.devices[fact.device_id] = replace(device, reachable=fact.reachable, in_use=fact.in_use)


# --- agents --------------------------------------------------------------------------------------------------------


def _agent_logged_in(state: State, fact: facts.AgentLoggedIn, at: Instant) -> None:
    agent = state.agents[fact.agent_id]
    workload = at_log_in(agent.workload, _workloads(state, fact.agent_id, at), at)
    _put_agent(state, replace(agent, device_id=fact.device_id, workload=workload))
    state.devices[fact.device_id] = replace(state.devices[fact.device_id], agent_id=fact.agent_id)


def _workloads(state: State, apart_from: AgentId, at: Instant) -> Iterator[Workload]:
    """Of those who are logged in, some hundreds at most: a mean of more is no better, and takes time."""
    logged_in = (
        now_of(agent.workload, agent.state, at)
        for agent in state.agents.values()
        if agent.state is not AgentState.LOGGED_OUT and agent.agent_id != apart_from
    )
    return islice(logged_in, MEAN_OF_MAX)


def _agent_logged_out(state: State, fact: facts.AgentLoggedOut, at: Instant) -> None:
    # They leave the seat; the state change that follows takes them out of the line.
    state.devices[fact.device_id] = replace(state.devices[fact.device_id], agent_id=None)


def _agent_state_changed(state: State, fact: facts.AgentStateChanged, at: Instant) -> None:
    agent = state.agents[fact.agent_id]
    idle_since = agent.idle_since
    if fact.state is AgentState.READY and fact.reason_code != ReasonCode.OFFER_WITHDRAWN:
        idle_since = at
    next_state, next_reason_code = _next_of(agent, fact)
    keeps_interaction = fact.state in (*OFFERED_STATES, AgentState.DIALLING, *CALL_STATES, AgentState.WRAP_UP)
    _put_agent(
        state,
        replace(
            agent,
            state=fact.state,
            reason_code=fact.reason_code,
            idle_since=idle_since,
            until=fact.until,
            device_id=fact.device_id if fact.state is not AgentState.LOGGED_OUT else None,
            interaction_id=fact.interaction_id if keeps_interaction else None,
            next_state=next_state,
            next_reason_code=next_reason_code,
            workload=after_move(agent.workload, agent.state, fact.state, fact.reason_code, at),
        ),
    )
    state.timetable.put(
        DeadlineKind.WRAP_UP_ENDS, fact.agent_id, fact.until if fact.state is AgentState.WRAP_UP else None
    )
    state.timetable.put(
        DeadlineKind.PHONE_RETRIED, fact.agent_id, fact.until if fact.state is AgentState.UNREACHABLE else None
    )
    state.timetable.put(
        DeadlineKind.AUX_OVERSTAYED, fact.agent_id, fact.until if fact.state is AgentState.AUX else None
    )


def _next_of(agent: Agent, fact: facts.AgentStateChanged) -> tuple[AgentState | None, str]:
    """What the agent goes to next: a wish is used up on arrival; who is unreachable comes back to what they were."""
    if fact.state in (AgentState.READY, AgentState.AUX, AgentState.LOGGED_OUT):
        return None, ""
    if fact.state is AgentState.UNREACHABLE:
        return agent.comes_back_to
    return agent.next_state, agent.next_reason_code


def _aux_overstayed(state: State, fact: facts.AuxOverstayed, at: Instant) -> None:
    _put_agent(state, replace(state.agents[fact.agent_id], until=None))
    state.timetable.put(DeadlineKind.AUX_OVERSTAYED, fact.agent_id, None)


def _next_state_chosen(state: State, fact: facts.NextStateChosen, at: Instant) -> None:
    agent = state.agents[fact.agent_id]
    _put_agent(state, replace(agent, next_state=fact.state, next_reason_code=fact.reason_code))


def _input_refused(state: State, fact: facts.InputRefused, at: Instant) -> None:
    """Nothing changed."""


def _put_agent(state: State, agent: Agent) -> None:
    """Keep an agent's new record, and the line of the ready ones in step with it."""
    known = state.agents.get(agent.agent_id)
    stood = known is not None and known.state is AgentState.READY
    stands = agent.state is AgentState.READY
    moved = known is None or (known.standing, known.profile) != (agent.standing, agent.profile)
    if stood and (moved or not stands):
        state.lines.stop_standing(agent.agent_id)
    state.agents[agent.agent_id] = agent
    if stands and (moved or not stood):
        state.lines.stand_ready(agent.profile, agent.standing, agent.agent_id)


AGENT_EVOLVERS: dict[type, Callable[[State, Any, Instant], None]] = {
    facts.QueueDefined: _queue_defined,
    facts.QueueWithdrawn: _queue_withdrawn,
    facts.AgentDefined: _agent_defined,
    facts.AgentWithdrawn: _agent_withdrawn,
    facts.DeviceDefined: _device_defined,
    facts.DeviceWithdrawn: _device_withdrawn,
    facts.AuxReasonDefined: _aux_reason_defined,
    facts.AuxReasonWithdrawn: _aux_reason_withdrawn,
    facts.DevicePresenceChanged: _device_presence_changed,
    facts.AgentLoggedIn: _agent_logged_in,
    facts.AgentLoggedOut: _agent_logged_out,
    facts.AgentStateChanged: _agent_state_changed,
    facts.AuxOverstayed: _aux_overstayed,
    facts.NextStateChosen: _next_state_chosen,
    facts.InputRefused: _input_refused,
}
