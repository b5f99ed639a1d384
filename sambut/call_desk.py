"""What people ask for an agent's call over the API, done in Asterisk: finds the agent's leg, and speaks to it."""

from collections.abc import Awaitable, Callable

import structlog

from acd.core.agent_states import CALL_STATES, MAY_CALL_STATES, AgentState
from acd.core.transfer_words import TransferTo
from agi_scripts.ports import Referrals
from centre.call_routes import Allowed, NotAllowed
from cti.hub import Hub
from cti.ports import SwitchAway
from kernel.ids import AgentId, DeviceId, ReservationId
from kernel.result_codes import CallOutRefusal, RefusalCode
from telephony.ami.connection import AmiLink
from telephony.ami.failures import ActionRefused, AmiFailure
from telephony.referrals import send_on

log = structlog.get_logger(__name__)


class CallDesk:
    """Implements ``cti.ports.CallControl``.

    ``hub``: has the live picture, ``referrals``: who can be dialled. ``decide``: may a number outside be called now;
    ``ring``: ring a phone, and call that number once it has picked up.
    """

    def __init__(
        self,
        *,
        commands: AmiLink,
        hub: Hub,
        referrals: Referrals,
        decide: Callable[[str], Allowed | NotAllowed],
        ring: Callable[[DeviceId, str], Awaitable[None]],
    ) -> None:
        self._decide = decide
        self._ring = ring
        self._commands = commands
        self._hub = hub
        self._referrals = referrals

    async def transfer(self, agent_id: AgentId, digits: str) -> RefusalCode | None:
        """See CallControl."""
        talk = self._talk_of(agent_id)
        if isinstance(talk, RefusalCode):
            return talk
        found = self._referrals.referred_to(digits)
        if found is None:
            return RefusalCode.UNKNOWN_TARGET
        to, target = found
        if to is TransferTo.AGENT and not self._is_ready(AgentId(target)):
            return RefusalCode.TARGET_NOT_READY
        log.info("caller sent on", agent_id=agent_id, reservation_id=talk, to=to, target=target)
        return await _done(send_on(self._commands, talk, digits))

    async def call_out(self, agent_id: AgentId, number: str) -> RefusalCode | CallOutRefusal | None:
        """See CallControl. Asked here so that whoever clicked is told; what counts is asked when the phone has picked up."""
        agent = self._hub.picture.agents.get(agent_id)
        if agent is None:
            return RefusalCode.UNKNOWN_AGENT
        if agent.device_id is None:
            return RefusalCode.NOT_LOGGED_IN
        if agent.state not in MAY_CALL_STATES:
            return RefusalCode.AGENT_BUSY
        decided = self._decide(number)
        if isinstance(decided, NotAllowed):
            return CallOutRefusal(decided.value)
        try:
            await self._ring(agent.device_id, number)
        except AmiFailure as failure:
            raise SwitchAway from failure
        return None

    def _talk_of(self, agent_id: AgentId) -> ReservationId | RefusalCode:
        """The reservation of the talk that an agent is in, else why there is none."""
        agent = self._hub.picture.agents.get(agent_id)
        if agent is None:
            return RefusalCode.UNKNOWN_AGENT
        call = None if agent.call_id is None else self._hub.picture.calls.get(agent.call_id)
        if agent.state not in CALL_STATES or call is None or call.reservation_id is None:
            return RefusalCode.WRONG_STATE
        return call.reservation_id

    def _is_ready(self, agent_id: AgentId) -> bool:
        agent = self._hub.picture.agents.get(agent_id)
        return agent is not None and agent.state is AgentState.READY


async def _done(asked: Awaitable[None]) -> RefusalCode | None:
    """What Asterisk refuses is a talk that is over: events that tell so are on their way. Raises SwitchAway."""
    try:
        await asked
    except (ActionRefused, ValueError):
        return RefusalCode.WRONG_STATE
    except AmiFailure as failure:
        raise SwitchAway from failure
    return None
