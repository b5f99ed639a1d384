"""Matching: choose the next interaction and agent.

After every step no ready agent stands beside a caller they could take. It held before the step, so only those who are
new in a line need looking at: ``next_pair`` does that, in time that does not grow with the lines. ``next_pair_naively``
looks at everybody. It is the same rule said plainly, kept as the oracle that the tests hold the other against.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from acd.core import facts
from acd.core.agent_states import AgentState
from acd.core.callback_words import CallbackDue
from acd.core.demand import AgentKey, AgentRank, Demand, agent_bonus_ms, agent_key, agent_rank
from acd.core.facts import Fact
from acd.core.interaction_states import Phase
from acd.core.routing_facts import RequirementsRelaxed, ReservesCalled
from acd.core.state import Agent, State
from acd.core.strategies import CallerKey
from kernel.ids import AgentId, InteractionId

Pair = tuple[InteractionId, AgentId]


@dataclass(slots=True, kw_only=True)
class Newcomers:
    """Who may have come into a line in this step, each once; interactions with the last to be served first."""

    interactions: list[CallerKey] = field(default_factory=list)
    agents: list[AgentId] = field(default_factory=list)


Chooser = Callable[[State, Newcomers], Pair | None]

_OF_NEWCOMERS = frozenset(
    {
        facts.InteractionQueued,
        facts.ReservationEnded,
        CallbackDue,
        facts.AgentStateChanged,
        facts.AgentDefined,
        facts.DistributionResumed,
        facts.QueueDefined,
        RequirementsRelaxed,
        ReservesCalled,
    }
)
"""Most facts put nobody into a line, and are told by their class at once."""


def newcomers_of(state: State, step_facts: list[Fact]) -> Newcomers:
    """Who these facts may have put into a line, or changed there."""
    interaction_ids: list[InteractionId] = []
    agent_ids: list[AgentId] = []
    for fact in step_facts:
        if type(fact) not in _OF_NEWCOMERS:
            continue
        match fact:
            case facts.InteractionQueued() | facts.ReservationEnded() | CallbackDue() | RequirementsRelaxed():
                interaction_ids.append(fact.interaction_id)
            case facts.AgentStateChanged(state=AgentState.READY):
                agent_ids.append(fact.agent_id)
            case facts.AgentDefined():
                agent_ids.append(fact.settings.agent_id)
            case facts.DistributionResumed():
                interaction_ids.extend(state.interactions)
            case facts.QueueDefined():
                interaction_ids.extend(key[-1] for key in state.lines.in_queue(fact.settings.queue_id))
            case ReservesCalled():
                interaction_ids.extend(key[-1] for key in state.lines.in_queue(fact.queue_id))
            case _:
                pass
    waiting = {state.interactions[one].key: None for one in interaction_ids if _waits(state, one)}
    return Newcomers(interactions=sorted(waiting, reverse=True), agents=list(dict.fromkeys(agent_ids)))


def next_pair(state: State, newcomers: Newcomers) -> Pair | None:
    """The first in the line whom a ready agent may take, with the best of those agents; None: nobody.

    Newcomers for whom there is nobody are struck off: during a step agents only get fewer, and so do callers.
    """
    best = _first_new_caller(state, newcomers)
    still_free: list[AgentId] = []
    for agent_id in newcomers.agents:
        caller = _first_caller_of(state, agent_id)
        if caller is None:
            continue
        still_free.append(agent_id)
        if best is None or caller < best:
            best = caller
    newcomers.agents = still_free
    if best is None:
        return None
    interaction_id = best[-1]
    chosen = state.lines.first_agent(interaction_id)
    assert chosen is not None, "a caller was chosen for whom nobody is ready"
    return interaction_id, chosen


def _waits(state: State, interaction_id: InteractionId) -> bool:
    interaction = state.interactions.get(interaction_id)
    return interaction is not None and interaction.phase is Phase.WAITING


def _first_new_caller(state: State, newcomers: Newcomers) -> CallerKey | None:
    while newcomers.interactions:
        key = newcomers.interactions[-1]
        if _waits(state, key[-1]) and state.lines.first_agent(key[-1]) is not None:
            return key
        newcomers.interactions.pop()
    return None


def _first_caller_of(state: State, agent_id: AgentId) -> CallerKey | None:
    return state.lines.first_caller(agent_id) if state.agents[agent_id].state is AgentState.READY else None


def next_pair_naively(state: State, newcomers: Newcomers) -> Pair | None:
    """The same choice, by looking at every waiting interaction and every agent."""
    waiting = [interaction for interaction in state.interactions.values() if interaction.phase is Phase.WAITING]
    ready = [agent for agent in state.agents.values() if agent.state is AgentState.READY]
    for interaction in sorted(waiting, key=lambda one: one.key):
        demand = interaction.stay.demand
        offers = [offer for agent in ready if (offer := offer_key(demand, agent)) is not None]
        if offers:
            return interaction.interaction_id, min(offers)[-1][-1]
    return None


def offer_key(demand: Demand, agent: Agent) -> tuple[AgentRank, AgentKey] | None:
    """An agent's place among all whom an interaction may be offered to, the smallest first; None: they may not take it."""
    rank = agent_rank(demand, agent.profile)
    if rank is None:
        return None
    instant, idle_since, agent_id = agent_key(demand.ordering.weights, agent.standing, agent.agent_id)
    return rank, (instant - agent_bonus_ms(demand, agent.profile), idle_since, agent_id)
