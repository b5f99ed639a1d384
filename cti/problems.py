"""Refusals over HTTP: RFC 9457 problem documents, each with a code, what is wrong, where, and how to mend it."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import msgspec
import structlog
from aiohttp import web

from kernel.result_codes import RefusalCode

_log = structlog.get_logger(__name__)

CONTENT_TYPE = "application/problem+json"


class FieldProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One of several things wrong with what was sent; ``line`` is 0 when none can be named."""

    line: int
    where: str
    what: str
    how: str


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457. ``code`` is stable; ``title`` and ``detail`` (what) are for people; ``how`` says how to mend it."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    where: str
    how: str
    problems: tuple[FieldProblem, ...] = ()


class Refusal(Exception):
    """Raised by a handler; becomes the answer."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        what: str,
        *,
        where: str = "",
        how: str = "",
        problems: tuple[FieldProblem, ...] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(what)
        self.problem = Problem(
            type="about:blank",
            title=status.phrase,
            status=status.value,
            code=code,
            detail=what,
            where=where,
            how=how,
            problems=problems,
        )
        self.headers = headers or {}


def bad_request(where: str, what: str, how: str = "") -> Refusal:
    """400: ``where`` names the field or parameter."""
    return Refusal(HTTPStatus.BAD_REQUEST, "bad_request", what, where=where, how=how)


def not_found(code: str, what: str, where: str = "") -> Refusal:
    """404."""
    return Refusal(HTTPStatus.NOT_FOUND, code, what, where=where)


_UNKNOWN = frozenset(
    {
        RefusalCode.UNKNOWN_AGENT,
        RefusalCode.UNKNOWN_DEVICE,
        RefusalCode.UNKNOWN_QUEUE,
        RefusalCode.UNKNOWN_INTERACTION,
        RefusalCode.UNKNOWN_RESERVATION,
        RefusalCode.UNKNOWN_TARGET,
    }
)

_REFUSED: dict[RefusalCode, tuple[str, str]] = {
    RefusalCode.UNKNOWN_AGENT: ("There is no such agent.", "GET /api/v1/agents lists them."),
    RefusalCode.UNKNOWN_DEVICE: ("There is no such phone.", "GET /api/v1/centre names the devices."),
    RefusalCode.NOT_LOGGED_IN: ("The agent is not logged in.", "Log in at a phone first."),
    RefusalCode.ALREADY_LOGGED_IN: ("The agent is logged in already.", "Log out first."),
    RefusalCode.DEVICE_TAKEN: ("Somebody with a call sits at that phone.", "Choose another phone, or wait."),
    RefusalCode.AGENT_BUSY: ("The agent has a call.", "Try again when the call is over."),
    RefusalCode.WRONG_STATE: (
        "That cannot be done in the present state of the agent or call.",
        "GET it to see the state.",
    ),
    RefusalCode.UNKNOWN_INTERACTION: ("There is no such call now.", "GET /api/v1/queues shows who waits."),
    RefusalCode.UNKNOWN_QUEUE: ("There is no such queue.", "GET /api/v1/queues lists them."),
    RefusalCode.QUEUE_FULL: ("As many wait in that queue as may.", "Choose another queue."),
    RefusalCode.TOO_MANY_AWAY: (
        "As many agents as may be are away for that reason.",
        'Wait until one is back; a supervisor may send "force": true.',
    ),
    RefusalCode.UNREACHABLE: ("The phone cannot be reached.", "See that it is switched on and registered."),
    RefusalCode.UNKNOWN_TARGET: (
        "No agent logs in with these digits, and no queue has them as its code.",
        "Give an agent's login or a queue's code.",
    ),
    RefusalCode.TARGET_NOT_READY: ("That agent is not ready.", "Choose another agent, or a queue."),
}


def refused(code: RefusalCode, where: str) -> Refusal:
    """The engine's refusal as an answer: 404 for the unknown, 409 for what cannot be now."""
    what, how = _REFUSED.get(code, ("The engine refused this.", ""))
    status = HTTPStatus.NOT_FOUND if code in _UNKNOWN else HTTPStatus.CONFLICT
    return Refusal(status, code.value, what, where=where, how=how)


_HTTP_CODES: dict[int, str] = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    416: "range_not_satisfiable",
    426: "upgrade_required",
}


def answer(refusal: Refusal) -> web.Response:
    """The refusal as a response."""
    return web.Response(
        status=refusal.problem.status,
        body=msgspec.json.encode(refusal.problem),
        content_type=CONTENT_TYPE,
        headers=refusal.headers,
    )


@web.middleware
async def problem_answers(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Whatever goes wrong further in becomes a problem document."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return answer(refusal)
    except web.HTTPException as raised:
        if raised.status < 400:
            raise
        kept = {name: raised.headers[name] for name in ("Allow", "Content-Range") if name in raised.headers}
        code = _HTTP_CODES.get(raised.status, "refused")
        return answer(Refusal(HTTPStatus(raised.status), code, raised.reason or "", headers=kept))
    except (asyncio.CancelledError, ConnectionError):
        raise
    except Exception as bug:
        # The route's pattern, not its path, and the lines of code, not the error's words or values: those may hold a
        # caller's number.
        resource = request.match_info.route.resource
        _log.error(
            "request failed",
            method=request.method,
            route=resource.canonical if resource else "",
            error=type(bug).__name__,
            lines=[f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(bug.__traceback__)],
        )
        return answer(Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "Something went wrong here; it is logged."))
