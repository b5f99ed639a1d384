"""Who of the callers comes first. Every sort key ends in an id, so that no two are ever equal."""

from kernel.ids import InteractionId
from kernel.instants import Instant

CallerKey = tuple[int, Instant, int, InteractionId]
"""Smallest is served first: higher priority, then longer wait, then the order of entry."""


def caller_key(priority: int, queued_at: Instant, ordinal: int, interaction_id: InteractionId) -> CallerKey:
    """Priority, then wait. ``ordinal`` counts all queue entries, so two of the same millisecond keep their order."""
    return (-priority, queued_at, ordinal, interaction_id)
