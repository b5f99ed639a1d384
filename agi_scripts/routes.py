"""The scripts by the names that the dialplan calls them."""

from collections.abc import Awaitable, Callable, Mapping

from agi_scripts.agent_aux import agent_aux
from agi_scripts.agent_login import agent_login
from agi_scripts.agent_logout import agent_logout
from agi_scripts.agent_ready import agent_ready
from agi_scripts.inbound import inbound
from agi_scripts.outbound import outbound
from agi_scripts.ports import Line, Services
from agi_scripts.queue_exit import queue_exit
from agi_scripts.referral import referral
from agi_scripts.transfer_exit import transfer_exit

Script = Callable[[Line, Services], Awaitable[None]]

ROUTES: Mapping[str, Script] = {
    "inbound": inbound,
    "queue_exit": queue_exit,
    "transfer_exit": transfer_exit,
    "referral": referral,
    "outbound": outbound,
    "agent_login": agent_login,
    "agent_logout": agent_logout,
    "agent_ready": agent_ready,
    "agent_aux": agent_aux,
}
