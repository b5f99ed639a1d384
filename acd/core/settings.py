"""What the engine is told of queues, agents and devices; it arrives as inputs, so a replay has that day's values."""

from dataclasses import dataclass
from enum import StrEnum

from kernel.ids import AgentId, DeviceId, PromptId, QueueId, SkillId


class Channel(StrEnum):
    """The medium of an interaction. The engine treats them alike; today only voice arrives."""

    VOICE = "voice"
    VIDEO = "video"
    CHAT = "chat"
    EMAIL = "email"
    SOCIAL = "social"


class NoAnswerPolicy(StrEnum):
    """What becomes of an agent whose reservation lapsed (RONA)."""

    AUX = "aux"
    """Out of the line, reason ``rona``, until they say they are back."""
    READY = "ready"
    """Back in the line, behind all others."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Requirement:
    """A skill and the least proficiency (1-5, 5 is best) that an interaction needs."""

    skill_id: SkillId
    level_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """The rules of one queue. Lengths in milliseconds; ``wait_ms_max`` None: no limit.

    ``priority`` is 1-10, higher is served first; an interaction may bring its own. ``waiting_max``: whoever comes while
    so many wait leaves at once as overflow; None: no limit.
    ``announcement`` is repeated every ``announcement_every_ms`` while the caller waits.
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

    @property
    def announces(self) -> bool:
        """Whether waiting callers hear an announcement at all."""
        return self.announcement is not None and self.announcement_every_ms > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSettings:
    """One agent: name for people, and proficiency (1-5) by skill, sorted by skill id."""

    agent_id: AgentId
    name: str
    skills: tuple[tuple[SkillId, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """One phone. ``auto_answer``: it picks up by itself when told to by header."""

    device_id: DeviceId
    auto_answer: bool
