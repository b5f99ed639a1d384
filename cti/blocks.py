"""REST: an agent asks that the caller of the moment be blocked for some time, and a supervisor decides."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from aiohttp import web

from centre.list_records import BlockRequest, RequestState
from cti.bearer import admitted, own_agent
from cti.disclose import masked
from cti.list_ports import AlreadyDecided, UnknownRequest, Wish
from cti.list_shapes import (
    ApprovalBody,
    BlockBody,
    BlockRequestList,
    BlockRequestView,
    RejectionBody,
    request_view,
)
from cti.lists import SCOPE, bad_values, lists_asked
from cti.problems import Refusal, bad_request, not_found
from cti.resources import Operation, QueryParameter, json_answer, known_only, path_id, read_body
from cti.room import ROOM
from kernel.ids import AgentId, CallerListId
from kernel.result_codes import RefusalCode

REQUESTS_MAX = 500
_NUMBER = re.compile(r"[0-9]{1,9}")
_UNKNOWN = "unknown_request"


async def ask_block(request: web.Request) -> web.Response:
    """Ask that the caller whom an agent has, or has just had, be blocked."""
    agent_id = AgentId(path_id(request, "agent_id", RefusalCode.UNKNOWN_AGENT.value))
    grant = admitted(request, "agents:control", own_agent(agent_id))
    body = await read_body(request, BlockBody)
    room = request.app[ROOM]
    agent = room.hub.picture.agents.get(agent_id)
    if agent is None:
        raise not_found(RefusalCode.UNKNOWN_AGENT.value, "There is no such agent.", "agent_id")
    if agent.call_id is None:
        how = "Ask during the call, or in the work after it."
        raise Refusal(HTTPStatus.CONFLICT, "no_call", "The agent has no caller.", where="agent_id", how=how)
    contact = await room.contacts.read(agent.call_id)
    if contact is None or not contact.number:
        how = "A list may take all who withhold their number; see its key anonymous."
        raise Refusal(HTTPStatus.CONFLICT, "no_number", "The caller's number is not known.", how=how)
    wish = Wish(
        agent_id=agent_id,
        interaction_id=agent.call_id,
        caller=contact.number,
        minutes=body.minutes,
        reason=body.reason,
    )
    with lists_asked(), bad_values():
        made = await room.lists.ask_block(wish, grant.client)
    number = made.caller if "pii" in grant.scopes else masked(made.caller)
    return json_answer(request_view(made, number))


async def list_requests(request: web.Request) -> web.Response:
    """What agents asked for, the newest first."""
    admitted(request, SCOPE)
    state = known_only(request, "state").get("state")
    try:
        wanted = None if state is None else RequestState(state)
    except ValueError:
        raise bad_request("state", "There is no such state.", f"Known: {', '.join(RequestState)}.") from None
    with lists_asked():
        found = await request.app[ROOM].lists.requests(wanted, REQUESTS_MAX)
    return json_answer(BlockRequestList(requests=tuple(map(_whole, found))))


async def approve_request(request: web.Request) -> web.Response:
    """Block the caller from now on."""
    grant = admitted(request, SCOPE)
    number = _number(request)
    body = await read_body(request, ApprovalBody)
    with _undecided(), lists_asked(), bad_values():
        made = await request.app[ROOM].lists.approve(
            number, CallerListId(body.list_id), body.minutes, body.reason, grant.client
        )
    return json_answer(_whole(made))


async def reject_request(request: web.Request) -> web.Response:
    """Decide against it."""
    grant = admitted(request, SCOPE)
    number = _number(request)
    body = await read_body(request, RejectionBody)
    with _undecided(), lists_asked(), bad_values():
        made = await request.app[ROOM].lists.reject(number, body.reason, grant.client)
    return json_answer(_whole(made))


def _whole(made: BlockRequest) -> BlockRequestView:
    return request_view(made, made.caller)


def _number(request: web.Request) -> int:
    text = path_id(request, "request_id", _UNKNOWN)
    if not _NUMBER.fullmatch(text):
        raise not_found(_UNKNOWN, "There is no such request.", "request_id")
    return int(text)


@contextmanager
def _undecided() -> Iterator[None]:
    try:
        yield
    except UnknownRequest:
        raise not_found(_UNKNOWN, "There is no such request.", "request_id") from None
    except AlreadyDecided:
        how = "GET /api/v1/block-requests tells who, and how."
        raise Refusal(
            HTTPStatus.CONFLICT, "already_decided", "Somebody has decided already.", where="request_id", how=how
        ) from None


OPERATIONS = (
    Operation(
        method="POST",
        path="/agents/{agent_id}/block-request",
        name="askForBlock",
        says="Ask that the caller whom the agent has (or, in wrap-up, has had) be blocked for some time.",
        scopes=("agents:control", "agent:<id>"),
        serve=ask_block,
        answer_type=BlockRequestView,
        body_type=BlockBody,
        refusals=(404, 409, 503),
    ),
    Operation(
        method="GET",
        path="/block-requests",
        name="listBlockRequests",
        says=f"What agents asked for, the newest first, at most {REQUESTS_MAX}.",
        scopes=(SCOPE,),
        serve=list_requests,
        answer_type=BlockRequestList,
        refusals=(503,),
        query=(
            QueryParameter(
                name="state",
                says="Only those of this state.",
                schema={"type": "string", "enum": [each.value for each in RequestState]},
            ),
        ),
    ),
    Operation(
        method="POST",
        path="/block-requests/{request_id}/approve",
        name="approveBlock",
        says="Put the caller on a block list for some time, from the next call on.",
        scopes=(SCOPE,),
        serve=approve_request,
        answer_type=BlockRequestView,
        body_type=ApprovalBody,
        refusals=(404, 409, 503),
    ),
    Operation(
        method="POST",
        path="/block-requests/{request_id}/reject",
        name="rejectBlock",
        says="Decide against it.",
        scopes=(SCOPE,),
        serve=reject_request,
        answer_type=BlockRequestView,
        body_type=RejectionBody,
        refusals=(404, 409, 503),
    ),
)
