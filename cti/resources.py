"""What every REST resource is described by, and the reading and writing that they share."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from cti.problems import bad_request, not_found

Body = TypeVar("Body")

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryParameter:
    """One parameter of a query, with its JSON Schema."""

    name: str
    says: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path: what serves it, and all that OpenAPI tells of it.

    ``answer_type`` None: not JSON, but ``answer_media``. ``scopes``: any one of these is enough.
    """

    method: str
    path: str
    name: str
    says: str
    scopes: tuple[str, ...]
    serve: Callable[[web.Request], Awaitable[web.StreamResponse]]
    answer_type: type | None = None
    answer_media: str = "application/json"
    body_type: type | None = None
    body_media: str = "application/json"
    query: tuple[QueryParameter, ...] = ()
    refusals: tuple[int, ...] = ()
    serves_ranges: bool = False


def json_answer(body: msgspec.Struct) -> web.Response:
    """200 with a typed body."""
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")


def path_id(request: web.Request, name: str, code: str) -> str:
    """An id out of the path. Raises Refusal (404): what cannot be an id names nothing."""
    value = request.match_info[name]
    if not _ID.fullmatch(value):
        raise not_found(code, "There is nothing of that id.", name)
    return value


async def read_body(request: web.Request, kind: type[Body]) -> Body:
    """The JSON body as a value. Raises Refusal (400), or HTTPRequestEntityTooLarge."""
    if request.content_type != "application/json":
        raise bad_request("Content-Type", "The body is to be JSON.", "Send Content-Type: application/json.")
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as wrong:
        raise bad_request("body", str(wrong)) from None


def known_only(request: web.Request, *names: str) -> dict[str, str]:
    """The query, each parameter at most once. Raises Refusal (400) for one that is not known, or comes twice."""
    found: dict[str, str] = {}
    for name, value in request.query.items():
        if name not in names:
            raise bad_request("query", "There is a parameter that is not known here.", f"Known: {', '.join(names)}.")
        if name in found:
            raise bad_request(name, "The parameter is given twice.")
        found[name] = value
    return found
