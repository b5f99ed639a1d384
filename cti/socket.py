"""The event socket's door: GET /cti/v1/ws. Who may come in, from which pages, and how many at once."""

from collections import Counter
from http import HTTPStatus
from socket import SO_SNDBUF, SOL_SOCKET

import structlog
from aiohttp import web

from cti.bearer import admitted
from cti.ports import TokenGrant
from cti.problems import Refusal, bad_request
from cti.room import ROOM
from cti.session import Session
from cti.topics import OWN_AGENT
from cti.wire import SUBPROTOCOL

_log = structlog.get_logger(__name__)


class Sockets:
    """The open sockets, counted and closable."""

    def __init__(self) -> None:
        self.open: dict[web.WebSocketResponse, str] = {}

    def seat(self, grant: TokenGrant, limit: int, limit_per_client: int) -> None:
        """See that there is room for one more.

        Raises:
            Refusal: 503 (server full) or 429 (this client's share).
        """
        if len(self.open) >= limit:
            raise Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "too_many_connections",
                "Every place on the event socket is taken.",
                how="Try again later.",
                headers={"Retry-After": "10"},
            )
        if Counter(self.open.values())[grant.client] >= limit_per_client:
            raise Refusal(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too_many_connections",
                "This client has all the connections it may have.",
                how="Close one, or share one with more topics.",
                headers={"Retry-After": "10"},
            )

    async def close_all(self) -> None:
        """Tell everyone to come back later; they resume."""
        for socket in list(self.open):
            await socket.close(code=1001, message=b"going_away", drain=False)


SOCKETS = web.AppKey("sockets", Sockets)


async def event_socket(request: web.Request) -> web.StreamResponse:
    """Upgrade one client and serve it until it leaves.

    Raises:
        Refusal: 401, 403 (scope or origin), 400 (subprotocol), 429 or 503 (limits).
    """
    room, sockets = request.app[ROOM], request.app[SOCKETS]
    settings = room.settings
    grant = admitted(request)
    if "read" not in grant.scopes and not any(scope.startswith(OWN_AGENT) for scope in grant.scopes):
        raise Refusal(
            HTTPStatus.FORBIDDEN, "forbidden", "The token does not reach this.", how="Scope read or agent:<id>."
        )
    _check_origin(request, settings.origins)
    _check_subprotocol(request)
    sockets.seat(grant, settings.connections_max, settings.connections_per_client_max)
    socket = web.WebSocketResponse(
        protocols=(SUBPROTOCOL,),
        max_msg_size=settings.frame_bytes_max,
        heartbeat=settings.heartbeat_ms / 1000,
        timeout=settings.close_ms_max / 1000,
        # Frames are made once for everybody; compressing would make them once for each.
        compress=False,
    )
    if not socket.can_prepare(request).ok:
        raise Refusal(
            HTTPStatus.UPGRADE_REQUIRED,
            "upgrade_required",
            "This address is a WebSocket.",
            how="Connect with a WebSocket client.",
            headers={"Upgrade": "websocket", "Connection": "Upgrade"},
        )
    sockets.open[socket] = grant.client
    try:
        await socket.prepare(request)
        _keep_small(request, settings.kernel_bytes_max)
        await Session(room, socket, grant).run()
    except Exception as bug:
        # Too late for a problem document. The client resumes; the error's words may hold a number and stay here.
        _log.error("cti session failed", client=grant.client, error=type(bug).__name__)
        await socket.close(code=1011, message=b"internal", drain=False)
    finally:
        sockets.open.pop(socket, None)
        await socket.close(drain=False)
    return socket


def _keep_small(request: web.Request, kernel_bytes_max: int) -> None:
    """Bound what lies in the kernel for a client that does not read: it is told sooner that it is too slow, too."""
    below = None if request.transport is None else request.transport.get_extra_info("socket")
    if below is not None:
        below.setsockopt(SOL_SOCKET, SO_SNDBUF, kernel_bytes_max)


def _check_origin(request: web.Request, allowed: tuple[str, ...]) -> None:
    """Browsers send where the page is from, programs do not: a page of a foreign site is refused."""
    origin = request.headers.get("Origin")
    if origin is not None and origin.rstrip("/").lower() not in {known.rstrip("/").lower() for known in allowed}:
        raise Refusal(
            HTTPStatus.FORBIDDEN,
            "origin_refused",
            "Pages of this origin may not connect.",
            where="Origin",
            how="An administrator adds the origin to the settings.",
        )


def _check_subprotocol(request: web.Request) -> None:
    offered = request.headers.getall("Sec-WebSocket-Protocol", [])
    words = [word.strip() for line in offered for word in line.split(",")]
    # A client that names none gets version 1 by its hello.
    if words and SUBPROTOCOL not in words:
        raise bad_request("Sec-WebSocket-Protocol", "No subprotocol in common.", f"Offer {SUBPROTOCOL}.")
