"""The engine's heartbeat in the dialplan: while it is fresh, callers wait in peace."""

import asyncio
from collections.abc import Callable

from kernel.instants import Instant
from telephony.ami.actions import Action
from telephony.ami.connection import AmiLink


async def beat(commands: AmiLink, *, every_ms: int, now: Callable[[], Instant], epoch: str) -> None:
    """Set the globals ``ACD_BEAT`` (epoch seconds) and ``ACD_EPOCH`` for ever, every ``every_ms`` milliseconds.

    Nothing is sent while the link is down, and a lost beat is simply followed by the next.
    """
    while True:
        if commands.is_up:
            commands.send(global_variable("ACD_BEAT", str(now() // 1000)))
            commands.send(global_variable("ACD_EPOCH", epoch))
        await asyncio.sleep(every_ms / 1000)


def global_variable(name: str, value: str) -> Action:
    """Set one of the dialplan's global variables."""
    return Action(name="Setvar", fields={"Variable": name, "Value": value})
