"""Explain: who could have been chosen, and by what the one who was came first. Decides nothing, changes nothing.

It asks the same filters and the same keys as the matching does, of the state just before a choice. What a choice hangs on
is asked in three places only: ``filters_of`` (may they?), ``offer_parts`` and ``caller_parts`` (who first?).
"""

from collections.abc import Iterable

from acd.core.agent_states import AgentState
from acd.core.demand import AgentKey, AgentRank
from acd.core.demand_reasons import demand_filters, offer_parts
from acd.core.explanation import Candidate, Choice, ChoiceKind, Rival, Standing
from acd.core.facts import AgentReserved
from acd.core.interaction_states import Phase
from acd.core.matching import Newcomers, next_pair_naively, offer_key
from acd.core.reasons import Filter, KeyPart
from acd.core.state import Agent, Interaction, State
from acd.core.strategies import caller_parts
from kernel.ids import InteractionId
from kernel.instants import Instant, elapsed_ms


def filters_of(agent: Agent, interaction: Interaction) -> tuple[Filter, ...]:
    """Everything that must hold for this agent to be offered this interaction, which waits; asked without an order."""
    state = f"{agent.state} {agent.reason_code}".strip()
    return (
        Filter(name="state", passed=agent.state is AgentState.READY, needed=str(AgentState.READY), found=state),
        *demand_filters(interaction.stay.demand, agent.profile),
    )


def explain_reservation(state: State, fact: AgentReserved, seq: int, at: Instant) -> Choice:
    """Why this agent, and why this caller first. ``state``: just before the fact."""
    interaction = state.interactions[fact.interaction_id]
    agent = state.agents[fact.agent_id]
    by_rule = not state.suspended and next_pair_naively(state, Newcomers()) == (fact.interaction_id, fact.agent_id)
    ahead, behind = _around(state, interaction)
    return Choice(
        kind=ChoiceKind.RESERVED if by_rule else ChoiceKind.BROUGHT,
        seq=seq,
        at=at,
        interaction_id=fact.interaction_id,
        queue_id=fact.queue_id,
        queue_name=state.queues[fact.queue_id].name,
        waited_ms=elapsed_ms(interaction.stay.queued_at, at),
        key=_key_of(state, interaction),
        ahead_count=len(ahead),
        behind_count=len(behind),
        candidates=_candidates(state, interaction, at, chosen=agent),
        rivals=tuple(_rival(state, interaction, other, agent) for other in (*ahead, *behind[:1])),
        agent_id=fact.agent_id,
        agent_name=agent.settings.name,
        reservation_id=fact.reservation_id,
    )


def explain_wait(state: State, interaction_id: InteractionId, seq: int, at: Instant) -> Choice:
    """Why it waits: nobody could take it. ``state``: just after the entry in which it came into the line."""
    interaction = state.interactions[interaction_id]
    stay = interaction.stay
    ahead, behind = _around(state, interaction)
    return Choice(
        kind=ChoiceKind.SUSPENDED if state.suspended else ChoiceKind.NOBODY,
        seq=seq,
        at=at,
        interaction_id=interaction_id,
        queue_id=stay.queue_id,
        queue_name=state.queues[stay.queue_id].name,
        waited_ms=elapsed_ms(stay.queued_at, at),
        key=_key_of(state, interaction),
        ahead_count=len(ahead),
        behind_count=len(behind),
        candidates=_candidates(state, interaction, at, chosen=None),
        rivals=(),
    )


def explain_passing_over(
    state: State, interaction_id: InteractionId, fact: AgentReserved, seq: int, at: Instant
) -> Choice | None:
    """Why another interaction was given to an agent while this one waited; None when that passed nobody over.

    It did when the agent could have taken this one too, or when this one stood before the other in the line.
    ``state``: just before the fact.
    """
    interaction = state.interactions.get(interaction_id)
    if interaction is None or interaction.phase is not Phase.WAITING or fact.interaction_id == interaction_id:
        return None
    agent, other = state.agents[fact.agent_id], state.interactions[fact.interaction_id]
    filters = filters_of(agent, interaction)
    fits = all(each.passed for each in filters)
    if not fits and other.key < interaction.key:
        return None
    return Choice(
        kind=ChoiceKind.PASSED_OVER,
        seq=seq,
        at=at,
        interaction_id=interaction_id,
        queue_id=interaction.stay.queue_id,
        queue_name=state.queues[interaction.stay.queue_id].name,
        waited_ms=elapsed_ms(interaction.stay.queued_at, at),
        key=_key_of(state, interaction),
        ahead_count=0,
        behind_count=0,
        candidates=(_unfit(agent, Standing.BEHIND if fits else Standing.UNFIT, filters),),
        rivals=(_rival(state, interaction, other, agent),),
        agent_id=fact.agent_id,
        agent_name=agent.settings.name,
    )


def _key_of(state: State, interaction: Interaction) -> tuple[KeyPart, ...]:
    return caller_parts(interaction.key, interaction.stay.priority, state.routing.priority_step_ms)


def _around(state: State, interaction: Interaction) -> tuple[list[Interaction], list[Interaction]]:
    """Who waits ahead of it, and who behind it, each in the order of the line."""
    waiting = sorted(
        (one for one in state.interactions.values() if one.phase is Phase.WAITING), key=lambda one: one.key
    )
    others = [one for one in waiting if one.interaction_id != interaction.interaction_id]
    ahead = [one for one in others if one.key < interaction.key]
    return ahead, others[len(ahead) :]


def _rival(state: State, interaction: Interaction, other: Interaction, agent: Agent) -> Rival:
    queue_id = other.stay.queue_id
    key = _key_of(state, other)
    return Rival(
        interaction_id=other.interaction_id,
        queue_id=queue_id,
        queue_name=state.queues[queue_id].name,
        ahead=other.key < interaction.key,
        key=key,
        decided_by=_first_difference(_key_of(state, interaction), key),
        filters=filters_of(agent, other),
    )


def _candidates(state: State, interaction: Interaction, at: Instant, *, chosen: Agent | None) -> tuple[Candidate, ...]:
    demand = interaction.stay.demand
    fitting: list[tuple[tuple[AgentRank, AgentKey], Agent, tuple[Filter, ...]]] = []
    unfit: list[Candidate] = []
    for agent in state.agents.values():
        filters = filters_of(agent, interaction)
        offer = offer_key(demand, agent)
        if offer is not None and all(each.passed for each in filters):
            fitting.append((offer, agent, filters))
        else:
            unfit.append(_unfit(agent, Standing.CHOSEN if agent is chosen else Standing.UNFIT, filters))
    fitting.sort(key=lambda one: one[0])
    first: tuple[KeyPart, ...] | None = None
    ranked: list[Candidate] = []
    for place, ((rank, key), agent, filters) in enumerate(fitting, start=1):
        parts = offer_parts(demand, rank, key, agent.workload, at)
        ranked.append(
            Candidate(
                agent_id=agent.agent_id,
                name=agent.settings.name,
                standing=Standing.CHOSEN if agent is chosen else Standing.BEHIND,
                filters=filters,
                rank=place,
                key=parts,
                lost_by="" if first is None else _first_difference(first, parts),
            )
        )
        first = first or parts
    return (*ranked, *sorted(unfit, key=_unfitness))


def _unfit(agent: Agent, standing: Standing, filters: tuple[Filter, ...]) -> Candidate:
    """One without a place among those who could."""
    return Candidate(
        agent_id=agent.agent_id,
        name=agent.settings.name,
        standing=standing,
        filters=filters,
        rank=None,
        key=(),
        lost_by="",
    )


def _unfitness(candidate: Candidate) -> tuple[int, str]:
    """Those who lacked least come first."""
    return sum(not each.passed for each in candidate.filters), candidate.agent_id


def _first_difference(one: Iterable[KeyPart], other: Iterable[KeyPart]) -> str:
    """The name of the part that decides between two keys; ``id`` when all parts are equal."""
    return next((mine.name for mine, theirs in zip(one, other, strict=True) if mine != theirs), "id")
