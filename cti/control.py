"""The socket's own frames, besides events: what a client says, what the server answers, and how it hangs up. Pure."""

from enum import Enum
from typing import Annotated, Any, Literal

import msgspec

from cti import wire
from cti.views import AgentView, CallView, QueueView

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Topic = Annotated[str, msgspec.Meta(max_length=80)]
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class HelloFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Only these event types; none named: all."""

    types: Annotated[tuple[Topic, ...], msgspec.Meta(max_length=100)] = ()


class Resume(msgspec.Struct, frozen=True, kw_only=True):
    """``from_seq`` is the first number wanted: one above the last that was worked on."""

    from_seq: Annotated[int, msgspec.Meta(ge=1, le=2**53)]


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag="hello"):
    """A client's first frame. ``ack`` "batch": it will acknowledge, and wants the flow window."""

    v: int
    client: Name
    versions: Annotated[tuple[int, ...], msgspec.Meta(min_length=1, max_length=20)]
    topics: Annotated[tuple[Topic, ...], msgspec.Meta(max_length=1_000)] = ()
    filter: HelloFilter = HelloFilter()
    resume: Resume | None = None
    ack: Literal["none", "batch"] = "none"


class Ack(msgspec.Struct, frozen=True, kw_only=True, tag="ack"):
    """Everything up to ``seq`` is worked on."""

    v: int
    seq: Seq


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What the server holds its client to."""

    frame_bytes: int
    unacked: int
    pending: int


class Welcome(msgspec.Struct, frozen=True, kw_only=True):
    """``seq``: the newest number; ``oldest_seq``: the oldest that can be replayed."""

    session: str
    seq: int
    oldest_seq: int
    heartbeat_s: float
    server_time: str
    limits: Limits


class ReplayBegin(msgspec.Struct, frozen=True, kw_only=True):
    """What was missed follows, of the numbers from ``from_seq`` to at least ``to_seq``."""

    from_seq: int
    to_seq: int


class ReplayEnd(msgspec.Struct, frozen=True, kw_only=True):
    """All up to ``seq`` was given; from here it is live."""

    seq: int


class Resync(msgspec.Struct, frozen=True, kw_only=True):
    """No replay: ``reason`` is fresh (none asked for), too_old or ahead. Forget what you hold; a snapshot follows."""

    reason: str
    snapshot_seq: int


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What is live as of ``snapshot_seq``, in parts so that each keeps within a frame; ``part`` counts from 1."""

    snapshot_seq: int
    part: int
    parts: int
    agents: tuple[AgentView, ...]
    queues: tuple[QueueView, ...]
    calls: tuple[CallView, ...]


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing for you up to ``seq``, which you may resume after."""

    seq: int


class Error(msgspec.Struct, frozen=True, kw_only=True):
    """What was wrong with a frame. The socket is closed after it unless ``closes`` is false."""

    code: str
    message: str
    closes: bool


ServerData = Welcome | ReplayBegin | ReplayEnd | Resync | Snapshot | Heartbeat | Error
SERVER_FRAMES: dict[type[ServerData], str] = {
    Welcome: "welcome",
    ReplayBegin: "replay.begin",
    ReplayEnd: "replay.end",
    Resync: "resync",
    Snapshot: "snapshot",
    Heartbeat: "heartbeat",
    Error: "error",
}


class Closing(Enum):
    """Why the server closes a socket: WebSocket close code and the code of the error frame before it."""

    BAD_FRAME = (4400, "bad_frame")
    UNAUTHORIZED = (4401, "unauthorized")
    FORBIDDEN = (4403, "forbidden")
    NO_VERSION = (4406, "no_common_version")
    NO_HELLO = (4408, "no_hello")
    BAD_ACK = (4409, "bad_ack")
    TOO_SLOW = (4429, "too_slow")
    BINARY = (1003, "binary_frame")

    @property
    def close_code(self) -> int:
        """The number in the close frame."""
        return self.value[0]

    @property
    def error_code(self) -> str:
        """The word in the error frame."""
        return self.value[1]


class FrameError(Exception):
    """A client's frame that cannot be taken. ``closes`` None: the socket stays open."""

    def __init__(self, code: str, message: str, closes: Closing | None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.closes = closes


class _Head(msgspec.Struct, frozen=True):
    """As much of a frame as tells what it is."""

    v: int
    type: Annotated[str, msgspec.Meta(max_length=64)]


_HEAD: msgspec.json.Decoder[_Head] = msgspec.json.Decoder(_Head)
_CLIENT_FRAMES: dict[str, msgspec.json.Decoder[Any]] = {
    "hello": msgspec.json.Decoder(Hello),
    "ack": msgspec.json.Decoder(Ack),
}


def client_frame(text: str) -> Hello | Ack:
    """Read one frame of a client.

    Raises:
        FrameError: not JSON, not an object, not of version 1, a type that is not known (stays open) or wrong fields.
    """
    try:
        head = _HEAD.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise _bad('a frame is a JSON object with "v" and "type"') from None
    if head.v != wire.VERSION:
        raise FrameError(Closing.NO_VERSION.error_code, "this is version 1", Closing.NO_VERSION)
    decoder = _CLIENT_FRAMES.get(head.type)
    if decoder is None:
        raise FrameError("unknown_type", "only hello and ack are taken here; commands go over the REST API", None)
    try:
        frame: Hello | Ack = decoder.decode(text)
    except msgspec.MsgspecError as wrong:
        # The words name the field and the rule; they go back to the sender only, and into no log.
        raise _bad(str(wrong)) from None
    return frame


def _bad(message: str) -> FrameError:
    return FrameError(Closing.BAD_FRAME.error_code, message, Closing.BAD_FRAME)


def server_frame(data: ServerData, time: str) -> bytes:
    """One frame of the server's own, as UTF-8 JSON: ``{"v":1,"type":...,"time":...,"data":{...}}``."""
    return msgspec.json.encode({"v": wire.VERSION, "type": SERVER_FRAMES[type(data)], "time": time, "data": data})
