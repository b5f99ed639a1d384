"""What a follower must remember between two entries: interactions not yet closed, what agents are doing, queue rules. Pure.

Kept beside the rows and written with them, so that a follower that starts anew goes on exactly where it was.
"""

from dataclasses import dataclass, field

from kernel.ids import AgentId, InteractionId, QueueId
from kernel.instants import Instant
from reports.rows import InteractionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The first minutes that a caller was told in the present wait, and when."""

    told_at: Instant
    minutes: int


@dataclass(slots=True, kw_only=True)
class OpenInteraction:
    """An interaction that may still change its row.

    ``entered_at``: when the present wait in a queue began, None outside a queue. ``service_level_ms``: the rule of
    that queue then. ``promise``: None while nothing was told. ``is_callback``: they have
    asked to be called back, and what the queue makes of that is counted apart.
    """

    row: InteractionRow
    entered_at: Instant | None = None
    service_level_ms: int = 0
    promise: Promise | None = None
    is_callback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """One agent's finished part of an interaction, which counts as handled once its wrap-up is over."""

    interaction_id: InteractionId
    queue_id: QueueId
    talk_ms: int
    hold_ms: int


@dataclass(slots=True, kw_only=True)
class AgentNow:
    """What an agent is doing. ``counted_to``: until when their time is in the rows already."""

    state: str
    reason_code: str
    since: Instant
    counted_to: Instant
    interaction_id: InteractionId | None = None
    handlings: list[Handling] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Memory:
    """All of it. ``service_level_ms``: each queue's present rule. ``interval``: the half hour of the last entry."""

    interval: Instant = Instant(0)
    open: dict[InteractionId, OpenInteraction] = field(default_factory=dict)
    agents: dict[AgentId, AgentNow] = field(default_factory=dict)
    service_level_ms: dict[QueueId, int] = field(default_factory=dict)
