"""The agent at this phone is not ready by choice: the reason was dialled, or is asked for."""

from collections.abc import Mapping
from functools import partial

from acd.core.inputs import SetAux
from agi_scripts.agent_desk import NOT_LOGGED_IN, ask_for_seated_agent, device_of, say
from agi_scripts.keypad import ask_digits
from agi_scripts.ports import Line, Services
from kernel.ids import AgentId, PromptId

AUX = PromptId("agent-aux")
CHOOSE_REASON = PromptId("agent-choose-reason")
ENTER_REASON = PromptId("agent-enter-reason")
TRIES_MAX = 3

NAMED: Mapping[str, str] = {"1": "break", "2": "prayer", "3": "meal", "9": "other"}
"""What agent-choose-reason names. In a centre where these digits mean something else, the number is asked for."""


async def agent_aux(line: Line, services: Services) -> None:
    """Arguments: device id, digits of the reason (may be empty). Raises CallerGone, PromptMissing."""
    await line.answer()
    device_id = device_of(line)
    if device_id is None or services.seats.agent_at(device_id) is None:
        await say(line, services, NOT_LOGGED_IN)
        return
    reason_code = await _reason(line, services)
    if reason_code is not None:
        await ask_for_seated_agent(line, services, partial(_set_aux, reason_code), AUX)


def _set_aux(reason_code: str, agent_id: AgentId) -> SetAux:
    return SetAux(agent_id=agent_id, reason_code=reason_code)


async def _reason(line: Line, services: Services) -> str | None:
    """The reason code dialled or chosen; None when nothing fits in three tries."""
    reasons = services.place.aux_reasons
    dialled = reasons.get(line.argument(2))
    if dialled is not None:
        return dialled
    question = CHOOSE_REASON if NAMED.items() <= reasons.items() else ENTER_REASON
    digits_max = max(map(len, reasons))
    for _ in range(TRIES_MAX):
        digits = await ask_digits(line, question, services.place.languages[0], digits_max=digits_max)
        if digits in reasons:
            return reasons[digits]
    return None
