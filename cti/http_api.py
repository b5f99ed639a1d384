"""The REST API's table: every operation, where it is mounted, and the documents that describe it."""

import msgspec
from aiohttp import web

from cti import agents, blocks, centre, interactions, lists, openapi, queues, recordings, schemas, waiting_calls, why
from cti.resources import Operation

PREFIX = "/api/v1"
VERSION = "1.0.0"

OPERATIONS: tuple[Operation, ...] = (
    *agents.OPERATIONS,
    *queues.OPERATIONS,
    *interactions.OPERATIONS,
    *why.OPERATIONS,
    *waiting_calls.OPERATIONS,
    *recordings.OPERATIONS,
    *centre.OPERATIONS,
    *lists.OPERATIONS,
    *blocks.OPERATIONS,
)

_OPENAPI = msgspec.json.encode(openapi.document(OPERATIONS, VERSION))
_SCHEMAS = msgspec.json.encode(schemas.document())


async def describe_api(_request: web.Request) -> web.Response:
    """The OpenAPI document. Open to all: it holds nothing of the centre."""
    return web.Response(body=_OPENAPI, content_type="application/json")


async def describe_events(_request: web.Request) -> web.Response:
    """The JSON Schema of the event socket. Open to all."""
    return web.Response(body=_SCHEMAS, content_type="application/schema+json")


def mount(app: web.Application) -> None:
    """Add every route."""
    for operation in OPERATIONS:
        app.router.add_route(operation.method, PREFIX + operation.path, operation.serve)
        if operation.method == "GET":
            app.router.add_route("HEAD", PREFIX + operation.path, operation.serve)
    app.router.add_get(f"{PREFIX}/openapi.json", describe_api)
    app.router.add_get("/cti/v1/schemas.json", describe_events)
