"""Bodies of the REST API about caller lists and blocks. Pure. Moments are RFC 3339 in UTC."""

from typing import Annotated

import msgspec

from centre.list_csv import Written
from centre.list_records import BlockRequest, EntryChange, KeptEntry, ListSummary
from kernel.instants import Instant, to_iso

Text = Annotated[str, msgspec.Meta(max_length=400)]
"""Longer than any value may be: what is wrong with one is said by who reads it."""
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=43_200)]
"""Up to thirty days."""
ListIdText = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9-]{0,39}$(?!\\n)")]


class ListView(msgspec.Struct, frozen=True, kw_only=True):
    """A list of the centre's description. ``standing``: entries written there; ``live``: entries kept beside it."""

    list_id: str
    kind: str
    priority: int
    action: str
    anonymous: bool
    standing: int
    live: int


class ListViews(msgspec.Struct, frozen=True, kw_only=True):
    """Every list."""

    lists: tuple[ListView, ...]


class EntryBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An entry as people write it: a ``number`` (a ``*`` behind the beginning of numbers) or a ``customer``.

    ``until``: the last day on which it counts, or a moment; "": without end.
    """

    number: Text = ""
    customer: Text = ""
    reason: Reason
    owner: Text = ""
    until: Text = ""


class RemovalBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which entry is taken away, and why."""

    number: Text = ""
    customer: Text = ""
    reason: Reason


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry. ``until`` null: without end; ``changed_by`` and ``changed_at``: whose it is, as it is now."""

    number: str
    customer: str
    reason: str
    owner: str
    until: str | None
    changed_by: str
    changed_at: str


class EntryPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of entries. ``next_cursor`` null: the last page."""

    entries: tuple[EntryView, ...]
    next_cursor: str | None


class ListOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, or with ``dry_run`` would be."""

    added: int
    changed: int
    removed: int


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One change: who, when, why; and the entry as it was afterwards (of one removed: before)."""

    seq: int
    at: str
    who: str
    why: str
    change: str
    number: str
    customer: str
    reason: str
    owner: str
    until: str | None


class ChangePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of changes, newest first. ``next_cursor`` null: the last page."""

    changes: tuple[ChangeView, ...]
    next_cursor: str | None


class BlockBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the caller of the moment should be blocked, and for how long."""

    reason: Reason
    minutes: Minutes


class ApprovalBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On which block list; ``minutes`` null: as long as the agent asked for."""

    list_id: ListIdText
    reason: Text = ""
    minutes: Minutes | None = None


class RejectionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why not."""

    reason: Reason


class BlockRequestView(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent asks for: pending, approved or rejected. ``number``: the caller; agents may see it masked."""

    request_id: str
    state: str
    agent_id: str
    call_id: str
    number: str
    reason: str
    minutes: int
    asked_by: str
    asked_at: str
    decided_by: str | None
    decided_at: str | None
    decided_why: str | None
    list_id: str | None
    until: str | None


class BlockRequestList(msgspec.Struct, frozen=True, kw_only=True):
    """What agents asked for, newest first."""

    requests: tuple[BlockRequestView, ...]


def written(body: EntryBody | RemovalBody) -> Written:
    """The entry that a body means, as people wrote it."""
    rest = {"owner": body.owner, "until": body.until} if isinstance(body, EntryBody) else {}
    return Written(number=body.number, customer=body.customer, reason=body.reason, **rest)


def list_view(summary: ListSummary) -> ListView:
    """One list."""
    return ListView(
        list_id=summary.list_id,
        kind=summary.kind,
        priority=summary.priority,
        action=summary.action,
        anonymous=summary.anonymous,
        standing=summary.standing,
        live=summary.live,
    )


def entry_view(kept: KeptEntry) -> EntryView:
    """One entry."""
    entry = kept.entry
    return EntryView(
        number=entry.match.number,
        customer=entry.match.customer,
        reason=entry.reason,
        owner=entry.owner,
        until=_moment(entry.until),
        changed_by=kept.who,
        changed_at=to_iso(kept.at),
    )


def change_view(made: EntryChange) -> ChangeView:
    """One change."""
    entry = made.entry
    return ChangeView(
        seq=made.seq,
        at=to_iso(made.hand.at),
        who=made.hand.who,
        why=made.hand.why,
        change=made.change.value,
        number=entry.match.number,
        customer=entry.match.customer,
        reason=entry.reason,
        owner=entry.owner,
        until=_moment(entry.until),
    )


def request_view(request: BlockRequest, number: str) -> BlockRequestView:
    """One request, with as much of the number as the reader may see."""
    decided = request.decided
    return BlockRequestView(
        request_id=str(request.number),
        state=request.state.value,
        agent_id=request.agent_id,
        call_id=request.interaction_id,
        number=number,
        reason=request.asked.why,
        minutes=request.minutes,
        asked_by=request.asked.who,
        asked_at=to_iso(request.asked.at),
        decided_by=None if decided is None else decided.who,
        decided_at=None if decided is None else to_iso(decided.at),
        decided_why=None if decided is None else decided.why,
        list_id=request.list_id,
        until=_moment(request.until),
    )


def _moment(instant: Instant | None) -> str | None:
    return None if instant is None else to_iso(instant)
