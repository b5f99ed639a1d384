"""Who of the callers comes first. Every sort key ends in an id, so that no two are ever equal."""

from acd.core.reasons import KeyPart, Measure
from kernel.ids import InteractionId
from kernel.instants import Instant

CallerKey = tuple[int, Instant, int, InteractionId]
"""Smallest is served first: the rank, then the longer wait, then the order of entry."""


def caller_rank(priority: int, ranked_at: Instant, priority_step_ms: int | None) -> int:
    """Smaller goes first. Time does not change it: all callers age alike, so the order of two of them never turns.

    Without a step a higher priority always goes first. With one, nobody who came more than (10 - own priority) steps
    later is served before.
    """
    return -priority if priority_step_ms is None else ranked_at - priority * priority_step_ms


def caller_key(rank: int, ranked_at: Instant, ordinal: int, interaction_id: InteractionId) -> CallerKey:
    """Rank, then wait. ``ordinal`` counts all queue entries, so two of the same millisecond keep their order."""
    return (rank, ranked_at, ordinal, interaction_id)


def caller_parts(key: CallerKey, priority: int, priority_step_ms: int | None) -> tuple[KeyPart, ...]:
    """The parts of a caller's key by name, in their order, for an explanation."""
    rank, ranked_at, ordinal, _ = key
    first = KeyPart(name="priority", value=priority, measure=Measure.PRIORITY)
    if priority_step_ms is not None:
        words = f"of priority {priority}, worth {priority * priority_step_ms // 1000} s of waiting"
        first = KeyPart(name="rank", value=rank, measure=Measure.INSTANT, words=words)
    return (
        first,
        KeyPart(name="waiting_since", value=ranked_at, measure=Measure.INSTANT),
        KeyPart(name="order_of_entry", value=ordinal, measure=Measure.RANK),
    )
