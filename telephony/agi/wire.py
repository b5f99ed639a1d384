"""AGI's lines: the opening block, our commands, Asterisk's answers. Pure.

Read against Asterisk 22 (res_agi.c). It takes a command from a buffer of 2,048 bytes and treats what
is beyond as the next command, so a longer line is refused here; and it writes caller id fields into the
opening block as they came, so a block with anything out of place is refused as a whole.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from telephony.agi.failures import AgiBroken, BadRequest
from telephony.line_values import UnsafeValue, refuse_line_breakers

COMMAND_BYTES_MAX: Final = 2_000
WORDS_MAX: Final = 100
TRYING: Final = 100
SUCCESS: Final = 200
UNKNOWN_COMMAND: Final = 510
DEAD_CHANNEL: Final = 511
USAGE: Final = 520

_LAST_FIXED_HEADER: Final = "agi_threadid"
_ARGUMENT: Final = re.compile(r"agi_arg_([1-9][0-9]{0,2})", re.ASCII)
_ANSWER: Final = re.compile(r"([1-9][0-9]{2})(?:([ -])(.*))?", re.DOTALL | re.ASCII)
_RESULT: Final = re.compile(r"result=(\S*)(?: \((.*)\))?(?: endpos=(\d+))?", re.DOTALL | re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiRequest:
    """What the dialplan asked: `agi://host:port/<path>?<query>` with the arguments after it."""

    path: str
    headers: Mapping[str, str]
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiAnswer:
    """One answer. `code`: 200, 510, 511, 520. `result`: as written, may be empty. `text`: what stood in brackets.

    `position`: samples played, of the commands that play a file.
    """

    code: int
    result: str = ""
    text: str | None = None
    position: int | None = None


def parse_request(block: bytes) -> AgiRequest:
    """The request in the opening block (without its empty line). Raises BadRequest."""
    headers: dict[str, str] = {}
    arguments: list[str] = []
    for line in block.decode("utf-8", "replace").split("\n"):
        name, colon, value = line.partition(":")
        if not colon or not name.startswith("agi_") or name in headers:
            raise BadRequest("a line that is no header, or a header twice")
        argument = _ARGUMENT.fullmatch(name)
        # Asterisk writes the arguments last and in order. Anywhere else a caller wrote them.
        if argument is not None and int(argument.group(1)) != len(arguments) + 1:
            raise BadRequest("arguments out of order")
        if (argument is not None) is not (_LAST_FIXED_HEADER in headers):
            raise BadRequest("a header out of place")
        headers[name] = value.removeprefix(" ")
        if argument is not None:
            arguments.append(headers[name])
    if _LAST_FIXED_HEADER not in headers:
        raise BadRequest("a block cut short")
    path = headers.get("agi_network_script", "").partition("?")[0].strip("/")
    return AgiRequest(path=path, headers=headers, arguments=tuple(arguments))


def quoted(word: str) -> str:
    """One word for a command line; Asterisk reads it back as exactly `word`. Raises UnsafeValue."""
    refuse_line_breakers(word, place="AGI argument")
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def command_line(command: str, *words: str) -> bytes:
    """The bytes of one command. `command` is ours and written as it is, `words` are quoted.

    Raises UnsafeValue: a line break or NUL, too many words, or longer than Asterisk reads in one piece.
    """
    if len(words) > WORDS_MAX:
        raise UnsafeValue(f"{command}: more than {WORDS_MAX} words")
    line = " ".join([command, *map(quoted, words)]).encode()
    if len(line) > COMMAND_BYTES_MAX:
        raise UnsafeValue(f"{command}: longer than {COMMAND_BYTES_MAX} bytes")
    return line + b"\n"


def opens_usage(line: str) -> bool:
    """Whether more lines follow, up to one that begins with `520 `."""
    return line.startswith("520-")


def is_open_value(line: str) -> bool:
    """Whether the bracket of a value is still open: the value holds a line break and goes on in the next line."""
    return line.startswith("200 result=1 (") and not line.endswith(")")


def parse_answer(line: str) -> AgiAnswer:
    """One answer line, or several joined with a newline for an open value. Raises AgiBroken."""
    found = _ANSWER.fullmatch(line)
    if found is None:
        raise AgiBroken("no answer line")
    code, _, rest = found.groups()
    if int(code) != SUCCESS:
        return AgiAnswer(code=int(code))
    result = _RESULT.fullmatch(rest or "")
    if result is None:
        raise AgiBroken("no result in the answer")
    value, text, position = result.groups()
    return AgiAnswer(code=SUCCESS, result=value, text=text, position=None if position is None else int(position))
