"""What a flow needs of the outside: the caller's ear and keypad, the queues, the centre's lists and hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ivr.core.caller_lists import ListAction
from ivr.core.facts import FlowFact
from ivr.core.flow import Flow
from kernel.ids import CallerListId, Did, FlowId, HoursId, InteractionId, NodeId, PromptId, QueueId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import Disposition


class CallerGone(Exception):
    """The caller hung up; every further word to them raises this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One call as it reaches us. Numbers are cleaned of control characters but not yet normalised."""

    interaction_id: InteractionId
    did: Did
    trunk_id: TrunkId
    leg_id: str
    caller_number: str
    caller_name: str


class Caller(Protocol):
    """The caller on the line, during a flow. Every method raises CallerGone once they hung up."""

    async def answer(self) -> None:
        """Pick up (idempotent)."""

    async def play(
        self, prompt_ids: tuple[PromptId, ...], language: str, stop_keys: str = "", *, takes_key: bool = True
    ) -> str:
        """Play prompts one after another; a key of ``stop_keys`` ends it at once and is returned, else ``""``.

        Keys typed ahead count: those pressed while something played that they could not end are kept for the next
        that asks (a bounded number of them). Without ``takes_key`` the returned key stays the next one too. Raises
        PromptMissing when Asterisk cannot play one of them.
        """

    async def wait_key(self, ms_max: int) -> str:
        """The next key (0-9, *, #), one typed ahead at once, or ``""`` after ``ms_max`` milliseconds of none."""

    def ignore_late_key(self, key: str) -> None:
        """Throw that key away if it is the next one and comes within a moment."""

    async def leave_to_queue(self, queue_id: QueueId, music: str) -> None:
        """After this the dialplan holds the caller in the waiting room with music."""

    async def leave_to_number(self, number: str, trunk_id: TrunkId, ring_ms_max: int, return_to: NodeId) -> None:
        """After this the dialplan dials a number outside; if it is not answered the flow resumes at ``return_to``.

        Raises LookUpUnknown when no route of the centre allows the number by that trunk (any more).
        """

    async def hang_up(self, cause_code: int) -> None:
        """After this the dialplan hangs up with that Q.850 cause (21 rejected, 17 busy, 16 normal)."""

    async def leave_to_safety_route(self) -> None:
        """After this the dialplan says that there is no service, and hangs up."""

    async def stay(self) -> None:
        """Take back the last of the ways above: the flow goes on, or the dialplan begins it again."""


class PromptMissing(Exception):
    """A prompt could not be played: its file is missing or unreadable to Asterisk."""


class QueueEntry(StrEnum):
    """What came of entering a queue."""

    WAITS = "waits"
    FULL = "full"
    REFUSED = "refused"


class QueueDoor(Protocol):
    """The way into (and out of) the distributor, for a flow."""

    async def arrive(self, arrival: Arrival) -> None:
        """Tell that the interaction exists. Idempotent for one still open."""

    async def enter(
        self,
        interaction_id: InteractionId,
        queue_id: QueueId,
        priority: int | None,
        skills: tuple[tuple[str, int], ...],
    ) -> QueueEntry:
        """Put the interaction into a queue. Unless it waits there now, the flow goes on with the caller."""

    async def call_back(
        self, interaction_id: InteractionId, queue_id: QueueId, expires_at: Instant, tries_max: int, retry_ms: int
    ) -> bool:
        """Book a callback from that queue; whether it was taken. Nobody is called after ``expires_at``."""

    async def end(self, interaction_id: InteractionId, disposition: Disposition) -> None:
        """Tell that the flow let the caller go."""


class LookUpUnknown(Exception):
    """There are no such hours, no such list or no such trunk (any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Whether a caller is on a list. ``priority`` (1-10) and ``action``: what the list makes of those on it."""

    is_listed: bool
    priority: int | None
    action: ListAction = ListAction.FLOW


class LookUps(Protocol):
    """What the centre's description says just now. Answered from memory, without waiting."""

    def is_open(self, hours_id: HoursId, at: Instant) -> bool:
        """Is it open at that instant? Raises LookUpUnknown."""

    def listing(self, list_id: CallerListId, number: str, customer: str, at: Instant) -> Listing:
        """Is a caller on the list at that instant? ``number`` is normalised; "" for what is not known.

        Raises LookUpUnknown.
        """

    def way_back(self, number: str, at: Instant) -> str:
        """A normalised number as people here write it, digits alone; "" when it may not be called."""

    def music(self, queue_id: QueueId) -> str:
        """The music class that callers of a queue hear; ``default`` for an unknown queue."""


class FlowShelf(Protocol):
    """The published flows."""

    def for_did(self, did: Did) -> Flow | None:
        """The flow that answers a number of ours; None for a number that is not ours."""

    def of_version(self, flow_id: FlowId, version: int) -> Flow | None:
        """One version of a flow; the present one when that version is gone; None when there is no such flow."""


class FlowNotes(Protocol):
    """Where the flow's facts are written down."""

    async def note(self, facts: Sequence[FlowFact]) -> None:
        """Write facts to the journal's flow stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlace:
    """Where a caller left the flow (for a queue or a number outside), so that it can go on there later."""

    flow_id: FlowId
    version: int
    node_id: NodeId
    variables: Mapping[str, str]
    visits: Mapping[NodeId, int]


class FlowMemory(Protocol):
    """Remembers places across the queue, and across a restart of the program."""

    async def keep(self, interaction_id: InteractionId, place: KeptPlace) -> None:
        """Keep (or replace) an interaction's place, durable with the next journal entry. Nothing is kept of an interaction without a contact."""

    async def recall(self, interaction_id: InteractionId) -> KeptPlace | None:
        """The place kept last; None when there is none."""
