"""One AMI connection: panoramisk's protocol and login, with the parts replaced that lose or invent things.

panoramisk's AMIProtocol decodes each TCP chunk alone, lets an exception close the transport, and sends
unanswered actions again after a reconnect. LinkProtocol keeps its bookkeeping of answers and replaces
its framing, its writing and its end.
"""

import asyncio
from typing import Any, Protocol

import structlog
from panoramisk.actions import Action as PanoramiskAction
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

from telephony.ami.counters import LinkCounters
from telephony.ami.failures import LinkLost
from telephony.ami.pending import PendingList, look_at
from telephony.ami.settings import LinkSettings
from telephony.ami.wire import (
    EVENT_START,
    LINE_END,
    AmiEvent,
    Framer,
    MessageTooLong,
    NotAmi,
    event_name,
    is_forged,
    is_torn,
    parse_event,
)

log = structlog.get_logger(__name__)

NAME_AT = len(EVENT_START)
UNWANTED_MAX = 1_000
"""Names of unwanted events that are remembered; Asterisk has fewer than 200."""


class Listener(Protocol):
    """Who hears the events of a connection."""

    def wants(self, name: str) -> bool:
        """Whether an event of this name is worth parsing."""

    def take_event(self, event: AmiEvent) -> bool:
        """Take a wanted event; false when there is no room for it."""

    def take_outcome(self, event: AmiEvent) -> None:
        """An OriginateResponse that carries one of our ActionIDs."""


class NoReplay:
    """As panoramisk's `forgetable_actions`: every action is forgotten with its connection."""

    def __contains__(self, name: object) -> bool:
        return True


class LinkProtocol(AMIProtocol):  # type: ignore[misc]  # panoramisk ships no types
    """The bytes of one connection. Nothing escapes from its callbacks; when in doubt it drops the link."""

    def __init__(
        self, *, listener: Listener, counters: LinkCounters, message_bytes_max: int, action_id_prefix: str
    ) -> None:
        self.listener = listener
        self.counters = counters
        self.framer = Framer(message_bytes_max=message_bytes_max)
        self.id_mark = f"\r\nActionID: {action_id_prefix}".encode()
        loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[None] = loop.create_future()
        self.booted: asyncio.Future[None] = loop.create_future()
        self.heard_at = loop.time()
        self.closed = True
        self._unsent: list[bytes] = []
        self._unwanted: set[bytes] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.heard_at = asyncio.get_running_loop().time()

    def send(self, data: Any, as_list: bool = False) -> Any:
        """Write one of panoramisk's actions (its login gives a dict) and return its future.

        Its lines are safe by now: an Action and LinkSettings refuse the others when they are made.
        Raises LinkLost when the connection is gone.
        """
        action = data if isinstance(data, PanoramiskAction) else PanoramiskAction(data, as_list=as_list)
        if self.closed or self.transport.is_closing():
            raise LinkLost("the link is down")
        self.responses[action.id] = action
        if not self._unsent:
            # What is sent in one turn of the loop (an offer and its ring) goes out as one piece: each write is a
            # call into the kernel, and wakes Asterisk.
            asyncio.get_running_loop().call_soon(self._flush)
        self._unsent.append(str(action).encode("utf-8"))
        return action.future

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, []
        if not self.closed:
            self.transport.write(b"".join(unsent))

    def data_received(self, data: bytes) -> None:
        self.heard_at = asyncio.get_running_loop().time()
        try:
            messages = self.framer.feed(data)
        except NotAmi:
            log.error("the other side is not an Asterisk manager")
            self.abort()
            return
        except MessageTooLong:
            self.counters.messages_too_long += 1
            log.error("AMI message too long, link dropped")
            self.abort()
            return
        for message in messages:
            if self.closed:
                return
            if self._is_passed_over(message):
                continue
            try:
                self._take(message)
            except Exception:
                # Whatever one message does, those behind it still count.
                self.counters.messages_unreadable += 1
                log.exception("AMI message not understood")

    def _is_passed_over(self, message: bytes) -> bool:
        """Whether this is an event that nobody here wants: most are, so it is found out from the first line's bytes."""
        if message[NAME_AT : message.find(LINE_END, NAME_AT)] not in self._unwanted or is_torn(message):
            return False
        if self.responses and self.id_mark in message:
            return False
        self.counters.events_unwanted += 1
        return True

    def _take(self, message: bytes) -> None:
        name = event_name(message)
        if name is None:
            reply = Message.from_line(message.decode("utf-8", "replace"))
            # A header that came twice is a list to panoramisk: such an answer is nobody's.
            if reply is None or "response" not in reply or not isinstance(reply.action_id, str | None):
                self.counters.messages_unreadable += 1
            elif reply.action_id not in self.responses:
                self.counters.answers_unknown += 1
            else:
                self.handle_message(reply)
            return
        if is_torn(message):
            self.counters.events_torn += 1
            log.error("AMI event torn by a caller's text, link dropped", event_name=name)
            self.abort()
            return
        if self.id_mark in message and self._is_row(parse_event(message)):
            return
        if name == "FullyBooted" and not self.booted.done():
            self.booted.set_result(None)
        if not self.listener.wants(name):
            self.counters.events_unwanted += 1
            # An OriginateResponse is wanted by whoever waits for it, whatever the listener says.
            if name != "OriginateResponse" and len(self._unwanted) < UNWANTED_MAX:
                self._unwanted.add(name.encode())
        else:
            self._pass_on(parse_event(message))

    def _pass_on(self, event: AmiEvent) -> None:
        if is_forged(event):
            self.counters.events_forged += 1
            log.error("AMI event with headers added by a caller's text, thrown away", event_name=event.name)
        elif not self.listener.take_event(event):
            self.counters.overflows += 1
            log.error("AMI event queue full, link dropped", event_name=event.name)
            self.abort()

    def _is_row(self, event: AmiEvent) -> bool:
        """Whether an event with one of our ActionIDs was the row of a list, which is nobody else's business."""
        if event.name == "OriginateResponse":
            self.listener.take_outcome(event)
            return False
        action = self.responses.get(event.fields.get("ActionID"))
        if not isinstance(action, PendingList):
            return False
        if action.add_row(event):
            self.responses.pop(action.id, None)
        return True

    def abort(self) -> None:
        """Drop the link at once, without waiting for unsent bytes."""
        self.closed = True
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.close()
        if not self.lost.done():
            self.lost.set_result(None)

    def close(self) -> None:
        """Close and fail whatever waits: nothing is kept for a later connection."""
        if not self.closed:
            self.closed = True
            self.transport.close()
        waiting = list(self.responses.values())
        self.responses.clear()
        for action in waiting:
            if not action.future.done():
                action.future.set_exception(LinkLost("the link went down"))


class OneLogin(Manager):  # type: ignore[misc]  # panoramisk ships no types
    """panoramisk's manager for exactly one connection: it connects, logs in, and never tries again itself."""

    def __init__(
        self, settings: LinkSettings, *, listener: Listener, counters: LinkCounters, action_id_prefix: str
    ) -> None:
        super().__init__(
            host=settings.host,
            port=settings.port,
            username=settings.username,
            secret=settings.secret,
            events=settings.events,
            ssl=settings.tls or False,
            protocol_factory=lambda: LinkProtocol(
                listener=listener,
                counters=counters,
                message_bytes_max=settings.message_bytes_max,
                action_id_prefix=action_id_prefix,
            ),
            forgetable_actions=NoReplay(),
            loop=asyncio.get_running_loop(),
            log=log,
        )
        self.answered: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.answered.add_done_callback(look_at)

    def connection_made(self, f: "asyncio.Future[tuple[asyncio.Transport, LinkProtocol]]") -> None:
        # panoramisk would start its own reconnect timer here, which close() does not stop.
        if f.cancelled() or f.exception() is not None:
            return
        try:
            super().connection_made(f)
        except LinkLost as lost:
            # Gone between connecting and logging in.
            self.answered.set_exception(lost)

    def login(self, future: "asyncio.Future[Message]") -> bool:
        lost = None if future.cancelled() else future.exception()
        if lost is None and not future.cancelled():
            self.answered.set_result(bool(super().login(future)))
        else:
            self.answered.set_exception(lost or LinkLost("the login was given up"))
        return bool(self.authenticated)

    def ping(self) -> None:
        """The link has its own pings, which notice a silent connection."""

    def connection_lost(self, exc: Exception | None) -> None:
        """The link reconnects, or not, as it is told."""

    async def accepted(self) -> bool:
        """Wait for the answer to the login. Raises LinkLost when the connection went first."""
        return await asyncio.shield(self.answered)

    async def shut(self) -> None:
        """Close the connection, if there is one, and wait until it is gone."""
        self.close()
        if self.protocol is not None:
            self.protocol.abort()
            await asyncio.wait({self.protocol.lost})
