"""What a client says on the event socket: hello and ack, and what it asks to hear."""

from collections.abc import Iterator

import msgspec

from cti.control import Ack, FrameError, Hello, client_frame
from cti.topics import TopicError, TopicForbidden, interest
from kernel.instants import Instant
from kernel.logged_event import LoggedEvent
from tests.fuzz.target import Feed, Target

SCOPES = (frozenset({"read"}), frozenset({"agent:a1"}), frozenset[str]())
EVENT = LoggedEvent(
    seq=1,
    journal_seq=1,
    ordinal=1,
    at=Instant(0),
    type="call.offered",
    agent_id="a1",
    queue_id="q",
    call_id="c1-1",
    data=b"{}",
)


def take(data: bytes) -> None:
    """The first byte chooses the token's scopes, the rest is the frame."""
    feed = Feed(data)
    scopes, text = SCOPES[feed.number(len(SCOPES))], feed.rest().decode("utf-8", "surrogateescape")
    try:
        frame = client_frame(text)
    except FrameError as refusal:
        words = refusal.message
    else:
        _frame(frame, scopes)
        return
    # They go back to the client, inside a frame of ours.
    msgspec.json.encode(words)
    assert len(words) < 1_000


def _frame(frame: Hello | Ack, scopes: frozenset[str]) -> None:
    match frame:
        case Hello():
            _hello(frame, scopes)
        case Ack():
            assert 0 <= frame.seq <= 2**53


def _hello(hello: Hello, scopes: frozenset[str]) -> None:
    assert 1 <= len(hello.client) <= 64
    assert hello.resume is None or hello.resume.from_seq >= 1
    try:
        wanted = interest(hello.topics, hello.filter.types, scopes)
    except (TopicError, TopicForbidden):
        return
    if "read" not in scopes:
        assert not wanted.hears_call("c1-1")
        assert not wanted.hears_queue("q")
        assert not wanted.hears_agent("a2")
    if wanted.wants(EVENT):
        assert scopes


def seeds() -> Iterator[bytes]:
    """Frames of every kind, right and wrong."""
    frames = [
        b'{"v":1,"type":"hello","client":"crm","versions":[1]}',
        b'{"v":1,"type":"hello","client":"crm","versions":[1],"topics":["agent:a1","queue:*"],'
        b'"filter":{"types":["call.offered"]},"resume":{"from_seq":7},"ack":"batch"}',
        b'{"v":1,"type":"ack","seq":9}',
        b'{"v":2,"type":"hello"}',
        b'{"v":1,"type":"call.answer"}',
        b'{"v":1,"type":"ack","seq":1e400}',
        b'{"v":1,"type":"ack","seq":-1}',
        b"[" * 2_000,
        b'{"v":1,"type":"\xff"}',
        b"",
    ]
    for number, frame in enumerate(frames):
        yield bytes([number]) + frame


TARGET = Target(take=take, seeds=seeds)
