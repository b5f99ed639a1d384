"""REST: caller lists, their entries one by one and as CSV files, and every change that was made."""

import base64
import binascii
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from aiohttp import web

from centre.list_csv import BadValue, ListInvalid
from cti.bearer import admitted
from cti.list_ports import ListsFailed, UnknownList
from cti.list_shapes import (
    ChangePage,
    EntryBody,
    EntryPage,
    EntryView,
    ListOutcome,
    ListViews,
    RemovalBody,
    change_view,
    entry_view,
    list_view,
    written,
)
from cti.problems import FieldProblem, Refusal, bad_request, not_found
from cti.resources import Operation, QueryParameter, json_answer, known_only, path_id, read_body
from cti.room import ROOM
from ivr.core.caller_lists import By, Match
from kernel.ids import CallerListId

SCOPE = "lists"
CSV_BYTES_MAX = 10_000_000
PAGE = 500
_CSV = "text/csv"
_SEQ = re.compile(r"[0-9]{1,18}")
_UNKNOWN = "unknown_list"


async def show_lists(request: web.Request) -> web.Response:
    """Every list."""
    admitted(request, SCOPE)
    known_only(request)
    lists = request.app[ROOM].lists.lists()
    return json_answer(ListViews(lists=tuple(map(list_view, lists))))


async def show_entries(request: web.Request) -> web.Response:
    """One page of a list's live entries."""
    admitted(request, SCOPE)
    place = _place(known_only(request, "cursor").get("cursor"))
    with lists_asked():
        found = await request.app[ROOM].lists.entries(list_of(request), place, PAGE + 1)
    cursor = _cursor(found[PAGE - 1].entry.match) if len(found) > PAGE else None
    return json_answer(EntryPage(entries=tuple(map(entry_view, found[:PAGE])), next_cursor=cursor))


async def put_entry(request: web.Request) -> web.Response:
    """Add an entry, or change the one of the same number or customer."""
    grant = admitted(request, SCOPE)
    body = await read_body(request, EntryBody)
    with lists_asked(), bad_values():
        kept = await request.app[ROOM].lists.put(list_of(request), written(body), grant.client)
    return json_answer(entry_view(kept))


async def remove_entry(request: web.Request) -> web.Response:
    """Take an entry away."""
    grant = admitted(request, SCOPE)
    body = await read_body(request, RemovalBody)
    with lists_asked(), bad_values():
        was_there = await request.app[ROOM].lists.remove(list_of(request), written(body), grant.client)
    if not was_there:
        raise not_found("unknown_entry", "There is no such entry among those kept beside the description.", "body")
    return json_answer(ListOutcome(added=0, changed=0, removed=1))


async def import_entries(request: web.Request) -> web.Response:
    """Put a file's entries on a list, all or none."""
    grant = admitted(request, SCOPE)
    query = known_only(request, "replace", "dry_run")
    replaces, dry_run = _flag(query, "replace"), _flag(query, "dry_run")
    if request.content_type != _CSV:
        raise bad_request("Content-Type", "The body is to be CSV.", f"Send Content-Type: {_CSV}.")
    source = await _read_csv(request)
    with lists_asked():
        try:
            changed = await request.app[ROOM].lists.import_csv(
                list_of(request), source, grant.client, replaces=replaces, dry_run=dry_run
            )
        except ListInvalid as wrong:
            raise _invalid(wrong) from None
    return json_answer(ListOutcome(added=changed.added, changed=changed.changed, removed=changed.removed))


async def export_entries(request: web.Request) -> web.Response:
    """All live entries of a list as a file."""
    admitted(request, SCOPE)
    with lists_asked():
        text = await request.app[ROOM].lists.export_csv(list_of(request))
    return web.Response(text=text, content_type=_CSV, charset="utf-8")


async def show_changes(request: web.Request) -> web.Response:
    """One page of what was changed, the newest first."""
    admitted(request, SCOPE)
    cursor = known_only(request, "cursor").get("cursor", "9" * 18)
    if not _SEQ.fullmatch(cursor):
        raise bad_request("cursor", "This is not a cursor of ours.", "Take next_cursor of the page before.")
    with lists_asked():
        found = await request.app[ROOM].lists.changes(list_of(request), int(cursor), PAGE + 1)
    after = str(found[PAGE - 1].seq) if len(found) > PAGE else None
    return json_answer(ChangePage(changes=tuple(map(change_view, found[:PAGE])), next_cursor=after))


def list_of(request: web.Request) -> CallerListId:
    """The list that the path names. Raises Refusal (404)."""
    return CallerListId(path_id(request, "list_id", _UNKNOWN))


@contextmanager
def lists_asked() -> Iterator[None]:
    """Answers 404 when there is no such list, 503 when the lists cannot be read or written."""
    try:
        yield
    except UnknownList:
        raise not_found(_UNKNOWN, "There is no such caller list.", "list_id") from None
    except ListsFailed:
        raise Refusal(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "unavailable",
            "The lists cannot be read or written just now; nothing was changed.",
            how="Try again; should it stay so, look at the database's disk.",
            headers={"Retry-After": "5"},
        ) from None


@contextmanager
def bad_values() -> Iterator[None]:
    """Answers 400 with the value that cannot be taken."""
    try:
        yield
    except BadValue as bad:
        raise bad_request(bad.column, f"{bad.what[:1].upper()}{bad.what[1:]}.", f"Mend it: {bad.how}.") from None


async def _read_csv(request: web.Request) -> bytes:
    """The body, which may be longer than others. Raises HTTPRequestEntityTooLarge."""
    source = bytearray()
    async for chunk in request.content.iter_chunked(65_536):
        source += chunk
        if len(source) > CSV_BYTES_MAX:
            raise web.HTTPRequestEntityTooLarge(max_size=CSV_BYTES_MAX, actual_size=len(source))
    return bytes(source)


def _flag(query: dict[str, str], name: str) -> bool:
    if query.get(name, "0") not in ("0", "1"):
        raise bad_request(name, "This is 0 or 1.")
    return query.get(name) == "1"


def _invalid(wrong: ListInvalid) -> Refusal:
    return Refusal(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "list_invalid",
        "The file has errors; nothing was changed.",
        where="body",
        how="Mend every line listed, and send the whole file again.",
        problems=tuple(
            FieldProblem(line=each.line, where="", what=each.what, how=each.mend) for each in wrong.problems
        ),
    )


def _cursor(match: Match) -> str:
    return base64.urlsafe_b64encode(f"{match.by.value}/{match.value}".encode()).decode().rstrip("=")


def _place(cursor: str | None) -> Match | None:
    if cursor is None:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor[:200] + "=" * (-len(cursor) % 4)).decode("ascii")
        by, _, value = text.partition("/")
        return Match(by=By(by), value=value)
    except (binascii.Error, ValueError):
        raise bad_request("cursor", "This is not a cursor of ours.", "Take next_cursor of the page before.") from None


_YES_NO = {"type": "string", "enum": ["0", "1"], "default": "0"}
_CURSOR = QueryParameter(name="cursor", says="Where the last page ended.", schema={"type": "string", "maxLength": 200})

OPERATIONS = (
    Operation(
        method="GET",
        path="/lists",
        name="listCallerLists",
        says="The caller lists of the centre's description, with how many entries each has.",
        scopes=(SCOPE,),
        serve=show_lists,
        answer_type=ListViews,
    ),
    Operation(
        method="GET",
        path="/lists/{list_id}/entries",
        name="listEntries",
        says="The live entries of a list, a page at a time.",
        scopes=(SCOPE,),
        serve=show_entries,
        answer_type=EntryPage,
        query=(_CURSOR,),
        refusals=(404, 503),
    ),
    Operation(
        method="POST",
        path="/lists/{list_id}/entries",
        name="putEntry",
        says="Put a caller on a list, or change the entry that is there. The next call meets it.",
        scopes=(SCOPE,),
        serve=put_entry,
        answer_type=EntryView,
        body_type=EntryBody,
        refusals=(404, 503),
    ),
    Operation(
        method="POST",
        path="/lists/{list_id}/remove",
        name="removeEntry",
        says="Take an entry off a list. An entry of the centre's description stays; it goes by applying another.",
        scopes=(SCOPE,),
        serve=remove_entry,
        answer_type=ListOutcome,
        body_type=RemovalBody,
        refusals=(404, 503),
    ),
    Operation(
        method="POST",
        path="/lists/{list_id}/import",
        name="importEntries",
        says="Put a CSV file's entries on a list. With any bad line nothing is changed, and every one is told.",
        scopes=(SCOPE,),
        serve=import_entries,
        answer_type=ListOutcome,
        body_type=str,
        body_media=_CSV,
        query=(
            QueryParameter(name="replace", says="1: every other live entry leaves the list.", schema=_YES_NO),
            QueryParameter(name="dry_run", says="1: only tell what would change.", schema=_YES_NO),
        ),
        refusals=(404, 422, 503),
    ),
    Operation(
        method="GET",
        path="/lists/{list_id}/export",
        name="exportEntries",
        says="The live entries of a list as a CSV file; importing it again changes nothing.",
        scopes=(SCOPE,),
        serve=export_entries,
        answer_media=_CSV,
        refusals=(404, 503),
    ),
    Operation(
        method="GET",
        path="/lists/{list_id}/changes",
        name="listChanges",
        says="Who added, changed or removed what, when and why, the newest first.",
        scopes=(SCOPE,),
        serve=show_changes,
        answer_type=ChangePage,
        query=(_CURSOR,),
        refusals=(404, 503),
    ),
)
