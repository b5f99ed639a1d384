"""The live picture: agents, queues and calls as the facts so far leave them. Pure. Only facts change it."""

from dataclasses import dataclass, field

from acd.core import facts as acd
from acd.core import outbound_words as out
from acd.core.agent_states import AgentState
from acd.core.rank_words import PriorityChanged, RoutingDefined
from acd.core.settings import AgentSettings, Direction, QueueSettings, Requirement, RoutingSettings
from acd.core.strategies import caller_rank
from kernel.ids import AgentId, DeviceId, Did, InteractionId, QueueId, ReservationId, TrunkId
from kernel.instants import Instant, elapsed_ms


@dataclass(slots=True, kw_only=True)
class LiveAgent:
    """One agent now. ``call_id`` is kept through wrap-up."""

    settings: AgentSettings
    state: AgentState = AgentState.LOGGED_OUT
    reason_code: str = ""
    since: Instant = Instant(0)
    until: Instant | None = None
    device_id: DeviceId | None = None
    call_id: InteractionId | None = None
    next_state: AgentState | None = None

    def may_serve(self, requirements: tuple[Requirement, ...]) -> bool:
        """Has every required skill at the level asked for, or better."""
        levels = dict(self.settings.skills)
        return all(levels.get(need.skill_id, 0) >= need.level_min for need in requirements)


@dataclass(slots=True, kw_only=True)
class LiveOffer:
    """A reservation that is neither answered nor over."""

    reservation_id: ReservationId
    agent_id: AgentId
    until: Instant


@dataclass(slots=True, kw_only=True)
class LiveCall:
    """One interaction that has not ended. ``queue_id`` stays after the queue; ``waiting`` tells if it still waits.

    ``ranked_at``: since when the wait counts for the place in line.
    """

    interaction_id: InteractionId
    channel: str
    did: Did
    trunk_id: TrunkId
    arrived_at: Instant
    direction: str = Direction.INBOUND.value
    queue_id: QueueId | None = None
    queued_at: Instant | None = None
    ranked_at: Instant = Instant(0)
    waiting: bool = False
    priority: int = 0
    requirements: tuple[Requirement, ...] = ()
    offer: LiveOffer | None = None
    agent_id: AgentId | None = None
    reservation_id: ReservationId | None = None
    connected: bool = False
    held_since: Instant | None = None
    flow_ms: int | None = None
    queue_ms: int = 0
    ring_ms: int = 0
    talk_ms: int = 0
    hold_ms: int = 0

    @property
    def phase(self) -> str:
        """flow, waiting, offered, dialling, held, talking."""
        if self.connected:
            return "talking" if self.held_since is None else "held"
        if self.waiting:
            return "waiting" if self.offer is None else "offered"
        return "dialling" if self.direction == Direction.OUTBOUND else "flow"


@dataclass(slots=True)
class Picture:
    """Everything live. Dictionaries are in the order in which things came to be."""

    agents: dict[AgentId, LiveAgent] = field(default_factory=dict)
    routing: RoutingSettings = field(default_factory=RoutingSettings)
    queues: dict[QueueId, QueueSettings] = field(default_factory=dict)
    calls: dict[InteractionId, LiveCall] = field(default_factory=dict)

    def waiting(self, queue_id: QueueId) -> list[LiveCall]:
        """Who waits in a queue, in the order in which they are served."""
        there = [call for call in self.calls.values() if call.waiting and call.queue_id == queue_id]
        step_ms = self.routing.priority_step_ms
        return sorted(
            there,
            key=lambda call: (
                caller_rank(call.priority, call.ranked_at, step_ms),
                call.ranked_at,
                call.queued_at or 0,
                call.interaction_id,
            ),
        )

    def apply(self, fact: object, at: Instant) -> None:
        """Take one fact in. Facts that show nothing live, and those of things unknown here, change nothing."""
        match fact:
            case RoutingDefined():
                self.routing = fact.settings
            case acd.QueueDefined():
                self.queues[fact.settings.queue_id] = fact.settings
            case acd.QueueWithdrawn():
                self.queues.pop(fact.queue_id, None)
            case acd.InteractionCreated():
                self.calls[fact.interaction_id] = LiveCall(
                    interaction_id=fact.interaction_id,
                    channel=fact.channel.value,
                    did=fact.did,
                    trunk_id=fact.trunk_id,
                    arrived_at=at,
                    direction=fact.direction.value,
                )
            case acd.InteractionEnded():
                self.calls.pop(fact.interaction_id, None)
            case _:
                self._apply_to_agent(fact, at)
                call = self.calls.get(getattr(fact, "interaction_id", InteractionId("")))
                if call is not None:
                    _apply_to_waiting(call, fact, at)
                    _apply_to_talk(call, fact, at)

    def _apply_to_agent(self, fact: object, at: Instant) -> None:
        match fact:
            case acd.AgentDefined():
                known = self.agents.get(fact.settings.agent_id)
                if known is None:
                    self.agents[fact.settings.agent_id] = LiveAgent(settings=fact.settings, since=at)
                else:
                    known.settings = fact.settings
            case acd.AgentWithdrawn():
                self.agents.pop(fact.agent_id, None)
            case acd.AgentLoggedIn() if fact.agent_id in self.agents:
                self.agents[fact.agent_id].device_id = fact.device_id
            case acd.AgentStateChanged() if fact.agent_id in self.agents:
                _change_state(self.agents[fact.agent_id], fact, at)
            case acd.NextStateChosen() if fact.agent_id in self.agents:
                self.agents[fact.agent_id].next_state = fact.state
            case _:
                pass


_KEEPS_NEXT_STATE = frozenset({AgentState.TALKING, AgentState.HOLD, AgentState.WRAP_UP})


def goes_on(fact: acd.AgentStateChanged) -> bool:
    """Is it the same wrap-up, only made longer?"""
    return fact.previous is fact.state is AgentState.WRAP_UP


def _change_state(agent: LiveAgent, fact: acd.AgentStateChanged, at: Instant) -> None:
    if not goes_on(fact):
        agent.since = at
    agent.state = fact.state
    agent.reason_code = fact.reason_code
    agent.until = fact.until
    agent.device_id = fact.device_id
    # The fact of wrap-up may leave the interaction out; the desk still shows whose wrap-up it is.
    if fact.interaction_id is not None or fact.state is not AgentState.WRAP_UP:
        agent.call_id = fact.interaction_id
    if fact.state not in _KEEPS_NEXT_STATE:
        agent.next_state = None


def _apply_to_waiting(call: LiveCall, fact: object, at: Instant) -> None:
    match fact:
        case acd.InteractionQueued():
            call.queue_id = fact.queue_id
            call.queued_at = at
            call.ranked_at = at if fact.ranked_at is None else fact.ranked_at
            call.waiting = True
            call.priority = fact.priority
            call.requirements = fact.requirements
            if call.flow_ms is None:
                call.flow_ms = elapsed_ms(call.arrived_at, at)
        case PriorityChanged():
            call.priority = fact.priority
        case acd.AgentReserved():
            call.offer = LiveOffer(reservation_id=fact.reservation_id, agent_id=fact.agent_id, until=fact.until)
        case acd.ReservationEnded():
            if call.offer is not None and call.offer.reservation_id == fact.reservation_id:
                call.offer = None
        case acd.InteractionAbandoned() | acd.InteractionLeftQueue():
            call.waiting = False
            call.offer = None
            call.queue_ms += fact.waited_ms
        case _:
            pass


def _apply_to_talk(call: LiveCall, fact: object, at: Instant) -> None:
    match fact:
        case acd.InteractionAnswered():
            call.waiting = False
            call.offer = None
            call.connected = True
            call.agent_id = fact.agent_id
            call.reservation_id = fact.reservation_id
            call.queue_ms += fact.waited_ms
            call.ring_ms = fact.rang_ms
        case out.CallOutBegun():
            call.agent_id = fact.agent_id
            call.flow_ms = 0
        case out.CallOutMoved():
            call.trunk_id = fact.trunk_id
        case out.CallOutAnswered():
            call.connected = True
            call.reservation_id = fact.reservation_id
            call.ring_ms = fact.rang_ms
        case acd.CallerHeld():
            call.held_since = at
        case acd.CallerResumed():
            call.held_since = None
        case acd.InteractionReleased() | out.CallOutReleased():
            call.connected = False
            call.held_since = None
            call.talk_ms += fact.talk_ms
            call.hold_ms += fact.hold_ms
        case _:
            pass
