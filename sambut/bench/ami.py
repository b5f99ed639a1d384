"""``sambut bench ami``: our AMI link against plain panoramisk 1.4, on the bytes of one real Asterisk.

``ami_stream.xz`` holds what an Asterisk 22.10.1 wrote to a manager that sees everything while this product served 240
calls from SIPp (numbers are made up): 37,791 events. Both sides are fed the same pieces, want the events that this
product wants, and hand each to a reader; both must have read the same events with the same headers.
"""

import asyncio
import lzma
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any

from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

from kernel.instants import Instant
from sambut.bench.figures import quantile
from telephony.ami.connection import AmiLink
from telephony.ami.protocol import LinkProtocol
from telephony.ami.settings import LinkSettings
from telephony.ami.wire import AmiEvent
from telephony.config.events import WANTED_EVENTS

PIECE_BYTES = 65_536
"""What a busy connection gets at one read."""
ROUNDS = 7

Headers = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiFigures:
    """Messages a second of processor time, the median of the rounds; the ratio is the median of each round's."""

    messages: int
    wanted: int
    sambut_messages_per_cpu_s: float
    panoramisk_messages_per_cpu_s: float
    ratio: float
    differences: int


class _NoSocket(asyncio.Transport):
    """A transport for protocols that are only read into."""

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        """Nothing to close."""

    def abort(self) -> None:
        """Nothing to drop."""


def recorded_stream() -> bytes:
    """The bytes of the recording, banner first."""
    return lzma.decompress((files("sambut.bench") / "ami_stream.xz").read_bytes())


def pieces_of(stream: bytes, size: int = PIECE_BYTES) -> list[bytes]:
    """The stream as it is read from a socket."""
    return [stream[start : start + size] for start in range(0, len(stream), size)]


async def read_by_us(pieces: list[bytes]) -> tuple[float, list[AmiEvent]]:
    """Processor time in s, and the events that our link handed to its reader."""
    settings = LinkSettings(host="-", port=1, username="-", secret="-", wanted_events=WANTED_EVENTS)  # noqa: S106 - nobody logs in
    link = AmiLink(settings, now=lambda: Instant(0))
    protocol = LinkProtocol(
        listener=link, counters=link.counters, message_bytes_max=settings.message_bytes_max, action_id_prefix="bench-"
    )
    protocol.connection_made(_NoSocket())
    events: list[AmiEvent] = []
    started = time.process_time()
    for piece in pieces:
        protocol.data_received(piece)
        while link.queue_depth:
            events.append(await link.next_event())
    return time.process_time() - started, events


async def read_by_panoramisk(pieces: list[bytes]) -> tuple[float, list[Message]]:
    """Processor time in s, and the events that panoramisk handed to callbacks."""
    manager = Manager(loop=asyncio.get_running_loop(), encoding="utf8")
    protocol = AMIProtocol()
    protocol.connection_made(_NoSocket())
    protocol.factory, protocol.encoding = manager, "utf8"
    manager.callbacks.clear()
    manager.patterns.clear()
    events: list[Message] = []

    def take(_: Manager, event: Message) -> None:
        events.append(event)

    for name in sorted(WANTED_EVENTS):
        manager.register_event(name, take)
    started = time.process_time()
    for piece in pieces:
        protocol.data_received(piece)
    return time.process_time() - started, events


def differences(ours: list[AmiEvent], theirs: list[Message]) -> int:
    """How many events one has and the other has not, or with other headers; order counts."""
    pairs = zip(ours, theirs, strict=False)
    return abs(len(ours) - len(theirs)) + sum(_our_headers(one) != _their_headers(other) for one, other in pairs)


def _our_headers(event: AmiEvent) -> Headers:
    return {key: event.repeated.get(key, (value,)) for key, value in event.fields.items()}


def _their_headers(message: Message) -> Headers:
    found = {key: value for key, value in message.items() if key != "content"}
    return {key: tuple(value) if isinstance(value, list) else (value,) for key, value in found.items()}


async def run_ami(told: Callable[[str], None], *, rounds: int = ROUNDS, stream: bytes | None = None) -> dict[str, Any]:
    """Rounds of both, in turn. The report's body."""
    pieces = pieces_of(recorded_stream() if stream is None else stream)
    messages = b"".join(pieces).count(b"\r\n\r\n")
    times: list[tuple[float, float]] = []
    wanted = differing = 0
    for number in range(rounds):
        told(f"round {number + 1} of {rounds}")
        our_s, ours = await read_by_us(pieces)
        their_s, theirs = await read_by_panoramisk(pieces)
        times.append((our_s, their_s))
        wanted, differing = len(ours), differing + differences(ours, theirs)
    figures = AmiFigures(
        messages=messages,
        wanted=wanted,
        sambut_messages_per_cpu_s=messages / _median(our_s for our_s, _ in times),
        panoramisk_messages_per_cpu_s=messages / _median(their_s for _, their_s in times),
        ratio=_median(their_s / our_s for our_s, their_s in times),
        differences=differing,
    )
    return asdict(figures)


def _median(values: Iterator[float]) -> float:
    return quantile(sorted(values), 0.5)
