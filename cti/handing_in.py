"""REST: handing an input to the engine's front door, and what a closed door is told as."""

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
        raise Refusal(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "unavailable",
            "Nothing is taken just now: stopping, or too busy.",
            how="Try again in a few seconds.",
            headers={"Retry-After": "5"},
        ) from None
