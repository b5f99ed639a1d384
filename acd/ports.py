"""What the ACD asks of the rooms outside it, and what it offers them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from acd.core.effects import Effect
from acd.core.facts import Fact
from acd.core.inputs import Input
from kernel.entry import Entry
from kernel.ids import DeviceId, Did, InteractionId, QueueId, ReservationId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import EndedBy


class Clock(Protocol):
    """The time, handed in. Never goes back."""

    def now(self) -> Instant:
        """The present instant."""


class Journal(Protocol):
    """The one log. Append-only; an entry that ``append`` returned for is durable."""

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write entries, all or none, durably. Raises JournalFailed: nothing was written."""

    def read(self, after_seq: int = 0) -> AsyncIterator[Entry]:
        """Entries with ``seq > after_seq``, in order."""

    async def last_seq(self) -> int:
        """The last written sequence number, 0 when empty."""


class JournalFailed(Exception):
    """The journal could not be written. The distributor stops acting: never act on what is not recorded."""


class Switch(Protocol):
    """The telephone exchange. Effects are started at once, in order; outcomes come back as inputs."""

    def perform(self, effect: Effect) -> None:
        """Start an effect without waiting for its outcome. Never raises for an outcome."""


class CallerPlace(StrEnum):
    """Where the switch holds a caller."""

    FLOW = "flow"
    """In a conversation whose session died with the program, or that is about to begin."""
    WAITING = "waiting"
    JOINED = "joined"
    AWAY = "away"
    """With a number outside that the flow has handed them to: for us, over."""
    CALLS_OUT = "calls_out"
    """No caller at all: an agent's own leg, which calls a number outside."""
    TALKS_OUT = "talks_out"
    """As above, and it was answered."""
    ASIDE = "aside"
    """Offered to agents by the switch alone, while the program was away."""
    TALKS_ASIDE = "talks_aside"
    """With an agent to whom the switch alone has brought them."""


class AgentLegPhase(StrEnum):
    """How far an agent's leg has come."""

    RINGING = "ringing"
    JOINED = "joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerSeen:
    """One caller's leg that is up in the switch; enough to adopt an interaction the journal does not know.

    ``queue_id``: the queue in whose waiting room the leg is held, where the switch knows it. ``number``, ``name``: who calls,
    as the network says; empty when withheld or not known to the switch.
    """

    leg_id: str
    did: Did
    trunk_id: TrunkId
    place: CallerPlace
    queue_id: QueueId | None = None
    number: str = field(default="", repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSeen:
    """One phone's presence."""

    reachable: bool
    in_use: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideRecord:
    """What the switch noted of one caller whom it served by itself, each thing with its instant.

    ``seen``: who came, with the queue in which they waited before, if any, and ``number`` as the network sent it. ``came_at``: into the switch's own care;
    ``arrived_at``: into the switch at all. Either of the two others, and ``seen``, may have been noted, and told, in an
    outage before this one: a talk outlasts it.
    """

    seen: CallerSeen | None = None
    number: str = field(default="", repr=False)
    arrived_at: Instant | None = None
    came_at: Instant | None = None
    taken_by: DeviceId | None = None
    taken_at: Instant | None = None
    left_by: EndedBy | None = None
    left_at: Instant | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchPicture:
    """What exists in the switch at one moment, for recovery and resynchronisation.

    ``begun_at``: when the look began. What is younger than that may be missing without being gone, and is left alone.
    ``is_new``: the switch was started anew since it was last looked at, so whoever is gone was lost with the former one.
    ``turned_away``: callers whom the switch itself has told that there is no service, while it had no program.
    ``aside``: callers whom it has served by itself then.
    """

    callers: Mapping[InteractionId, CallerSeen]
    agent_legs: Mapping[ReservationId, AgentLegPhase]
    devices: Mapping[DeviceId, DeviceSeen]
    begun_at: Instant | None = None
    is_new: bool = False
    turned_away: Mapping[InteractionId, CallerSeen] = field(default_factory=dict)
    aside: Mapping[InteractionId, AsideRecord] = field(default_factory=dict)


class FactSubscriber(Protocol):
    """A follower. Called once per entry, in order, after the entry is durable."""

    def on_entry(self, entry: Entry) -> None:
        """Take note; must not block, wait, or raise."""


class FrontDoor(Protocol):
    """The only way into the core."""

    async def submit(self, given: Input) -> tuple[Fact, ...]:
        """Hand in one input and wait until its facts are durable; returns them.

        Raises DoorClosed when the program is stopping or the inbox is full.
        """

    def post(self, given: Input) -> None:
        """Hand in one input without waiting. Raises DoorClosed as ``submit`` does."""

    async def note(self, stream: str, facts: Sequence[object]) -> int:
        """Write facts of another stream (flow, recorder) into the journal and publish them; returns the seq."""

    def post_note(self, stream: str, facts: Sequence[object]) -> None:
        """As ``note``, without waiting; in order with whatever is handed in later. Raises DoorClosed as ``submit``."""


class DoorClosed(Exception):
    """The front door takes nothing now: stopping, or its inbox is full."""
