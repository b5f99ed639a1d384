"""REST: what a supervisor can do for a caller who waits: another priority, another queue."""

from aiohttp import web

from acd.core.facts import InputRefused
from acd.core.inputs import Input
from acd.core.rank_words import MoveToQueue, SetPriority
from cti.bearer import admitted
from cti.disclose import ani
from cti.handing_in import hand_in
from cti.problems import not_found, refused
from cti.resources import Operation, json_answer, path_id, read_body
from cti.room import ROOM
from cti.shapes import PriorityBody, QueueBody
from cti.views import CallView, call_view
from kernel.ids import InteractionId, QueueId
from kernel.result_codes import RefusalCode

SCOPE = "agents:control"
_ABOUT_THE_QUEUE = (RefusalCode.UNKNOWN_QUEUE, RefusalCode.QUEUE_FULL)


async def set_priority(request: web.Request) -> web.Response:
    """Let a waiting call be served sooner or later."""
    interaction_id = _controlled(request)
    body = await read_body(request, PriorityBody)
    return await _ask(request, SetPriority(interaction_id=interaction_id, priority=body.priority), interaction_id)


async def move(request: web.Request) -> web.Response:
    """Put a waiting call into another queue."""
    interaction_id = _controlled(request)
    body = await read_body(request, QueueBody)
    given = MoveToQueue(interaction_id=interaction_id, queue_id=QueueId(body.queue_id))
    return await _ask(request, given, interaction_id)


def _controlled(request: web.Request) -> InteractionId:
    admitted(request, SCOPE)
    return InteractionId(path_id(request, "interaction_id", RefusalCode.UNKNOWN_INTERACTION.value))


async def _ask(request: web.Request, given: Input, interaction_id: InteractionId) -> web.Response:
    """Hand one input to the front door; the answer is the call as this leaves it."""
    for fact in await hand_in(request, given):
        if isinstance(fact, InputRefused):
            raise refused(fact.code, "queue_id" if fact.code in _ABOUT_THE_QUEUE else "interaction_id")
    room = request.app[ROOM]
    call = room.hub.picture.calls.get(interaction_id)
    if call is None:  # gone while this was written down
        raise not_found(RefusalCode.UNKNOWN_INTERACTION.value, "There is no such interaction.", "interaction_id")
    may_see = "pii" in admitted(request, SCOPE).scopes
    return json_answer(call_view(call, ani(await room.frames.contact(interaction_id), may_see=may_see)))


OPERATIONS = (
    Operation(
        method="POST",
        path="/interactions/{interaction_id}/priority",
        name="setInteractionPriority",
        says="Let a waiting call be served sooner or later. Refused (wrong_state) unless it waits in a queue.",
        scopes=(SCOPE,),
        serve=set_priority,
        answer_type=CallView,
        body_type=PriorityBody,
        refusals=(404, 409, 503),
    ),
    Operation(
        method="POST",
        path="/interactions/{interaction_id}/queue",
        name="moveInteraction",
        says="Put a waiting call into another queue; its wait so far counts there. Refused (wrong_state) unless it waits"
        " in a queue, and (queue_full) when the other has no room.",
        scopes=(SCOPE,),
        serve=move,
        answer_type=CallView,
        body_type=QueueBody,
        refusals=(404, 409, 503),
    ),
)
