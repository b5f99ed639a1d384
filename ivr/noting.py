"""Writes a flow's facts in order while the flow goes on: nobody who presses a key must wait for the journal.

Asterisk reads the channel between two commands of ours too, and throws away what it reads, keys as well (run_agi,
res_agi.c of 22). So the next command must follow at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from ivr.core.facts import FlowFact


class NotesInOrder:
    """Facts on their way to the journal. ``write`` never raises but when it is cancelled."""

    def __init__(self, write: Callable[[Sequence[FlowFact]], Awaitable[None]]) -> None:
        self._write = write
        self._facts: list[FlowFact] = []
        self._writing: asyncio.Task[None] | None = None

    def add(self, *facts: FlowFact) -> None:
        """To be written behind those before."""
        self._facts += facts
        if self._facts and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._run())

    async def written(self) -> None:
        """Wait until all are written."""
        while self._writing is not None and not self._writing.done():
            await asyncio.shield(self._writing)

    async def close(self) -> None:
        """Write no more, whatever is left."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)

    async def _run(self) -> None:
        while self._facts:
            facts, self._facts = self._facts, []
            await self._write(facts)
