"""What a simulated day is made of: who calls when, who works when, how they behave, and what goes wrong.

Times of day are milliseconds since the day's first instant, ``begins_at``.
"""

from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from acd.core.inputs import Input
from acd.core.settings import Requirement
from kernel.ids import AgentId, DeviceId, QueueId
from kernel.instants import Instant
from simulator.whole_centre.lengths import Lengths

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many calls an hour come, from ``from_ms`` until just before ``to_ms``."""

    from_ms: int
    to_ms: int
    calls_per_hour: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Callers of one kind. ``rates`` follow each other in time. ``patience`` None: they wait for ever.

    ``talk`` is how long they talk, ``work`` how long their agent works for them after it. ``priority`` None: the queue's.
    """

    queue_id: QueueId
    rates: tuple[Rate, ...]
    talk: Lengths
    work: Lengths
    patience: Lengths | None
    priority: int | None = None
    requirements: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Time off. Whoever talks at ``at_ms`` goes when that call and its work are over, for as long."""

    at_ms: int
    lasts_ms: int
    reason_code: str = "break"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One agent's day at one phone. A shift that ends with the day ends when the last caller of the day is gone."""

    agent_id: AgentId
    device_id: DeviceId
    begins_ms: int
    ends_ms: int
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What agents do when they are offered a call.

    The phone says that it rings after ``rings_after`` (0: it never does, it answers by itself), and is picked up
    ``reaction`` later. ``ignores`` and ``declines`` are shares of offers, 0 to 1: nobody picks up, or the button is
    pressed; such an agent is ready again ``comes_back`` after they are out of the line for it.
    """

    rings_after: Lengths
    reaction: Lengths
    ignores: float = 0.0
    declines: float = 0.0
    comes_back: Lengths


class FaultKind(StrEnum):
    """What can go wrong in such a day; the fault days of ``simulator.day`` know far more."""

    PHONES_LOST = "phones_lost"
    """A share of the phones cannot be reached; talks there are cut."""
    SWITCH_DEATH = "switch_death"
    """Every call is lost, and who calls meanwhile reaches nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong, and for how long. ``share`` of the phones, 0 to 1, counts for ``phones_lost`` only."""

    kind: FaultKind
    at_ms: int
    lasts_ms: int
    share: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """All of it. ``configuration``: what the engine is told of queues, agents and phones before anybody comes.

    The same value gives the same day in any process: all chance comes from ``seed``.
    """

    name: str
    seed: int
    begins_at: Instant
    lasts_ms: int
    zone: ZoneInfo
    configuration: tuple[Input, ...]
    streams: tuple[Stream, ...]
    shifts: tuple[Shift, ...]
    habits: Habits
    faults: tuple[Fault, ...] = ()
