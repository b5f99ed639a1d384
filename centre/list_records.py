"""What is kept of caller lists beside the centre's description: entries, who changed what, and what agents ask for. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from ivr.core.caller_lists import ListEntry
from kernel.ids import AgentId, CallerListId, InteractionId
from kernel.instants import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSummary:
    """A list as the centre's description has it. ``standing``: entries of the description, ``live``: those beside it."""

    list_id: CallerListId
    kind: str
    priority: int
    action: str
    anonymous: bool
    standing: int
    live: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who changes something, when, and why."""

    who: str
    at: Instant
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEntry:
    """An entry with the hand that it is from."""

    entry: ListEntry
    who: str
    at: Instant


class Change(StrEnum):
    """What was done to an entry."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryChange:
    """One change, as it is kept for good. ``entry`` as it was afterwards; of one removed, as it was before."""

    seq: int
    list_id: CallerListId
    change: Change
    entry: ListEntry
    hand: Hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """How many entries a change added, changed and removed."""

    added: int = 0
    changed: int = 0
    removed: int = 0


class RequestState(StrEnum):
    """What became of an agent's wish to have a caller blocked."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRequest:
    """An agent wishes that the caller of an interaction be blocked for some time.

    ``asked``: who sent it, when, and the agent's reason. ``decided`` None: nobody has decided yet. ``list_id`` and
    ``until``: of the entry that an approval made.
    """

    number: int
    agent_id: AgentId
    interaction_id: InteractionId
    caller: str
    minutes: int
    asked: Hand
    state: RequestState = RequestState.PENDING
    decided: Hand | None = None
    list_id: CallerListId | None = None
    until: Instant | None = None
