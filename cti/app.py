"""The CTI room as one aiohttp application; the program adds its health and metrics to it."""

from aiohttp import web

from cti.bearer import DOORMAN, Doorman
from cti.http_api import mount
from cti.problems import problem_answers
from cti.room import ROOM, Room
from cti.socket import SOCKETS, Sockets, event_socket

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Server": "sambut",
}


def make_app(room: Room) -> web.Application:
    """Everything under /api/v1 and /cti/v1. The hub is caught up and fed by the program, not here."""
    app = web.Application(middlewares=[problem_answers], client_max_size=room.settings.body_bytes_max)
    app[ROOM] = room
    app[DOORMAN] = Doorman(room.tokens, room.clock, room.settings.refusals_per_minute_max)
    app[SOCKETS] = Sockets()
    app.router.add_get("/cti/v1/ws", event_socket)
    mount(app)
    app.on_response_prepare.append(_add_headers)
    app.on_shutdown.append(_close_sockets)
    return app


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


async def _close_sockets(app: web.Application) -> None:
    await app[SOCKETS].close_all()
