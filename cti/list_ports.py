"""What the CTI room asks of whoever keeps the caller lists; wiring hands it in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from centre.list_csv import Written
from centre.list_records import BlockRequest, Changed, EntryChange, KeptEntry, ListSummary, RequestState
from ivr.core.caller_lists import Match
from kernel.ids import AgentId, CallerListId, InteractionId


class UnknownList(Exception):
    """There is no such list in the centre's description, or none of the kind that is needed."""


class ListsFailed(Exception):
    """The lists could not be read or written; nothing was changed."""


class UnknownRequest(Exception):
    """There is no such request of an agent."""


class AlreadyDecided(Exception):
    """Somebody has decided already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an agent asks for: the caller of an interaction, by their normalised number, to be blocked for some time."""

    agent_id: AgentId
    interaction_id: InteractionId
    caller: str
    minutes: int
    reason: str


class ListOffice(Protocol):
    """The caller lists. ``who`` is noted with every change. Whatever is raised, nothing was changed.

    Every method that is waited for may raise ListsFailed.
    """

    def lists(self) -> Sequence[ListSummary]:
        """Every list of the centre's description."""

    async def entries(self, list_id: CallerListId, after: Match | None, count_max: int) -> Sequence[KeptEntry]:
        """Live entries in the order of their matches, from behind ``after`` on. Raises UnknownList."""

    async def put(self, list_id: CallerListId, written: Written, who: str) -> KeptEntry:
        """Add an entry, or change it. Raises UnknownList, BadValue."""

    async def remove(self, list_id: CallerListId, written: Written, who: str) -> bool:
        """Take an entry away, for the reason written; False when there is none. Raises UnknownList, BadValue."""

    async def import_csv(
        self, list_id: CallerListId, source: bytes, who: str, *, replaces: bool, dry_run: bool
    ) -> Changed:
        """Put all entries of a file on a list, or none. ``replaces``: all others leave it.

        ``dry_run``: only tell. Raises UnknownList, ListInvalid.
        """

    async def export_csv(self, list_id: CallerListId) -> str:
        """All live entries as a file that ``import_csv`` takes. Raises UnknownList."""

    async def changes(self, list_id: CallerListId, before: int, count_max: int) -> Sequence[EntryChange]:
        """Changes with a number below ``before``, the newest first. Raises UnknownList."""

    async def ask_block(self, wish: Wish, who: str) -> BlockRequest:
        """Keep an agent's wish until somebody decides; of one interaction only the first. Raises BadValue."""

    async def requests(self, state: RequestState | None, count_max: int) -> Sequence[BlockRequest]:
        """What agents asked for, the newest first; ``state`` None: all."""

    async def approve(
        self, number: int, list_id: CallerListId, minutes: int | None, reason: str, who: str
    ) -> BlockRequest:
        """Block the caller from now on, for so many minutes (None: as long as was asked for).

        Raises UnknownRequest, AlreadyDecided, UnknownList (also for a list that is none of kind block), BadValue.
        """

    async def reject(self, number: int, reason: str, who: str) -> BlockRequest:
        """Decide against it. Raises UnknownRequest, AlreadyDecided, BadValue."""
