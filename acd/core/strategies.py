"""Who of the callers comes first. Every sort key ends in an id, so that no two are ever equal."""

from acd.core.reasons import KeyPart, Measure
from kernel.ids import InteractionId
from kernel.instants import Instant

CallerKey = tuple[int, Instant, int, InteractionId]
"""Smallest is served first: higher priority, then longer wait, then the order of entry."""


def caller_key(priority: int, queued_at: Instant, ordinal: int, interaction_id: InteractionId) -> CallerKey:
    """Priority, then wait. ``ordinal`` counts all queue entries, so two of the same millisecond keep their order."""
    return (-priority, queued_at, ordinal, interaction_id)


def caller_parts(key: CallerKey) -> tuple[KeyPart, ...]:
    """The parts of a caller's key by name, in their order, for an explanation."""
    minus_priority, queued_at, ordinal, _ = key
    return (
        KeyPart(name="priority", value=-minus_priority, measure=Measure.PRIORITY),
        KeyPart(name="waiting_since", value=queued_at, measure=Measure.INSTANT),
        KeyPart(name="order_of_entry", value=ordinal, measure=Measure.RANK),
    )
