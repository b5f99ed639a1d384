"""Explanations: what the engine chose for one interaction, and why. Plain data, worked out again from the journal."""

from dataclasses import dataclass
from enum import StrEnum

from acd.core.reasons import Filter, KeyPart
from kernel.ids import AgentId, InteractionId, QueueId, ReservationId
from kernel.instants import Instant
from kernel.result_codes import ReservationResult


class ChoiceKind(StrEnum):
    """What was chosen."""

    RESERVED = "reserved"
    """It was held for an agent, by the rules."""
    BROUGHT = "brought"
    """It was brought to an agent otherwise: the switch had joined them, or a person did."""
    PASSED_OVER = "passed_over"
    """It waited, and an agent was given another interaction."""
    NOBODY = "nobody"
    """It came into the line, and nobody was there who could take it."""
    SUSPENDED = "suspended"
    """It came into the line while nobody is reserved for anybody: the switch serves callers by itself."""


class Standing(StrEnum):
    """How an agent stood when a choice was made."""

    CHOSEN = "chosen"
    BEHIND = "behind"
    """Every filter passed, but another came first."""
    UNFIT = "unfit"
    """A filter failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One agent for one interaction. ``rank`` from 1, among those whom every filter passed; ``key`` is theirs too.

    ``lost_by``: the part of the key at which they lost against the one before them in rank 1; empty for the first.
    """

    agent_id: AgentId
    name: str
    standing: Standing
    filters: tuple[Filter, ...]
    rank: int | None
    key: tuple[KeyPart, ...]
    lost_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Another interaction that waited. ``ahead``: before the one asked about in the line, ``decided_by`` that part of the key.

    ``filters``: those asked of the agent of the choice for this interaction.
    """

    interaction_id: InteractionId
    queue_id: QueueId
    queue_name: str
    ahead: bool
    key: tuple[KeyPart, ...]
    decided_by: str
    filters: tuple[Filter, ...]

    @property
    def fits(self) -> bool:
        """Whether the agent could have taken it."""
        return all(each.passed for each in self.filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One moment at which something was chosen about an interaction that waited. ``seq``: the journal's entry.

    ``candidates`` are all agents of the centre, those who fit first, in rank; of ``passed_over`` only the agent who was
    given the other one. ``rivals``: those ahead in the line and the next one behind; of ``passed_over`` only the other one.
    ``behind_count``: how many waited behind it. ``result``, ``rang_ms``: how a reservation ended, once it has.
    """

    kind: ChoiceKind
    seq: int
    at: Instant
    interaction_id: InteractionId
    queue_id: QueueId
    queue_name: str
    waited_ms: int
    key: tuple[KeyPart, ...]
    ahead_count: int
    behind_count: int
    candidates: tuple[Candidate, ...]
    rivals: tuple[Rival, ...]
    agent_id: AgentId | None = None
    agent_name: str = ""
    reservation_id: ReservationId | None = None
    result: ReservationResult | None = None
    rang_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All choices about one interaction, in order.

    ``passed_over_count`` counts every time it was passed over; ``choices`` may hold fewer of them.
    """

    interaction_id: InteractionId
    choices: tuple[Choice, ...]
    passed_over_count: int
