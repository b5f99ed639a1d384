"""Milestones: how far each interaction, offer and agent has come. What people do next counts from their last milestone.

The same milestone has the same name in the record and when it is played again: its kind, whose it is, and the how many-th.
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from acd.core import facts
from acd.core.agent_states import AgentState
from acd.core.facts import Fact
from acd.core.interaction_states import Phase
from acd.core.state import Interaction, State
from kernel.ids import AgentId, DeviceId, InteractionId, QueueId, ReservationId
from kernel.instants import Instant
from kernel.result_codes import LeaveReason, ReservationResult


class Kind(StrEnum):
    """What was reached."""

    CREATED = "created"
    QUEUED = "queued"
    LEFT = "left"
    """Left a queue by rule or by a person: the flow goes on."""
    ANSWERED = "answered"
    RELEASED = "released"
    """An agent's part is over."""
    ENDED = "ended"
    RESERVED = "reserved"
    """Offered to an agent."""
    OVER = "over"
    """An offer has ended without an answer."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """A milestone's name. ``agent_id`` is of offers only; ``ordinal`` counts from 1, 0 was there at the beginning."""

    kind: Kind
    interaction_id: InteractionId
    agent_id: AgentId | None
    ordinal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """One milestone and what belongs to it. ``since``: a stay in a queue that was there already began then, else ``at``."""

    anchor: Anchor
    at: Instant
    since: Instant
    queue_id: QueueId | None = None
    reservation_id: ReservationId | None = None
    agent_id: AgentId | None = None
    device_id: DeviceId | None = None
    reason: LeaveReason | None = None
    result: ReservationResult | None = None


class Milestones:
    """The last milestone of every interaction, offer and agent; made from facts, beginning at a state."""

    def __init__(self, state: State, at: Instant) -> None:
        self.of_interaction: dict[InteractionId, Milestone] = {}
        self.of_reservation: dict[ReservationId, Milestone] = {}
        self.of_agent: dict[AgentId, Milestone] = {}
        """Only where their last offer or call is over."""
        self._counts: Counter[tuple[Kind, InteractionId, AgentId | None]] = Counter()
        for interaction in state.interactions.values():
            self._begin(state, interaction, at)
        for agent in state.agents.values():
            if agent.state is AgentState.WRAP_UP and agent.interaction_id is not None:
                anchor = Anchor(Kind.RELEASED, agent.interaction_id, agent.agent_id, 0)
                self.of_agent[agent.agent_id] = Milestone(
                    anchor=anchor, at=at, since=at, agent_id=agent.agent_id, device_id=agent.device_id
                )

    def _begin(self, state: State, interaction: Interaction, at: Instant) -> None:
        kind = _kind_of(interaction)
        reservation_id = interaction.reservation_id
        connection = None if reservation_id is None else state.connections.get(reservation_id)
        milestone = Milestone(
            anchor=Anchor(kind, interaction.interaction_id, None, 0),
            at=at,
            since=interaction.wait.queued_at if interaction.wait is not None else at,
            queue_id=interaction.wait.queue_id if interaction.wait is not None else None,
            reason=interaction.left_reason,
            reservation_id=reservation_id,
            agent_id=None if connection is None else connection.agent_id,
            device_id=None if connection is None else state.agents[connection.agent_id].device_id,
        )
        self.of_interaction[interaction.interaction_id] = milestone
        if reservation_id is None:
            return
        self.of_reservation[reservation_id] = milestone
        reservation = state.reservations.get(reservation_id)
        if reservation is not None:
            self.of_reservation[reservation_id] = Milestone(
                anchor=Anchor(Kind.RESERVED, interaction.interaction_id, reservation.agent_id, 0),
                at=at,
                since=at,
                queue_id=reservation.queue_id,
                reservation_id=reservation_id,
                agent_id=reservation.agent_id,
                device_id=reservation.device_id,
            )

    def note(self, fact: Fact, at: Instant) -> Milestone | None:
        """Follow one fact; the milestone that it is, None when it is none."""
        match fact:
            case facts.InteractionCreated():
                return self._reach(Kind.CREATED, fact.interaction_id, at)
            case facts.InteractionQueued():
                return self._reach(Kind.QUEUED, fact.interaction_id, at, queue_id=fact.queue_id)
            case facts.InteractionLeftQueue():
                return self._reach(Kind.LEFT, fact.interaction_id, at, queue_id=fact.queue_id, reason=fact.reason)
            case facts.InteractionEnded():
                return self._reach(Kind.ENDED, fact.interaction_id, at)
            case facts.AgentReserved():
                return self._offered(fact, at)
            case facts.ReservationEnded() if fact.result is not ReservationResult.ANSWERED:
                return self._over(fact, at)
            case facts.InteractionAnswered() | facts.InteractionReleased():
                return self._talk(fact, at)
            case _:
                return None

    def _reach(
        self,
        kind: Kind,
        interaction_id: InteractionId,
        at: Instant,
        *,
        queue_id: QueueId | None = None,
        reason: LeaveReason | None = None,
    ) -> Milestone:
        milestone = Milestone(
            anchor=self._named(kind, interaction_id), at=at, since=at, queue_id=queue_id, reason=reason
        )
        self.of_interaction[interaction_id] = milestone
        return milestone

    def _offered(self, fact: facts.AgentReserved, at: Instant) -> Milestone:
        milestone = Milestone(
            anchor=self._named(Kind.RESERVED, fact.interaction_id, fact.agent_id),
            at=at,
            since=at,
            queue_id=fact.queue_id,
            reservation_id=fact.reservation_id,
            agent_id=fact.agent_id,
            device_id=fact.device_id,
        )
        self.of_reservation[fact.reservation_id] = milestone
        return milestone

    def _over(self, fact: facts.ReservationEnded, at: Instant) -> Milestone:
        offered = self.of_reservation.get(fact.reservation_id)
        # The how many-th end is that of the how many-th offer.
        ordinal = 0 if offered is None else offered.anchor.ordinal
        milestone = Milestone(
            anchor=Anchor(Kind.OVER, fact.interaction_id, fact.agent_id, ordinal),
            at=at,
            since=at,
            queue_id=fact.queue_id,
            reservation_id=fact.reservation_id,
            agent_id=fact.agent_id,
            device_id=None if offered is None else offered.device_id,
            result=fact.result,
        )
        self.of_reservation[fact.reservation_id] = self.of_agent[fact.agent_id] = milestone
        return milestone

    def _talk(self, fact: facts.InteractionAnswered | facts.InteractionReleased, at: Instant) -> Milestone:
        before = self.of_reservation.get(fact.reservation_id)
        joined = isinstance(fact, facts.InteractionAnswered)
        # The how many-th end is that of the how many-th talk.
        ordinal = 0 if before is None else before.anchor.ordinal
        milestone = Milestone(
            anchor=self._named(Kind.ANSWERED, fact.interaction_id)
            if joined
            else Anchor(Kind.RELEASED, fact.interaction_id, None, ordinal),
            at=at,
            since=at,
            queue_id=fact.queue_id,
            reservation_id=fact.reservation_id,
            agent_id=fact.agent_id,
            device_id=None if before is None else before.device_id,
        )
        self.of_reservation[fact.reservation_id] = self.of_interaction[fact.interaction_id] = milestone
        if not joined:
            self.of_agent[fact.agent_id] = milestone
        return milestone

    def _named(self, kind: Kind, interaction_id: InteractionId, agent_id: AgentId | None = None) -> Anchor:
        key = (kind, interaction_id, agent_id)
        self._counts[key] += 1
        return Anchor(kind, interaction_id, agent_id, self._counts[key])


def _kind_of(interaction: Interaction) -> Kind:
    match interaction.phase:
        case Phase.FLOW:
            return Kind.CREATED if interaction.left_reason is None else Kind.LEFT
        case Phase.WAITING | Phase.OFFERED:
            return Kind.QUEUED
        case Phase.CONNECTED:
            return Kind.ANSWERED
        case _:
            return Kind.RELEASED
