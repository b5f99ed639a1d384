"""The real engine, with every rule asked after each input."""

from collections.abc import Callable

from acd.core.agent_states import CALL_STATES, AgentState
from acd.core.engine import Engine
from acd.core.facts import Fact, InputRefused
from acd.core.inputs import AgentPickedUp, Input
from acd.core.interaction_states import QUEUE_PHASES
from acd.core.invariants import broken
from acd.core.state import State
from kernel.ids import ReservationId
from kernel.instants import Instant


class CheckedEngine(Engine):
    """``fail`` is told of what does not hold, ``tell`` of every input and its facts."""

    def __init__(
        self, *, fail: Callable[[str, str], None], tell: Callable[[Input, Instant, tuple[Fact, ...]], None]
    ) -> None:
        super().__init__()
        self._fail = fail
        self._tell = tell
        self.kept_apart: set[ReservationId] = set()
        """Reservations whose late pick-up was refused, and rightly: caller or agent had gone another way."""

    def handle(self, given: Input, now: Instant) -> tuple[Fact, ...]:
        """See Engine."""
        went_apart = isinstance(given, AgentPickedUp) and _went_apart(self.state, given.reservation_id)
        facts = super().handle(given, now)
        if isinstance(given, AgentPickedUp) and went_apart and any(isinstance(fact, InputRefused) for fact in facts):
            self.kept_apart.add(given.reservation_id)
        self._tell(given, now, facts)
        for words in broken(self.state):
            self._fail("engine", words)
        return facts


def _went_apart(state: State, reservation_id: ReservationId) -> bool:
    """Whether the two of a reservation that is over can no longer be brought together by a late pick-up.

    The caller has left the queue, or the agent the phone: they had asked to log out, say, and the lapse has done it.
    """
    past = state.past_reservations.get(reservation_id)
    if past is None:
        return False
    reservation = past.reservation
    interaction, agent = state.interactions.get(reservation.interaction_id), state.agents.get(reservation.agent_id)
    if interaction is None or agent is None or interaction.phase not in QUEUE_PHASES:
        return True
    is_leaving = agent.device_id != reservation.device_id or agent.next_state is AgentState.LOGGED_OUT
    return is_leaving or agent.state in CALL_STATES
