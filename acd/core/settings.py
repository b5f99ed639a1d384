"""What the engine is told of queues, agents and devices; it arrives as inputs, so a replay has that day's values."""

from dataclasses import dataclass
from enum import StrEnum

from kernel.ids import AgentId, DeviceId, GroupId, PromptId, QueueId, SkillId

LEVEL_LAST = 9
"""Agents have a level from 1, who ring first, to this."""

ENTRY_MS = 1_000
"""Who is told their wait at entry is let into the waiting room first, and an agent who is free may be found first."""


class Channel(StrEnum):
    """The medium of an interaction. The engine treats them alike; today only voice arrives."""

    VOICE = "voice"
    VIDEO = "video"
    CHAT = "chat"
    EMAIL = "email"
    SOCIAL = "social"


class Direction(StrEnum):
    """Who began an interaction: the customer, or an agent."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class NoAnswerPolicy(StrEnum):
    """What becomes of an agent whose reservation lapsed (RONA)."""

    AUX = "aux"
    """Out of the line, reason ``rona``, until they say they are back."""
    READY = "ready"
    """Back in the line, behind all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingSettings:
    """The rules that hold for all queues together.

    ``priority_step_ms``: so much waiting is worth one step of priority; None: a higher priority always goes first, and
    who has a low one may wait for ever.
    """

    priority_step_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Requirement:
    """A skill and the least proficiency (1-5, 5 is best) that an interaction needs."""

    skill_id: SkillId
    level_min: int


class Strategy(StrEnum):
    """Which of the agents who may take a call is offered it first."""

    LONGEST_IDLE = "longest_idle"
    LEAST_OCCUPIED = "least_occupied"
    """The smallest share of the last hour in offers, calls and wrap-up; what is longer ago counts less."""
    FEWEST_CALLS = "fewest_calls"
    """The fewest calls in the last hour; what is longer ago counts less."""
    ROUND_ROBIN = "round_robin"
    """Whose last offer is longest ago."""
    BEST_PROFICIENCY = "best_proficiency"
    """The most proficient in the skills that are needed; the longest idle of equals."""
    BLEND = "blend"
    """As the queue's own weights say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blend:
    """Weights of a queue that blends strategies, 0-100 each and not all of them 0.

    ``proficiency_ms``: what one level of proficiency is worth, in time of the weighted mean of the others.
    """

    idle: int = 0
    occupancy: int = 0
    calls: int = 0
    turns: int = 0
    proficiency_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaxationStep:
    """What a queue asks for no longer of one who has waited ``after_ms``.

    ``lower``: skills with the least level from now on, where more was needed; ``drop``: skills that nobody needs.
    ``add_groups``: agents of these come as well, after those who came before; ``together``: all on one footing instead.
    ``level_max``: agents up to this level. ``anybody``: no skill and no level counts, only the groups.
    """

    after_ms: int
    lower: tuple[tuple[SkillId, int], ...] = ()
    drop: tuple[SkillId, ...] = ()
    add_groups: tuple[GroupId, ...] = ()
    together: bool = False
    level_max: int | None = None
    anybody: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserves:
    """Groups that join a queue, after all others, while it is long.

    Called when ``call_at`` are in the queue, let go when ``release_at`` (less) are left.
    """

    groups: tuple[GroupId, ...]
    call_at: int
    release_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """The rules of one queue. Lengths in milliseconds; ``wait_ms_max`` None: no limit.

    ``priority`` is 1-10, higher is served first; an interaction may bring its own. ``waiting_max``: whoever comes while
    so many wait leaves at once as overflow; None: no limit.
    ``groups``: whose agents may take its calls, the first group's before the second's; empty: everybody.
    ``level_max``: agents up to this level. ``relaxations`` by rising ``after_ms``. ``blend`` for that strategy alone.
    ``announcement`` is repeated every ``announcement_every_ms`` while the caller waits. ``tells_wait``: so are their place
    and how long they will wait, and both are told at entry too. ``exit_key``: who presses it while they wait goes back into
    the flow; empty: none does. ``expected_wait_ms_max``: who would wait longer leaves at once as overflow, unless they
    are the next to be served.
    """

    queue_id: QueueId
    name: str
    requirements: tuple[Requirement, ...]
    priority: int
    ring_ms_max: int
    wrap_up_ms: int
    wait_ms_max: int | None
    short_abandon_ms: int
    service_level_ms: int
    no_answer_policy: NoAnswerPolicy
    announcement: PromptId | None
    announcement_every_ms: int
    waiting_max: int | None = None
    groups: tuple[GroupId, ...] = ()
    level_max: int = LEVEL_LAST
    strategy: Strategy = Strategy.LONGEST_IDLE
    blend: Blend | None = None
    relaxations: tuple[RelaxationStep, ...] = ()
    reserves: Reserves | None = None
    tells_wait: bool = False
    exit_key: str = ""
    expected_wait_ms_max: int | None = None

    @property
    def announces(self) -> bool:
        """Whether waiting callers hear an announcement at all."""
        return (self.announcement is not None or self.tells_wait) and self.announcement_every_ms > 0

    @property
    def announcement_first_ms(self) -> int:
        """How long after entry the first one is heard."""
        return min(ENTRY_MS, self.announcement_every_ms) if self.tells_wait else self.announcement_every_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class AuxReasonSettings:
    """A reason not to be ready. ``agents_max``: so many may be away for it at once; ``ms_max``: and so long; None: no limit."""

    reason_code: str
    agents_max: int | None
    ms_max: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """One agent: name for people, and proficiency (1-5) by skill, sorted by skill id.

    ``groups``: sorted. ``level``: within a group those of level 1 are offered calls first. ``wrap_up_ms`` None: the
    queue's.
    """

    agent_id: AgentId
    name: str
    skills: tuple[tuple[SkillId, int], ...]
    groups: tuple[GroupId, ...] = ()
    level: int = 1
    calls_out_per_hour_max: int = 30
    calls_out_per_day_max: int = 200
    wrap_up_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """One phone. ``auto_answer``: it picks up by itself when told to by header."""

    device_id: DeviceId
    auto_answer: bool
