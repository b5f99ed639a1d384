"""REST: handing an input to the engine's front door, and what is answered when nothing can be done now."""

from http import HTTPStatus

from aiohttp import web

from acd.core.facts import Fact
from acd.core.inputs import Input
from acd.ports import DoorClosed
from cti.problems import Refusal
from cti.room import ROOM


async def hand_in(request: web.Request, given: Input) -> tuple[Fact, ...]:
    """The facts of an input, once they are durable. Raises Refusal (503) when nothing is taken."""
    try:
        return await request.app[ROOM].door.submit(given)
    except DoorClosed:
        raise unavailable("Nothing is taken just now: stopping, or too busy.") from None


def unavailable(what: str) -> Refusal:
    """503: what cannot be done now, and when to come back."""
    return Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "unavailable",
        what,
        how="Try again in a few seconds.",
        headers={"Retry-After": "5"},
    )
