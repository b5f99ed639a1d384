"""REST: agents, live, and what can be asked of them."""

from http import HTTPStatus

from aiohttp import web

from acd.core.facts import InputRefused
from acd.core.inputs import ExtendWrapUp, Input, LogIn, LogOut, SetAux, SetReady
from cti.bearer import admitted, own_agent
from cti.handing_in import hand_in, unavailable
from cti.ports import SwitchAway
from cti.problems import Refusal, not_found, refused
from cti.resources import Operation, json_answer, known_only, path_id, read_body
from cti.room import ROOM
from cti.shapes import AgentList, AuxBody, CallOutBody, LoginBody, TransferBody, WrapUpBody
from cti.views import AgentView, agent_view
from kernel.ids import AgentId, DeviceId
from kernel.result_codes import RefusalCode


async def list_agents(request: web.Request) -> web.Response:
    """Every agent, in the order of the centre's description."""
    admitted(request, "read")
    known_only(request)
    hub = request.app[ROOM].hub
    agents = tuple(agent_view(agent) for agent in hub.picture.agents.values())
    return json_answer(AgentList(seq=hub.head_seq, agents=agents))


async def show_agent(request: web.Request) -> web.Response:
    """One agent."""
    agent_id = _agent_id(request)
    admitted(request, "read", own_agent(agent_id))
    return _show(request, agent_id)


async def log_in(request: web.Request) -> web.Response:
    """Seat an agent at a phone."""
    agent_id = _controlled(request)
    body = await read_body(request, LoginBody)
    return await _ask(request, LogIn(agent_id=agent_id, device_id=DeviceId(body.device_id)), agent_id)


async def log_out(request: web.Request) -> web.Response:
    """Let an agent leave; with a call in hand, after it."""
    agent_id = _controlled(request)
    return await _ask(request, LogOut(agent_id=agent_id), agent_id)


async def set_ready(request: web.Request) -> web.Response:
    """Let an agent be offered calls; in a call, after it."""
    agent_id = _controlled(request)
    return await _ask(request, SetReady(agent_id=agent_id), agent_id)


async def set_aux(request: web.Request) -> web.Response:
    """Take an agent out of the line, with a reason; in a call, after it."""
    agent_id = _controlled(request)
    body = await read_body(request, AuxBody)
    if body.force:
        admitted(request, "agents:control")
    given = SetAux(agent_id=agent_id, reason_code=body.reason_code, forced=body.force)
    return await _ask(request, given, agent_id)


async def extend_wrap_up(request: web.Request) -> web.Response:
    """Give an agent longer for the work after a call."""
    agent_id = _controlled(request)
    body = await read_body(request, WrapUpBody)
    return await _ask(request, ExtendWrapUp(agent_id=agent_id, by_ms=body.extend_s * 1000), agent_id)


async def transfer(request: web.Request) -> web.Response:
    """Send an agent's caller on."""
    agent_id = _controlled(request)
    body = await read_body(request, TransferBody)
    known_only(request)
    try:
        code = await request.app[ROOM].calls.transfer(agent_id, body.to)
    except SwitchAway:
        raise unavailable("Asterisk cannot be reached just now.") from None
    if code is not None:
        of_target = code in (RefusalCode.UNKNOWN_TARGET, RefusalCode.TARGET_NOT_READY)
        raise refused(code, "to" if of_target else "agent_id")
    return _show(request, agent_id)


async def call_out(request: web.Request) -> web.Response:
    """Let an agent call a number outside."""
    agent_id = _controlled(request)
    body = await read_body(request, CallOutBody)
    known_only(request)
    try:
        reason = await request.app[ROOM].calls.call_out(agent_id, body.number)
    except SwitchAway:
        raise unavailable("Asterisk cannot be reached just now.") from None
    if isinstance(reason, RefusalCode):
        raise refused(reason, "agent_id")
    if reason is not None:
        raise Refusal(
            HTTPStatus.CONFLICT,
            reason.value,
            "That number is not called.",
            where="number",
            how="The routes of the centre say which are: GET /api/v1/centre.",
        )
    return _show(request, agent_id)


def _agent_id(request: web.Request) -> AgentId:
    return AgentId(path_id(request, "agent_id", RefusalCode.UNKNOWN_AGENT.value))


def _controlled(request: web.Request) -> AgentId:
    agent_id = _agent_id(request)
    admitted(request, "agents:control", own_agent(agent_id))
    return agent_id


def _show(request: web.Request, agent_id: AgentId) -> web.Response:
    agent = request.app[ROOM].hub.picture.agents.get(agent_id)
    if agent is None:
        raise not_found(RefusalCode.UNKNOWN_AGENT.value, "There is no such agent.", "agent_id")
    return json_answer(agent_view(agent))


_WHERE = {
    RefusalCode.UNKNOWN_DEVICE: "device_id",
    RefusalCode.DEVICE_TAKEN: "device_id",
    RefusalCode.TOO_MANY_AWAY: "reason_code",
}
"""What in a request the engine's refusal is about, when it is not the agent."""


async def _ask(request: web.Request, given: Input, agent_id: AgentId) -> web.Response:
    """Hand one input to the front door; the answer is the agent as this leaves them."""
    for fact in await hand_in(request, given):
        if isinstance(fact, InputRefused):
            raise refused(fact.code, _WHERE.get(fact.code, "agent_id"))
    return _show(request, agent_id)


_CONTROL = ("agents:control", "agent:<id>")

OPERATIONS = (
    Operation(
        method="GET",
        path="/agents",
        name="listAgents",
        says="Every agent's live state.",
        scopes=("read",),
        serve=list_agents,
        answer_type=AgentList,
    ),
    Operation(
        method="GET",
        path="/agents/{agent_id}",
        name="showAgent",
        says="One agent's live state.",
        scopes=("read", "agent:<id>"),
        serve=show_agent,
        answer_type=AgentView,
        refusals=(404,),
    ),
    Operation(
        method="POST",
        path="/agents/{agent_id}/login",
        name="logAgentIn",
        says="Seat an agent at a phone. The agent starts in aux, reason logged_in.",
        scopes=_CONTROL,
        serve=log_in,
        answer_type=AgentView,
        body_type=LoginBody,
        refusals=(404, 409, 503),
    ),
    Operation(
        method="POST",
        path="/agents/{agent_id}/logout",
        name="logAgentOut",
        says="Let an agent leave; with a call in hand, when it and its wrap-up are over.",
        scopes=_CONTROL,
        serve=log_out,
        answer_type=AgentView,
        refusals=(404, 409, 503),
    ),
    Operation(
        method="POST",
        path="/agents/{agent_id}/ready",
        name="setAgentReady",
        says="Let an agent be offered calls. Ends wrap-up and aux; in a call it is the state after it.",
        scopes=_CONTROL,
        serve=set_ready,
        answer_type=AgentView,
        refusals=(404, 409, 503),
    ),
    Operation(
        method="POST",
        path="/agents/{agent_id}/aux",
        name="setAgentAux",
        says="Take an agent out of the line, with a reason. Ends wrap-up; in a call it is the state after it.",
        scopes=_CONTROL,
        serve=set_aux,
        answer_type=AgentView,
        body_type=AuxBody,
        refusals=(404, 409, 503),
    ),
    Operation(
        method="POST",
        path="/agents/{agent_id}/wrap-up",
        name="extendAgentWrapUp",
        says="Put off the end of an agent's wrap-up. Refused (wrong_state) unless they are in wrap-up.",
        scopes=_CONTROL,
        serve=extend_wrap_up,
        answer_type=AgentView,
        body_type=WrapUpBody,
        refusals=(404, 409, 503),
    ),
    Operation(
        method="POST",
        path="/agents/{agent_id}/transfer",
        name="transferAgentsCaller",
        says="Send the caller of an agent's talk on, to a ready agent (by login) or to a queue (by its code), without a "
        "word before. The agent wraps up; call.transferred tells of it.",
        scopes=_CONTROL,
        serve=transfer,
        answer_type=AgentView,
        body_type=TransferBody,
        refusals=(404, 409, 503),
    ),
    Operation(
        method="POST",
        path="/agents/{agent_id}/calls",
        name="callOut",
        says="Ring an agent's own phone, which picks up by itself where it can, and call a number outside by the centre's "
        "routes once it has. call.created tells of it; what is not allowed after all, call.out_refused.",
        scopes=_CONTROL,
        serve=call_out,
        answer_type=AgentView,
        body_type=CallOutBody,
        refusals=(404, 409, 503),
    ),
)
