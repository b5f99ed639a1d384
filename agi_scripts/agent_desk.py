"""What the agents' scripts share: which phone it is, who sits there, and handing in what they ask."""

import re
from collections.abc import Callable, Mapping

import structlog

from acd.core.facts import InputRefused
from acd.core.inputs import Input
from acd.ports import DoorClosed
from agi_scripts.ports import Line, Services
from kernel.ids import AgentId, DeviceId, PromptId
from kernel.result_codes import RefusalCode

log = structlog.get_logger(__name__)

ERROR_TRY_LATER = PromptId("error-try-later")
NOT_LOGGED_IN = PromptId("not-logged-in")
TOO_MANY_AWAY = PromptId("agent-too-many-away")

_DEVICE = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_REFUSALS: Mapping[RefusalCode, PromptId] = {
    RefusalCode.NOT_LOGGED_IN: NOT_LOGGED_IN,
    RefusalCode.TOO_MANY_AWAY: TOO_MANY_AWAY,
}


def device_of(line: Line, position: int = 1) -> DeviceId | None:
    """The phone that dialled, as the dialplan says it there; None when that is no device's name."""
    name = line.argument(position)
    if _DEVICE.fullmatch(name) is None:
        log.error("feature code from no device", leg_id=line.leg_id)
        return None
    return DeviceId(name)


async def hand_in(services: Services, given: Input) -> RefusalCode | None:
    """Hand in one input; why it was refused, None when it was taken. A closed door counts as ``wrong_state``."""
    try:
        facts = await services.door.submit(given)
    except DoorClosed:
        log.warning("front door closed to an agent", given=type(given).__name__)
        return RefusalCode.WRONG_STATE
    return next((fact.code for fact in facts if isinstance(fact, InputRefused)), None)


async def say(line: Line, services: Services, *prompt_ids: PromptId) -> None:
    """Speak to the agent in the centre's first language."""
    await line.play(prompt_ids, services.place.languages[0])


async def ask_for_seated_agent(
    line: Line, services: Services, given: Callable[[AgentId], Input], done: PromptId
) -> None:
    """Hand in what the agent at this phone wants, and say how it went. Raises CallerGone."""
    await line.answer()
    device_id = device_of(line)
    agent_id = None if device_id is None else services.seats.agent_at(device_id)
    if agent_id is None:
        await say(line, services, NOT_LOGGED_IN)
        return
    refused = await hand_in(services, given(agent_id))
    if refused is not None:
        log.info("agent refused", agent_id=agent_id, device_id=device_id, code=refused)
    await say(line, services, done if refused is None else _REFUSALS.get(refused, ERROR_TRY_LATER))
