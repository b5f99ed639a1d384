"""An agent leaves the phone they sit at."""

from acd.core.inputs import LogOut
from agi_scripts.agent_desk import ask_for_seated_agent
from agi_scripts.ports import Line, Services
from kernel.ids import PromptId

LOGGED_OUT = PromptId("agent-logged-out")


async def agent_logout(line: Line, services: Services) -> None:
    """Arguments: device id. Raises CallerGone, PromptMissing."""
    await ask_for_seated_agent(line, services, lambda agent_id: LogOut(agent_id=agent_id), LOGGED_OUT)
