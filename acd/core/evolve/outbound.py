"""Apply one fact about a call that an agent makes. Part of ``evolve``: the only writer, and no decisions."""

from collections.abc import Callable
from typing import Any

from acd.core import outbound_words as words
from acd.core.call_usage import CallUsage
from acd.core.interaction_states import PHASES, PhaseTrigger
from acd.core.state import Connection, DialledCall, State
from kernel.ids import TrunkId
from kernel.instants import Instant
from kernel.records import replace


def _begun(state: State, fact: words.CallOutBegun, at: Instant) -> None:
    trunk_id = fact.trunk_ids[0]
    state.calls_out[fact.interaction_id] = DialledCall(
        agent_id=fact.agent_id, trunk_id=trunk_id, wrap_up_ms=fact.wrap_up_ms
    )
    usage = state.agent_calls_out.get(fact.agent_id, CallUsage())
    state.agent_calls_out[fact.agent_id] = usage.one_more(at)
    _use(state, trunk_id, at)


def _refused(state: State, fact: words.CallOutRefused, at: Instant) -> None:
    """Nothing changed."""


def _moved(state: State, fact: words.CallOutMoved, at: Instant) -> None:
    call = state.calls_out[fact.interaction_id]
    state.calls_out[fact.interaction_id] = replace(call, trunk_id=fact.trunk_id)
    interaction = state.interactions[fact.interaction_id]
    state.interactions[fact.interaction_id] = replace(interaction, trunk_id=fact.trunk_id)
    _use(state, fact.trunk_id, at)


def _answered(state: State, fact: words.CallOutAnswered, at: Instant) -> None:
    interaction = state.interactions[fact.interaction_id]
    state.interactions[fact.interaction_id] = replace(
        interaction,
        phase=PHASES[interaction.phase, PhaseTrigger.ANSWERED],
        reservation_id=fact.reservation_id,
        reservation_count=1,
    )
    state.connections[fact.reservation_id] = Connection(
        reservation_id=fact.reservation_id,
        interaction_id=fact.interaction_id,
        queue_id=None,
        agent_id=fact.agent_id,
        joined_at=at,
        wrap_up_ms=state.calls_out[fact.interaction_id].wrap_up_ms,
    )
    state.agents[fact.agent_id] = replace(state.agents[fact.agent_id], reservation_id=fact.reservation_id)


def _released(state: State, fact: words.CallOutReleased, at: Instant) -> None:
    del state.connections[fact.reservation_id]
    interaction = state.interactions[fact.interaction_id]
    state.interactions[fact.interaction_id] = replace(
        interaction,
        phase=PHASES[interaction.phase, PhaseTrigger.AGENT_LEFT],
        reservation_id=None,
        released_by=fact.ended_by,
    )
    state.agents[fact.agent_id] = replace(state.agents[fact.agent_id], reservation_id=None)


def _use(state: State, trunk_id: TrunkId, at: Instant) -> None:
    state.trunk_calls_out[trunk_id] = state.trunk_calls_out.get(trunk_id, CallUsage()).one_more(at)


OUTBOUND_EVOLVERS: dict[type, Callable[[State, Any, Instant], None]] = {
    words.CallOutBegun: _begun,
    words.CallOutRefused: _refused,
    words.CallOutMoved: _moved,
    words.CallOutAnswered: _answered,
    words.CallOutReleased: _released,
}
