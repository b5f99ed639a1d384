"""Reasons of a demand: its filters and its order, named part by part, as ``agent_rank`` and ``agent_key`` apply them."""

from acd.core.agent_states import AgentState
from acd.core.demand import AgentKey, AgentRank, Demand, Profile, Weights
from acd.core.reasons import Filter, KeyPart, Measure
from acd.core.skills import skill_filters
from acd.core.workload import Workload, now_of
from kernel.instants import Instant


def demand_filters(demand: Demand, profile: Profile) -> tuple[Filter, ...]:
    """What ``agent_rank`` asks of an agent: it gives a rank exactly where all of these pass."""
    return (*_level(demand, profile), *_groups(demand, profile), *skill_filters(profile.skills, demand.requirements))


def offer_parts(demand: Demand, rank: AgentRank, key: AgentKey, workload: Workload, at: Instant) -> tuple[KeyPart, ...]:
    """An agent's place among all who may take it, part by part; the id decides between equals."""
    group_rank, level, minus_proficiency = rank
    instant, idle_since, _ = key
    ordering = demand.ordering
    load = now_of(workload, AgentState.READY, at)
    name, words = _instant_of(ordering.weights, load)
    parts = [KeyPart(name="group", value=group_rank + 1, measure=Measure.RANK)] if demand.groups else []
    parts.append(KeyPart(name="level", value=level, measure=Measure.RANK))
    if ordering.best_first:
        parts.append(KeyPart(name="proficiency", value=-minus_proficiency, measure=Measure.PRIORITY))
    if ordering.proficiency_ms:
        name = f"{name}_and_proficiency"
    parts.append(KeyPart(name=name, value=instant, measure=Measure.INSTANT, words=words))
    if name != "idle_since":
        parts.append(KeyPart(name="idle_since", value=idle_since, measure=Measure.INSTANT))
    return tuple(parts)


def _level(demand: Demand, profile: Profile) -> tuple[Filter, ...]:
    passed = profile.level <= demand.level_max
    return (Filter(name="level", passed=passed, needed=f"at most {demand.level_max}", found=str(profile.level)),)


def _groups(demand: Demand, profile: Profile) -> tuple[Filter, ...]:
    wanted = [group_id for groups in demand.groups for group_id in groups]
    if not wanted:
        return ()
    passed = not set(wanted).isdisjoint(profile.groups)
    return (Filter(name="group", passed=passed, needed=" or ".join(wanted), found=", ".join(profile.groups) or "none"),)


def _instant_of(weights: Weights, load: Workload) -> tuple[str, str]:
    """What the mean of instants is called, and what it was made of."""
    parts = {
        "idle_since": (weights.idle, ""),
        "occupancy": (weights.occupancy, f"{load.occupancy:.0%}"),
        "calls": (weights.calls, f"{load.calls:.1f}"),
        "last_offer": (weights.turns, ""),
    }
    used = {name: words for name, (weight, words) in parts.items() if weight}
    if len(used) == 1:
        return next(iter(used.items()))
    return "blend", ", ".join(f"{name} {words}" for name, words in used.items() if words)
