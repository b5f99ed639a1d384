"""Apply one fact to the state: the only writer, and no decisions. Folding the journal's facts rebuilds the state."""

from collections.abc import Callable
from typing import Any

from acd.core.evolve.agents import AGENT_EVOLVERS
from acd.core.evolve.callbacks import CALLBACK_EVOLVERS
from acd.core.evolve.demands import DEMAND_EVOLVERS
from acd.core.evolve.interactions import INTERACTION_EVOLVERS
from acd.core.evolve.outbound import OUTBOUND_EVOLVERS
from acd.core.facts import Fact
from acd.core.state import State
from kernel.instants import Instant

EVOLVERS: dict[type, Callable[[State, Any, Instant], None]] = {
    **AGENT_EVOLVERS,
    **INTERACTION_EVOLVERS,
    **OUTBOUND_EVOLVERS,
    **CALLBACK_EVOLVERS,
    **DEMAND_EVOLVERS,
}


def evolve(state: State, fact: Fact, at: Instant) -> None:
    """Apply one fact of that instant.

    Raises KeyError or AssertionError when the fact cannot follow from the state: a bug, or a journal that is not ours.
    """
    EVOLVERS[type(fact)](state, fact, at)
