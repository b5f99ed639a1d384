"""Explanations for the API, each worked out in a process of its own: reading a long journal must not hold up calls."""

import asyncio
import sys

import msgspec
import structlog

from acd.core.explanation import Explanation
from cti.ports import ExplainerBusy
from kernel.ids import InteractionId

log = structlog.get_logger(__name__)

AT_ONCE_MAX = 2
WAITING_MAX = 8
ANSWER_S_MAX = 60.0

_MODULE = "sambut.why"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What the other process is asked, on its standard input: nobody else sees the database's address there."""

    database_url: str
    interaction_id: InteractionId


class OwnProcessExplainer:
    """Implements ``cti.ports.Explainer``."""

    def __init__(self, database_url: str, *, answer_s_max: float = ANSWER_S_MAX) -> None:
        self._database_url = database_url
        self._answer_s_max = answer_s_max
        self._turns = asyncio.Semaphore(AT_ONCE_MAX)
        self._asked = 0

    async def why(self, interaction_id: InteractionId) -> Explanation | None:
        """See ``cti.ports.Explainer``."""
        if self._asked >= AT_ONCE_MAX + WAITING_MAX:
            raise ExplainerBusy("Too many explanations are being worked out.")
        self._asked += 1
        try:
            async with asyncio.timeout(self._answer_s_max), self._turns:
                return await self._answer(interaction_id)
        except TimeoutError:
            raise ExplainerBusy("Reading the journal takes too long.") from None
        finally:
            self._asked -= 1

    async def _answer(self, interaction_id: InteractionId) -> Explanation | None:
        question = Question(database_url=self._database_url, interaction_id=interaction_id)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            _MODULE,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            told, _ = await process.communicate(msgspec.json.encode(question))
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            log.error("explanation failed", exit_code=process.returncode)
            raise ExplainerBusy("The journal could not be read.")
        return msgspec.json.decode(told, type=Explanation | None)
