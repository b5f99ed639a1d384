"""One visit to Asterisk's manager: one connection, one login, and away again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Final

from sambut.clock import WallClock
from telephony.ami.connection import AmiLink
from telephony.ami.link_state import LinkState
from telephony.ami.settings import LinkSettings

VISIT_MS_MAX: Final = 8_000
LOOK_S: Final = 0.02


class NotLetIn(Exception):
    """The manager does not know the user or the secret."""


class NotReached(Exception):
    """Nobody answers as a manager, or Asterisk is not up yet. The text says which."""


@asynccontextmanager
async def visit(settings: LinkSettings) -> AsyncIterator[AmiLink]:
    """A link that is up. Tries once only: more would look like an attack. Raises NotLetIn, NotReached."""
    once = replace(
        settings, events="system", wanted_events=frozenset(), reconnect_ms_min=60_000, reconnect_ms_max=60_000
    )
    link = AmiLink(once, now=WallClock().now)
    await link.start()
    try:
        await _wait_until_up(link)
        yield link
    finally:
        await link.close()


async def _wait_until_up(link: AmiLink) -> None:
    until = asyncio.get_running_loop().time() + VISIT_MS_MAX / 1000
    while not link.is_up:
        if link.state is LinkState.REFUSED:
            raise NotLetIn("the login is refused")
        if link.state is LinkState.WAITING:
            raise NotReached("nobody answers there as Asterisk's manager does")
        if asyncio.get_running_loop().time() > until:
            raise NotReached(f"Asterisk is not up after {VISIT_MS_MAX / 1000:g} s")
        await asyncio.sleep(LOOK_S)
