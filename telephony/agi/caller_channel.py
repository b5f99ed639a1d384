"""A caller's channel as a script sees it: answer, play, ask, set, get, hang up.

Small steps only. Barge-in over several prompts and the collecting of digits belong to the conversation
with the caller, which the IVR room leads.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, LiteralString

from ivr.ports import CallerGone
from telephony.agi.conversation import Conversation
from telephony.agi.failures import CommandFailed, CommandRefused
from telephony.agi.wire import SUCCESS, AgiAnswer, AgiRequest

COMMAND_MS_MAX: Final = 5_000
SOUND_MS_MAX: Final = 600_000
_KEYS: Final = frozenset("0123456789*#ABCD")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_+*#@/:.-]*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """Keys that a caller pressed. `timed_out`: they stopped before the last digit or `#`."""

    digits: str
    timed_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How far a sound was played, in samples, and the key that ended it there (None: nobody did)."""

    key: str | None
    position: int


class Channel:
    """One channel in `AGI()`. Every method may raise CallerGone, AgiTimedOut, AgiBroken and UnsafeValue;
    CommandRefused or CommandFailed when the channel lives and Asterisk would not.
    """

    def __init__(self, request: AgiRequest, conversation: Conversation) -> None:
        self._request = request
        self._conversation = conversation

    @property
    def path(self) -> str:
        return self._request.path

    @property
    def arguments(self) -> tuple[str, ...]:
        """What stood after the address in `AGI(agi://...,one,two)`."""
        return self._request.arguments

    @property
    def name(self) -> str:
        """As `PJSIP/trunk-00000001`."""
        return self._header("agi_channel")

    @property
    def unique_id(self) -> str:
        return self._header("agi_uniqueid")

    @property
    def caller_number(self) -> str:
        """As the network gave it: anything at all may stand here. Empty when unknown."""
        return self._known("agi_callerid")

    @property
    def caller_name(self) -> str:
        """As the network gave it: anything at all may stand here. Empty when unknown."""
        return self._known("agi_calleridname")

    @property
    def dialled_number(self) -> str:
        return self._known("agi_dnid")

    @property
    def context(self) -> str:
        return self._header("agi_context")

    @property
    def extension(self) -> str:
        return self._header("agi_extension")

    @property
    def language(self) -> str:
        return self._header("agi_language")

    @property
    def is_hung_up(self) -> bool:
        """Whether the hang-up has been seen; it shows with the next command at the latest."""
        return self._conversation.hung_up

    async def answer(self) -> None:
        await self._ask("ANSWER")

    async def stream_file(
        self, sound: str, escape_digits: str = "", *, from_sample: int = 0, ms_max: int = SOUND_MS_MAX
    ) -> Played:
        """Play a sound (name without extension) from a sample on, until its end or a key of `escape_digits`.

        Raises CommandFailed also when the sound does not exist or cannot be read.
        """
        offset = (str(from_sample),) if from_sample else ()
        answer = await self._ask("STREAM FILE", sound, escape_digits, *offset, ms_max=ms_max)
        if answer.result == "0" and answer.position == 0:
            raise CommandFailed("STREAM FILE: nothing was played")
        return Played(key=_key(answer), position=answer.position or 0)

    async def say_digits(self, digits: str, escape_digits: str = "", *, ms_max: int = SOUND_MS_MAX) -> str | None:
        """Say digits one by one in the channel's language; the key that ended it, None when none did."""
        return _key(await self._ask("SAY DIGITS", digits, escape_digits, ms_max=ms_max))

    async def wait_for_digit(self, wait_ms: int) -> str | None:
        """The next key, None when none came within `wait_ms`."""
        return _key(await self._ask("WAIT FOR DIGIT", str(wait_ms), ms_max=wait_ms + COMMAND_MS_MAX))

    async def get_data(self, sound: str, *, key_wait_ms: int, digits_max: int, ms_max: int = SOUND_MS_MAX) -> Keyed:
        """Play a sound that any key ends, and take keys until `#`, `digits_max`, or a pause of `key_wait_ms`."""
        answer = await self._ask("GET DATA", sound, str(key_wait_ms), str(digits_max), ms_max=ms_max)
        return Keyed(digits=answer.result, timed_out=answer.text == "timeout")

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable or writable function to exactly `value`; nothing in it is expanded."""
        await self._ask("SET VARIABLE", name, value)

    async def set_variables(self, values: Mapping[str, str]) -> None:
        """Set several channel variables in one command, in their order.

        Each command is a way to Asterisk and back, and the caller waits for all of them. Raises ValueError for a name or
        value with characters that would part it for the function ARRAY.
        """
        if not all(_PLAIN.fullmatch(word) for pair in values.items() for word in pair):
            raise ValueError("not plain enough to be set together")
        await self.set_variable(f"ARRAY({','.join(values)})", ",".join(values.values()))

    async def get_variable(self, name: str) -> str | None:
        """A channel variable or function, None when it is not set. Asterisk gives its first 1,023 bytes."""
        answer = await self._ask("GET VARIABLE", name)
        return answer.text if answer.result == "1" else None

    async def get_full_variable(self, expression: LiteralString) -> str | None:
        """What a dialplan expression expands to, as `${CDR(start)}`; None when there is nothing.

        Asterisk evaluates it, so it must be written in the program: put no value into it.
        """
        answer = await self._ask("GET FULL VARIABLE", expression)
        return answer.text if answer.result == "1" else None

    async def exec(self, application: str, arguments: str = "", *, ms_max: int = COMMAND_MS_MAX) -> str:
        """Run a dialplan application and return its result. Raises CommandFailed when there is none of that name.

        `arguments` reach the application as they are, and commas part them: no text of a caller may stand in them.
        """
        answer = await self._ask("EXEC", application, arguments, ms_max=ms_max)
        if answer.result == "-2":
            raise CommandFailed(f"EXEC: no application {application}")
        return answer.result

    async def hang_up(self, cause: int | None = None) -> None:
        """Hang up, with a Q.850 cause if one is given. The caller counts as gone afterwards."""
        with suppress(CallerGone):
            if cause is None:
                await self._ask("HANGUP")
            else:
                await self._ask("EXEC", "Hangup", str(cause))
        # Asterisk would go on answering on the dying channel.
        self._conversation.hung_up = True

    async def _ask(self, command: str, *words: str, ms_max: int = COMMAND_MS_MAX) -> AgiAnswer:
        answer = await self._conversation.ask(command, *words, ms_max=ms_max)
        if answer.code != SUCCESS:
            raise CommandRefused(f"{command}: {answer.code}")
        if answer.result == "-1":
            await self._raise_why(command)
        return answer

    async def _raise_why(self, command: str) -> None:
        """-1 means the channel hung up or the command failed: a dead channel has no status (511)."""
        await self._conversation.ask("CHANNEL STATUS", ms_max=COMMAND_MS_MAX)
        raise CommandFailed(command)

    def _header(self, name: str) -> str:
        return self._request.headers.get(name, "")

    def _known(self, name: str) -> str:
        value = self._header(name)
        return "" if value == "unknown" else value


def _key(answer: AgiAnswer) -> str | None:
    """Asterisk gives a key as its ASCII code, 0 for none."""
    key = chr(int(answer.result)) if answer.result.isascii() and answer.result.isdigit() else ""
    return key if key in _KEYS else None
