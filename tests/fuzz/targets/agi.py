"""AGI's bytes: the opening block, Asterisk's answers, and the words of our commands."""

import asyncio
from collections.abc import Iterator

from ivr.ports import CallerGone
from telephony.agi.conversation import Conversation
from telephony.agi.failures import AgiBroken, AgiFailure, BadRequest
from telephony.agi.wire import AgiRequest, command_line, parse_answer, parse_request
from telephony.line_values import UnsafeValue
from tests.fuzz.target import Feed, Target, part
from tests.telephony.agi.fake_caller import block
from tests.telephony.agi.test_wire import read_as_asterisk

ASKS_MAX = 4
HANG_S = 5.0
"""Nothing is waited for in here: all the bytes are there."""


def take(data: bytes) -> None:
    """The first byte chooses what is read."""
    feed = Feed(data)
    match feed.number(4):
        case 0:
            _opening(feed.rest())
        case 1:
            _answer(feed.rest().decode("utf-8", "replace"))
        case 2:
            _command(feed)
        case _:
            asyncio.run(_session(feed.rest()))


def _opening(raw: bytes) -> None:
    try:
        _is_sound(parse_request(raw))
    except BadRequest:
        return


def _is_sound(request: AgiRequest) -> None:
    assert "?" not in request.path
    assert not request.path.startswith("/")
    for number, argument in enumerate(request.arguments, start=1):
        assert request.headers[f"agi_arg_{number}"] == argument


def _answer(line: str) -> None:
    try:
        answer = parse_answer(line)
    except AgiBroken:
        return
    assert 100 <= answer.code <= 999
    assert answer.position is None or answer.position >= 0


def _command(feed: Feed) -> None:
    words = [feed.text() for _ in range(feed.number(4))]
    try:
        line = command_line("SET VARIABLE", *words)
    except UnsafeValue:
        return
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert read_as_asterisk(line) == ["SET", "VARIABLE", *words]


class Writer(asyncio.StreamWriter):
    """Asterisk's end of the line: it echoes the word of the opening, and then says what the input says."""

    def __init__(self, reader: asyncio.StreamReader, says: bytes) -> None:
        self._answers_to = reader
        self._says = says

    def write(self, data: bytes | bytearray | memoryview) -> None:
        line = bytes(data).decode()
        if line.startswith("GET FULL VARIABLE"):
            self._answers_to.feed_data(f"200 result=1 ({line.split(chr(34))[1]})\n".encode() + self._says)
            self._answers_to.feed_eof()

    async def drain(self) -> None:
        """Never full."""

    def __del__(self) -> None:
        """There is no transport to look after."""


async def _session(says: bytes) -> None:
    reader = asyncio.StreamReader()
    opening, mark, rest = says.partition(b"\n\n")
    reader.feed_data(opening + mark)
    if not mark:
        reader.feed_eof()
    conversation = Conversation(reader, Writer(reader, rest))
    async with asyncio.timeout(HANG_S):
        try:
            _is_sound(await conversation.opening())
            for _ in range(ASKS_MAX):
                await conversation.ask("EXEC", "Playback", "x", ms_max=60_000)
        except CallerGone:
            assert conversation.hung_up
        except AgiFailure:
            pass


def seeds() -> Iterator[bytes]:
    """Whole sessions and their parts."""
    opening = block("inbound?x=1", "c1-1", "169").removesuffix(b"\n\n")
    yield b"\0" + opening
    yield b"\0" + block("", callerid="1\nagi_arg_1: x").removesuffix(b"\n\n")
    for answer in (
        "200 result=0",
        "200 result=1 (a (b) c) endpos=8000",
        "200 result=-1",
        "510 Invalid or unknown command",
        "520-Invalid command syntax.",
        "100 Trying",
    ):
        yield b"\1" + answer.encode()
    yield b"\2\3" + part("NAME") + part('He said "hi"\\') + part("\n")
    said = [
        b"200 result=0\n200 result=1 (one\ntwo)\n520-Usage\nmore\n520 End\n100 Trying\n200 result=0 endpos=1\n",
        b"HANGUP\n511 Command Not Permitted on a dead channel\n",
        b"200 result=1 (" + b"x\n" * 40,
        b"\xff\xfe\n\n\n",
    ]
    for rest in said:
        yield b"\3" + opening + b"\n\n" + rest
    yield b"\3" + opening


TARGET = Target(take=take, seeds=seeds)
