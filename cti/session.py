"""One client on the event socket: hello, what was missed or a snapshot, then live until one of the two hangs up."""

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import Sequence

import structlog
from aiohttp import WSMsgType, web

from cti import control
from cti.control import Closing, FrameError
from cti.follower import Follower, TooSlow
from cti.frames import NumberedEvent
from cti.ports import TokenGrant
from cti.room import Room
from cti.snapshot import snapshot_parts
from cti.topics import Interest, TopicError, TopicForbidden, interest
from kernel.instants import to_iso

_log = structlog.get_logger(__name__)


class Session:
    """A socket that was let in. ``run`` returns when it is closed."""

    def __init__(self, room: Room, socket: web.WebSocketResponse, grant: TokenGrant) -> None:
        self._room = room
        self._socket = socket
        self._grant = grant
        self._id = secrets.token_hex(8)
        self._may_see = "pii" in grant.scopes
        self._sent: deque[int] = deque()
        self._sent_last = 0
        self._acks = False
        self._acked = asyncio.Event()
        self._leash: asyncio.Timeout | None = None

    async def run(self) -> None:
        """Serve the client until it leaves, or is let go."""
        try:
            hello = await self._greeted()
            wanted = self._interest(hello)
        except FrameError as wrong:
            await self._fail(wrong)
            return
        self._acks = hello.ack == "batch"
        _log.info("cti client connected", session=self._id, client=self._grant.client)
        try:
            wrong_then = await self._talked(hello, wanted)
            if wrong_then is not None:
                await self._fail(wrong_then)
        finally:
            _log.info("cti client left", session=self._id, client=self._grant.client)

    async def _talked(self, hello: control.Hello, wanted: Interest) -> FrameError | None:
        """Read and write until one of the two ends; why, if the client is to be let go."""
        tasks = [
            asyncio.create_task(self._read()),
            asyncio.create_task(self._write(hello, wanted)),
            asyncio.create_task(self._stand_by_token()),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            # All are over before the socket is closed: a close in one would be torn by the end of the other.
            await asyncio.wait(tasks)
        return next((wrong for task in done if (wrong := task.result()) is not None), None)

    # --- what the client says ------------------------------------------------------------------------------------

    async def _greeted(self) -> control.Hello:
        try:
            async with asyncio.timeout(self._room.settings.hello_ms_max / 1000):
                said = await self._said()
        except TimeoutError:
            raise FrameError(Closing.NO_HELLO.error_code, "say hello first", Closing.NO_HELLO) from None
        if not isinstance(said, control.Hello):
            raise FrameError(Closing.NO_HELLO.error_code, "the first frame is hello", Closing.NO_HELLO)
        if 1 not in said.versions:
            raise FrameError(Closing.NO_VERSION.error_code, "this server speaks version 1", Closing.NO_VERSION)
        return said

    def _interest(self, hello: control.Hello) -> Interest:
        try:
            return interest(hello.topics, hello.filter.types, self._grant.scopes)
        except TopicError as wrong:
            raise FrameError("bad_topic", str(wrong), Closing.BAD_FRAME) from None
        except TopicForbidden as wrong:
            raise FrameError(Closing.FORBIDDEN.error_code, str(wrong), Closing.FORBIDDEN) from None

    async def _said(self) -> control.Hello | control.Ack | None:
        """The next frame; None when the socket is closed (by either side)."""
        message = await self._socket.receive()
        if message.type is WSMsgType.TEXT:
            return control.client_frame(message.data)
        if message.type is WSMsgType.BINARY:
            raise FrameError(Closing.BINARY.error_code, "frames are text", Closing.BINARY)
        return None

    async def _read(self) -> FrameError | None:
        while True:
            try:
                said = await self._said()
                if said is None:
                    return None
                self._take(said)
            except FrameError as wrong:
                if wrong.closes is not None:
                    return wrong
                with contextlib.suppress(ConnectionError, TimeoutError):
                    await self._send(_error(wrong))

    async def _stand_by_token(self) -> FrameError:
        """Until the token that opened the socket is good no more."""
        room = self._room
        # The book of tokens is asked, it does not tell.
        while self._grant in room.tokens.grants():  # noqa: ASYNC110
            await asyncio.sleep(room.settings.grant_look_ms / 1000)
        return FrameError(Closing.UNAUTHORIZED.error_code, "the token is not good any more", Closing.UNAUTHORIZED)

    def _take(self, said: control.Hello | control.Ack) -> None:
        if isinstance(said, control.Hello):
            raise FrameError("second_hello", "hello is said once", Closing.BAD_FRAME)
        if said.seq > self._sent_last:
            raise FrameError(Closing.BAD_ACK.error_code, "acknowledged what was not sent", Closing.BAD_ACK)
        while self._sent and self._sent[0] <= said.seq:
            self._sent.popleft()
        self._acked.set()

    # --- what the server says ------------------------------------------------------------------------------------

    async def _write(self, hello: control.Hello, wanted: Interest) -> FrameError | None:
        hub = self._room.hub
        limits = self._room.settings
        resume_seq = self._resume_seq(hello)
        next_seq = hub.head_seq + 1 if resume_seq is None else resume_seq
        follower = Follower(hub, wanted, next_seq=next_seq, pending_max=limits.pending_max, on_overflow=self._let_go)
        try:
            async with asyncio.timeout(None) as self._leash:
                await self._open(hello, wanted, resume_seq)
                async for batch in follower.missed():
                    await self._send_events(batch)
                if resume_seq is not None:
                    self._sent_last = hub.head_seq
                    await self._send(control.ReplayEnd(seq=hub.head_seq))
                async for batch in follower.live(limits.heartbeat_ms / 1000):
                    if not batch:
                        await self._beat()
                    await self._send_events(batch)
        except (TooSlow, TimeoutError):
            return FrameError(Closing.TOO_SLOW.error_code, "too far behind; resume", Closing.TOO_SLOW)
        except ConnectionError:
            pass  # The client is gone.
        finally:
            follower.leave()
        return None

    def _resume_seq(self, hello: control.Hello) -> int | None:
        """Where the replay begins; None when there is none."""
        if hello.resume is None:
            return None
        hub = self._room.hub
        return hello.resume.from_seq if hub.oldest_seq <= hello.resume.from_seq <= hub.head_seq + 1 else None

    async def _open(self, hello: control.Hello, wanted: Interest, resume_seq: int | None) -> None:
        """Welcome, and either the replay's beginning or a snapshot, all as of this moment."""
        hub, limits, now = self._room.hub, self._room.settings, self._room.clock.now()
        head_seq = hub.head_seq
        welcome = control.Welcome(
            session=self._id,
            seq=head_seq,
            oldest_seq=hub.oldest_seq,
            heartbeat_s=limits.heartbeat_ms / 1000,
            server_time=to_iso(now),
            limits=control.Limits(
                frame_bytes=limits.frame_bytes_max, unacked=limits.unacked_max, pending=limits.pending_max
            ),
        )
        if resume_seq is not None:
            self._sent_last = resume_seq - 1
            await self._send(welcome)
            await self._send(control.ReplayBegin(from_seq=resume_seq, to_seq=head_seq))
            return
        self._sent_last = head_seq
        reason = "fresh"
        if hello.resume is not None:
            reason = "ahead" if hello.resume.from_seq > head_seq else "too_old"
        # Taken before the first await: the picture must be the one of head_seq.
        parts = snapshot_parts(hub.picture, wanted, head_seq, now)
        await self._send(welcome)
        await self._send(control.Resync(reason=reason, snapshot_seq=head_seq))
        for part in parts:
            await self._send(await part.disclosed(self._room.frames, may_see=self._may_see))

    async def _send_events(self, batch: Sequence[NumberedEvent]) -> None:
        for event in batch:
            if self._acks:
                await self._window_open()
                self._sent.append(event.logged.seq)
            self._sent_last = event.logged.seq
            await self._send_bytes(await self._room.frames.frame(event, may_see=self._may_see))

    async def _window_open(self) -> None:
        while len(self._sent) >= self._room.settings.unacked_max:
            self._acked.clear()
            await self._acked.wait()

    async def _beat(self) -> None:
        self._sent_last = max(self._sent_last, self._room.hub.head_seq)
        await self._send(control.Heartbeat(seq=self._sent_last))

    async def _send(self, data: control.ServerData) -> None:
        await self._send_bytes(control.server_frame(data, to_iso(self._room.clock.now())))

    async def _send_bytes(self, frame: bytes) -> None:
        async with asyncio.timeout(self._room.settings.send_ms_max / 1000):
            await self._socket.send_frame(frame, WSMsgType.TEXT)

    def _let_go(self) -> None:
        """The follower overflowed, perhaps while a send is stuck: the leash ends whatever is being waited for."""
        if self._leash is not None:
            self._leash.reschedule(asyncio.get_running_loop().time())

    async def _fail(self, wrong: FrameError) -> None:
        """Say what was wrong, and close."""
        _log.info("cti client let go", session=self._id, client=self._grant.client, code=wrong.code)
        with contextlib.suppress(ConnectionError, TimeoutError):
            # A client that does not read will not read this either; it is not waited for.
            async with asyncio.timeout(self._room.settings.close_ms_max / 1000):
                await self._send(_error(wrong))
        code = Closing.BAD_FRAME if wrong.closes is None else wrong.closes
        await self._socket.close(code=code.close_code, message=wrong.code.encode(), drain=False)


def _error(wrong: FrameError) -> control.Error:
    return control.Error(code=wrong.code, message=wrong.message, closes=wrong.closes is not None)
