"""One FastAGI connection: a command out, its answer back, strictly by turns.

Own code on asyncio streams. panoramisk's fast_agi was tried and cannot be subclassed for this: its one
`handler` spins for ever when the opening block is cut short, reads without limit or deadline, takes
`HANGUP` for an answer (from then on every answer belongs to the command before), and swallows the
cancellation that a clean stop needs.
"""

import asyncio
import secrets
from typing import Final

from ivr.ports import CallerGone
from telephony.agi.failures import AgiBroken, AgiTimedOut, BadRequest
from telephony.agi.wire import (
    DEAD_CHANNEL,
    TRYING,
    AgiAnswer,
    AgiRequest,
    command_line,
    is_open_value,
    opens_usage,
    parse_answer,
    parse_request,
)

BLOCK_BYTES_MAX: Final = 32_768
LINE_BYTES_MAX: Final = 65_536
USAGE_LINES_MAX: Final = 200
ECHO_MS_MAX: Final = 3_000
HANGUP: Final = "HANGUP"


class Conversation:
    """The lines of one session. Not for two tasks at once."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._held = bytearray()
        self.hung_up = False
        self.broken = False

    async def opening(self) -> AgiRequest:
        """Read the opening block and prove that its end was its end. The caller of this sets the deadline.

        Raises BadRequest, AgiBroken, AgiTimedOut, CallerGone.
        """
        while (end := self._held.find(b"\n\n")) < 0:
            if len(self._held) > BLOCK_BYTES_MAX or not await self._read_more():
                raise BadRequest("opening block too long or cut short")
        block = bytes(self._held[:end])
        del self._held[: end + 2]
        request = parse_request(block)
        await self._prove_in_step()
        return request

    async def _prove_in_step(self) -> None:
        """Have a word echoed that no caller can know.

        Tried on 22.10.1: a SIP caller whose From user holds `%0A` ends the opening block with text of their
        own, false arguments included, and what Asterisk still has to write then looks like answers.
        """
        word = secrets.token_hex(8)
        answer = await self.ask("GET FULL VARIABLE", word, ms_max=ECHO_MS_MAX)
        if answer.text != word:
            self.broken = True
            raise BadRequest("the block did not end where it seemed to")

    async def ask(self, command: str, *words: str, ms_max: int) -> AgiAnswer:
        """Send one command and return its answer; `ms_max` is the deadline of both.

        Raises UnsafeValue with nothing sent, CallerGone once the caller has hung up or Asterisk has
        closed, AgiTimedOut, AgiBroken.
        """
        line = command_line(command, *words)
        if self.broken:
            raise AgiBroken("the session is over")
        self._refuse_unasked_lines()
        if self.hung_up:
            raise CallerGone
        try:
            async with asyncio.timeout(ms_max / 1000):
                self._writer.write(line)
                await self._writer.drain()
                answer = await self._answer()
        except TimeoutError:
            self.broken = True
            raise AgiTimedOut(command) from None
        except ConnectionError:
            self.hung_up = True
            raise CallerGone from None
        except (AgiBroken, asyncio.CancelledError):
            # Half an answer may have been read: what comes next would be misread.
            self.broken = True
            raise
        if answer.code == DEAD_CHANNEL:
            self.hung_up = True
            raise CallerGone
        return answer

    async def _answer(self) -> AgiAnswer:
        while True:
            line = await self._answer_line()
            if opens_usage(line):
                await self._skip_usage()
            while is_open_value(line):
                line = f"{line}\n{await self._line()}"
                if len(line) > LINE_BYTES_MAX:
                    raise AgiBroken("a value without end")
            answer = parse_answer(line)
            if answer.code != TRYING:
                return answer

    async def _answer_line(self) -> str:
        while (line := await self._line()) == HANGUP:
            self.hung_up = True
        return line

    async def _skip_usage(self) -> None:
        for _ in range(USAGE_LINES_MAX):
            if (await self._line()).startswith("520 "):
                return
        raise AgiBroken("usage text without end")

    async def _line(self) -> str:
        while (end := self._held.find(b"\n")) < 0 and len(self._held) <= LINE_BYTES_MAX:
            if not await self._read_more():
                self.hung_up = True
                raise CallerGone
        if not 0 <= end <= LINE_BYTES_MAX:
            raise AgiBroken("line too long")
        line = bytes(self._held[:end])
        del self._held[: end + 1]
        return line.decode("utf-8", "replace").removesuffix("\r")

    async def _read_more(self) -> bool:
        data = await self._reader.read(65_536)
        self._held += data
        return bool(data)

    def _refuse_unasked_lines(self) -> None:
        """Between turns only HANGUP may have come. Anything else was smuggled in through a value."""
        *lines, rest = bytes(self._held).split(b"\n")
        if rest or any(line != HANGUP.encode() for line in lines):
            self.broken = True
            raise AgiBroken("lines nobody asked for")
        self.hung_up = self.hung_up or bool(lines)
        self._held.clear()
