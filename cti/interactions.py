"""REST: interactions, their rows and their whole timelines."""

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime

import msgspec
from aiohttp import web

from cti.bearer import admitted
from cti.disclose import ani
from cti.ports import InteractionSought
from cti.problems import bad_request, not_found
from cti.resources import Operation, QueryParameter, json_answer, known_only, path_id
from cti.room import ROOM, Room
from cti.shapes import (
    InteractionDetail,
    InteractionPage,
    RecordingList,
    TimelineFact,
    interaction_view,
    recording_view,
)
from ivr.core.numbers import normalised
from kernel.contact import Contact, shown_attributes
from kernel.ids import AgentId, InteractionId, QueueId
from kernel.instants import Instant, from_datetime, to_iso
from kernel.result_codes import Disposition, RefusalCode
from reports.rows import InteractionRow

PAGE_MAX = 200
_PAGE = 50
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NUMBER = re.compile(r"\+?[0-9]{2,20}")
_ID_SCHEMA = {"type": "string", "pattern": f"^{_ID.pattern}$"}


async def list_interactions(request: web.Request) -> web.Response:
    """One page, newest first."""
    query = known_only(request, *(parameter.name for parameter in _QUERY))
    grant = admitted(request, "read")
    if "number" in query:
        # Asking by number tells whose calls these are, as much as showing it would.
        grant = admitted(request, "pii")
    room = request.app[ROOM]
    count = _count(query.get("limit"))
    rows = await room.archive.find(_sought(query, room.country()), count + 1)
    page = rows[:count]
    may_see = "pii" in grant.scopes
    views = [interaction_view(row, ani(await _contact(room, row), may_see=may_see)) for row in page]
    cursor = _cursor_after(page[-1]) if len(rows) > count else None
    return json_answer(InteractionPage(interactions=tuple(views), next_cursor=cursor))


async def show_interaction(request: web.Request) -> web.Response:
    """One interaction with everything that happened."""
    grant = admitted(request, "read")
    room = request.app[ROOM]
    row = await _row(request, room)
    may_see = "pii" in grant.scopes
    contact = await room.frames.contact(row.interaction_id)
    timeline = tuple(
        TimelineFact(
            seq=timed.seq,
            at=to_iso(timed.at),
            fact=type(timed.fact).__name__,
            data=msgspec.to_builtins(timed.fact),
        )
        for timed in await room.archive.timeline(row.interaction_id)
    )
    return json_answer(
        InteractionDetail(
            interaction=interaction_view(row, ani(contact, may_see=may_see)),
            name=contact.name if contact and may_see else "",
            attributes=shown_attributes(contact) if contact and may_see else {},
            timeline=timeline,
        )
    )


async def list_recordings(request: web.Request) -> web.Response:
    """The recordings of one interaction."""
    admitted(request, "recordings")
    room = request.app[ROOM]
    row = await _row(request, room)
    found = await room.shelf.of_interaction(row.interaction_id)
    return json_answer(RecordingList(recordings=tuple(recording_view(stored) for stored in found)))


async def _row(request: web.Request, room: Room) -> InteractionRow:
    code = RefusalCode.UNKNOWN_INTERACTION.value
    row = await room.archive.row(InteractionId(path_id(request, "interaction_id", code)))
    if row is None:
        raise not_found(code, "There is no such interaction.", "interaction_id")
    return row


async def _contact(room: Room, row: InteractionRow) -> Contact | None:
    return await room.frames.contact(row.interaction_id)


def _sought(query: dict[str, str], country: str) -> InteractionSought:
    since, until = _moment(query, "from"), _moment(query, "to")
    if since is not None and until is not None and until <= since:
        raise bad_request("to", "The end is not after the beginning.")
    queue, agent = _id(query, "queue"), _id(query, "agent")
    number = query.get("number")
    if number is not None and not _NUMBER.fullmatch(number):
        raise bad_request("number", "A number is 2 to 20 digits, with or without a leading +.", "Write %2B for +.")
    return InteractionSought(
        since=since,
        until=until,
        queue_id=None if queue is None else QueueId(queue),
        agent_id=None if agent is None else AgentId(agent),
        disposition=_disposition(query.get("disposition")),
        number=None if number is None else normalised(number, country=country),
        before=_place(query.get("cursor")),
    )


def _moment(query: dict[str, str], name: str) -> Instant | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        return from_datetime(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise bad_request(
            name, "A moment is RFC 3339 with a time zone.", "For example 2026-11-24T08:00:00+07:00, + as %2B."
        ) from None


def _id(query: dict[str, str], name: str) -> str | None:
    text = query.get(name)
    if text is not None and not _ID.fullmatch(text):
        raise bad_request(name, "This cannot be an id.")
    return text


def _disposition(text: str | None) -> Disposition | None:
    try:
        return None if text is None else Disposition(text)
    except ValueError:
        known = ", ".join(each.value for each in Disposition)
        raise bad_request("disposition", "There is no such disposition.", f"Known: {known}.") from None


def _count(text: str | None) -> int:
    if text is None:
        return _PAGE
    if not re.fullmatch(r"[0-9]{1,3}", text, re.ASCII) or not 1 <= int(text) <= PAGE_MAX:
        raise bad_request("limit", f"A page is 1 to {PAGE_MAX} interactions long.")
    return int(text)


def _cursor_after(row: InteractionRow) -> str:
    return base64.urlsafe_b64encode(f"{row.arrived_at}/{row.interaction_id}".encode()).decode().rstrip("=")


def _place(cursor: str | None) -> tuple[Instant, InteractionId] | None:
    if cursor is None:
        return None
    wrong = bad_request("cursor", "This is not a cursor of ours.", "Take next_cursor of the page before.")
    if len(cursor) > 200:
        raise wrong
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        raise wrong from None
    arrived, _, interaction_id = text.partition("/")
    if not re.fullmatch(r"[0-9]{1,15}", arrived) or not _ID.fullmatch(interaction_id):
        raise wrong
    return Instant(int(arrived)), InteractionId(interaction_id)


_MOMENT_SCHEMA = {"type": "string", "format": "date-time"}
_QUERY: Sequence[QueryParameter] = (
    QueryParameter(name="from", says="Arrived at this moment or later.", schema=_MOMENT_SCHEMA),
    QueryParameter(name="to", says="Arrived before this moment.", schema=_MOMENT_SCHEMA),
    QueryParameter(name="queue", says="The (last) queue.", schema=_ID_SCHEMA),
    QueryParameter(name="agent", says="The (last) agent.", schema=_ID_SCHEMA),
    QueryParameter(
        name="disposition",
        says="How it ended.",
        schema={"type": "string", "enum": [each.value for each in Disposition]},
    ),
    QueryParameter(
        name="number",
        says="The caller's number, in E.164 or as it is dialled in the country. Needs the scope pii.",
        schema={"type": "string", "pattern": f"^{_NUMBER.pattern}$"},
    ),
    QueryParameter(
        name="limit",
        says="How many at most.",
        schema={"type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": _PAGE},
    ),
    QueryParameter(name="cursor", says="Where the last page ended.", schema={"type": "string", "maxLength": 200}),
)

OPERATIONS = (
    Operation(
        method="GET",
        path="/interactions",
        name="listInteractions",
        says="Interactions, newest first. Numbers are masked without the scope pii.",
        scopes=("read",),
        serve=list_interactions,
        answer_type=InteractionPage,
        query=tuple(_QUERY),
    ),
    Operation(
        method="GET",
        path="/interactions/{interaction_id}",
        name="showInteraction",
        says="One interaction and its whole timeline: every fact, in order, with its time.",
        scopes=("read",),
        serve=show_interaction,
        answer_type=InteractionDetail,
        refusals=(404,),
    ),
    Operation(
        method="GET",
        path="/interactions/{interaction_id}/recordings",
        name="listRecordings",
        says="The recordings of one interaction.",
        scopes=("recordings",),
        serve=list_recordings,
        answer_type=RecordingList,
        refusals=(404,),
    ),
)
