"""The agent at this phone may be offered calls."""

from acd.core.inputs import SetReady
from agi_scripts.agent_desk import ask_for_seated_agent
from agi_scripts.ports import Line, Services
from kernel.ids import PromptId

READY = PromptId("agent-ready")


async def agent_ready(line: Line, services: Services) -> None:
    """Arguments: device id. Raises CallerGone, PromptMissing."""
    await ask_for_seated_agent(line, services, lambda agent_id: SetReady(agent_id=agent_id), READY)
