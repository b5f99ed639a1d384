"""The engine's heartbeat in the dialplan: while it is fresh, callers wait in peace, and agents can join them."""

import asyncio
from collections.abc import Callable

from kernel.instants import Instant
from telephony.ami.actions import Action
from telephony.ami.connection import AmiLink


class Heartbeat:
    """Sets the globals ``ACD_BEAT`` (epoch seconds) and ``ACD_EPOCH`` (which program may join calls)."""

    def __init__(self, commands: AmiLink, *, now: Callable[[], Instant], epoch: str) -> None:
        self._commands = commands
        self._now = now
        self._epoch = epoch

    def beat(self) -> None:
        """Send one beat. To be called as soon as the link is up too: before the first beat no agent can join a caller.

        Nothing is sent while the link is down, and a lost beat is simply followed by the next.
        """
        if self._commands.is_up:
            self._commands.send(global_variable("ACD_BEAT", str(self._now() // 1000)))
            self._commands.send(global_variable("ACD_EPOCH", self._epoch))

    async def run(self, *, every_ms: int) -> None:
        """Beat for ever, every ``every_ms`` milliseconds."""
        while True:
            self.beat()
            await asyncio.sleep(every_ms / 1000)


def global_variable(name: str, value: str) -> Action:
    """Set one of the dialplan's global variables."""
    return Action(name="Setvar", fields={"Variable": name, "Value": value})
