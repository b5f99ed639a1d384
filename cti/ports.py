"""What the CTI room asks of the rooms outside it; wiring hands them in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from acd.core.explanation import Explanation
from kernel.ids import AgentId, InteractionId, QueueId, ReservationId
from kernel.instants import Instant
from kernel.logged_event import LoggedEvent
from kernel.result_codes import CallOutRefusal, Disposition, RefusalCode
from recorder.facts import RecordingStored
from reports.rows import InteractionRow

# --- the event log -------------------------------------------------------------------------------------------------


class CtiLog(Protocol):
    """The durable log of numbered events. What it lacks at its end is made again from the journal."""

    async def last(self) -> LoggedEvent | None:
        """The event with the highest number; None when empty."""

    async def oldest_seq(self) -> int:
        """The lowest number kept; 0 when empty."""

    async def append(self, events: Sequence[LoggedEvent]) -> None:
        """Keep events, all or none, in order. Those of one journal entry always come in one call.

        A number that is there already is passed over: the hub offers again what it was not told the fate of.

        Raises CtiLogFailed: nothing was kept, the same events will be offered again.
        """

    async def read(self, from_seq: int, count_max: int) -> Sequence[LoggedEvent]:
        """Events with ``seq >= from_seq`` in order, at most ``count_max``."""

    async def forget_before(self, seq: int) -> None:
        """Drop events with a lower number: retention."""


class CtiLogFailed(Exception):
    """The event log could not be written."""


# --- who may what --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenGrant:
    """One API token: whose it is (``client``), the SHA-256 of its text in hexadecimal, and what it may.

    Scopes: ``read``, ``agents:control``, ``pii``, ``recordings``, ``lists``, ``admin``, and ``agent:<id>``, which lets an
    agent's own desk follow and control that one agent. ``lists``: the caller lists with their numbers. ``admin`` is the centre's description only; it implies nothing else.
    """

    client: str
    sha256: str
    scopes: frozenset[str]


class TokenBook(Protocol):
    """The API tokens. Never holds a token itself."""

    def grants(self) -> Sequence[TokenGrant]:
        """Every token that is good now."""


# --- what happened -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionSought:
    """Which interactions are asked for; None: any. ``since`` is included, ``until`` is not; both are about arrival.

    ``before``: only rows older than that one, by (arrival, id): the place where the last page ended.
    """

    since: Instant | None = None
    until: Instant | None = None
    queue_id: QueueId | None = None
    agent_id: AgentId | None = None
    disposition: Disposition | None = None
    number: str | None = None
    before: tuple[Instant, InteractionId] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedFact:
    """One fact of the journal with its entry's number and time."""

    seq: int
    at: Instant
    fact: object


class InteractionArchive(Protocol):
    """Rows and timelines of interactions, living and ended."""

    async def find(self, sought: InteractionSought, count_max: int) -> Sequence[InteractionRow]:
        """Rows, newest arrival first, then highest id."""

    async def row(self, interaction_id: InteractionId) -> InteractionRow | None:
        """One row; None when unknown."""

    async def timeline(self, interaction_id: InteractionId) -> Sequence[TimedFact]:
        """Every fact about one interaction, of all streams, in the journal's order; empty when unknown."""


class Explainer(Protocol):
    """Works out again why the engine chose as it did."""

    async def why(self, interaction_id: InteractionId) -> Explanation | None:
        """Every choice about one interaction; None when the journal does not know it. Raises ExplainerBusy."""


class ExplainerBusy(Exception):
    """No explanation can be had now. The text says why."""


class RecordingShelf(Protocol):
    """What is known of recordings; the sound itself is a file below the recordings folder."""

    async def of_interaction(self, interaction_id: InteractionId) -> Sequence[RecordingStored]:
        """The recordings of one interaction, in the order of their talks."""

    async def one(self, reservation_id: ReservationId) -> RecordingStored | None:
        """One recording; None when unknown."""


# --- calls ---------------------------------------------------------------------------------------------------------


class CallControl(Protocol):
    """What can be done with an agent's call in the switch itself. What comes of it is told by events.

    Each answers why it cannot be done now, None when it was done. Each raises SwitchAway.
    """

    async def transfer(self, agent_id: AgentId, digits: str) -> RefusalCode | None:
        """Send the caller of the agent's talk on: to the agent of that login, or into the queue of that code."""

    async def call_out(self, agent_id: AgentId, number: str) -> RefusalCode | CallOutRefusal | None:
        """Ring the agent's own phone, and call a number outside once it has picked up."""


class SwitchAway(Exception):
    """The switch cannot be reached just now."""


# --- the centre ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreProblem:
    """One thing wrong in a centre file: ``line`` from 1 (0 when no line can be named), where, what, and how to mend."""

    line: int
    where: str
    what: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreResult:
    """What applying did or would do. With ``problems`` nothing was, or would be, applied."""

    applied: bool
    difference: tuple[str, ...]
    problems: tuple[CentreProblem, ...]


class CentreOffice(Protocol):
    """The centre's description as text (TOML)."""

    async def current(self) -> str:
        """The description in force."""

    async def apply(self, text: str, dry_run: bool) -> CentreResult:
        """Put a description in force, or with ``dry_run`` tell what that would change."""
