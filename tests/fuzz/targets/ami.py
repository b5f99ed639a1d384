"""AMI's bytes as they come in: frames, events, answers, however the network cuts them."""

import asyncio
from collections.abc import Iterator

from kernel.instants import Instant
from telephony.ami.actions import Action
from telephony.ami.counters import LinkCounters
from telephony.ami.pending import PendingAction, PendingList
from telephony.ami.protocol import LinkProtocol
from telephony.ami.wire import (
    BANNER,
    AmiEvent,
    Framer,
    MessageTooLong,
    NotAmi,
    event_name,
    is_forged,
    is_torn,
    parse_event,
    sent_at_ms,
    unescaped,
)
from tests.fuzz.target import Feed, Target

MESSAGE_BYTES_MAX = 1_500
GREETING = BANNER + b"11.0.0\r\n"
ID_PREFIX = "f-"
GREETED, LINKED = 1, 4


class Transport(asyncio.Transport):
    """Takes what is written, and knows when it was dropped."""

    def __init__(self) -> None:
        super().__init__()
        self._gone = False

    def write(self, data: object) -> None:
        """Into the void."""

    def is_closing(self) -> bool:
        return self._gone

    def close(self) -> None:
        self._gone = True

    def abort(self) -> None:
        self._gone = True


class Everything:
    """A listener that wants all and has room for little."""

    def __init__(self) -> None:
        self.events: list[AmiEvent] = []

    def wants(self, name: str) -> bool:
        return not name.startswith("Un")

    def take_event(self, event: AmiEvent) -> bool:
        self.events.append(event)
        return len(self.events) < 20

    def take_outcome(self, event: AmiEvent) -> None:
        self.events.append(event)


class Watched(LinkProtocol):
    """Keeps what a message raised: the link itself survives it, the fuzzer is to know."""

    def _take(self, message: bytes) -> None:
        try:
            super()._take(message)
        except Exception as wrong:
            self.wrong = wrong
            raise


def take(data: bytes) -> None:
    """The first byte says how the rest is cut, the second whether it is greeted, and whether a link hears it too."""
    feed = Feed(data)
    size, how = feed.number(256) or 1, feed.number(256)
    stream = (GREETING if how & GREETED else b"") + feed.rest()
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    whole, whole_ended = _messages([stream])
    cut, cut_ended = _messages(pieces)
    # Whether a message is too long is seen a few bytes earlier or later; nothing else depends on the cutting.
    if whole_ended or cut_ended:
        shorter = min(len(whole), len(cut))
        assert whole[:shorter] == cut[:shorter]
    else:
        assert whole == cut
    for message in whole:
        _read(message)
    if how & LINKED:
        asyncio.run(_link(pieces))


def _messages(pieces: list[bytes]) -> tuple[list[bytes], bool]:
    framer, found = Framer(message_bytes_max=MESSAGE_BYTES_MAX), []
    try:
        for piece in pieces:
            found += framer.feed(piece)
    except (MessageTooLong, NotAmi):
        return found, True
    return found, False


def _read(message: bytes) -> None:
    name, event = event_name(message), parse_event(message)
    if name is not None:
        assert event.name.strip() == name
    is_torn(message)
    is_forged(event)
    at = sent_at_ms(event)
    assert at is None or Instant(at) >= 0
    for value in event.fields.values():
        unescaped(value)
    for prefix in ("", "Dest"):
        event.variables(prefix)


async def _link(pieces: list[bytes]) -> None:
    listener, counters = Everything(), LinkCounters()
    protocol = Watched(
        listener=listener, counters=counters, message_bytes_max=MESSAGE_BYTES_MAX, action_id_prefix=ID_PREFIX
    )
    protocol.connection_made(Transport())
    one = PendingAction(Action(name="Ping"), f"{ID_PREFIX}1")
    rows = PendingList(Action(name="CoreShowChannels"), f"{ID_PREFIX}2", "CoreShowChannelsComplete")
    for pending in (one, rows):
        protocol.send(pending)
    for piece in pieces:
        if protocol.closed:
            break
        protocol.data_received(piece)
        wrong = getattr(protocol, "wrong", None)
        if wrong is not None:
            raise wrong
    protocol.connection_lost(None)
    # Whatever came, nobody waits for ever.
    assert one.future.done()
    assert rows.future.done()


def seeds() -> Iterator[bytes]:
    """What 22.10.1 writes, and what callers made of it."""
    streams = [
        b"Response: Success\r\nActionID: f-1\r\nMessage: Pong\r\n\r\n",
        b"Response: Error\r\nActionID: f-2\r\nMessage: No Contacts found\r\n\r\n",
        b"Response: Success\r\nActionID: f-2\r\nEventList: start\r\nMessage: Channels will follow\r\n\r\n"
        b"Event: CoreShowChannel\r\nActionID: f-2\r\nUniqueid: 1.1\r\n\r\n"
        b"Event: CoreShowChannelsComplete\r\nActionID: f-2\r\nEventList: Complete\r\nListItems: 1\r\n\r\n",
        b"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n",
        b"Event: OriginateResponse\r\nActionID: f-9\r\nResponse: Failure\r\nReason: 5\r\n\r\n",
        b"Event: Hangup\r\nTimestamp: 1795493415.123456\r\nCallerIDNum: 0812\r\nCallerIDName: A\\nB\r\nUniqueid: 1.1\r\n"
        b"ChanVariable: A=1\r\nChanVariable: B=2\r\nDestChanVariable(PJSIP/x-1): C=3\r\nCause: 16\r\n\r\n\r\n",
        b"Event: Newchannel\r\nCallerIDNum: 12\r\n\r\nEvent: Hangup\r\nUniqueid: forged\r\n\r\n",
        b"Event: Unwanted\r\nCallerIDNum: 12\r\nUniqueid: 1\r\n\r\nEvent: Unwanted\r\nUniqueid: 2\r\n\r\n",
        b"Response: Goodbye\r\nMessage: \xff\xfe\r\nOutput: a\r\nOutput: b\r\n\r\n",
    ]
    for stream in streams:
        for how in (GREETED, GREETED | LINKED):
            yield bytes([255, how]) + stream
            yield bytes([1, how]) + stream
    yield bytes([7, 0]) + b"SSH-2.0-OpenSSH\r\n"
    yield bytes([200, 1]) + b"Event: Big\r\nBody: " + b"x" * MESSAGE_BYTES_MAX + b"\r\n\r\n"


TARGET = Target(take=take, seeds=seeds)
