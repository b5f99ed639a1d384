"""The FastAGI server: one task a caller, from the opening block to the end of its script.

    server = AgiServer({"inbound": inbound}, AgiSettings(host="127.0.0.1", port=4573))
    await server.start()
    ...
    await server.close()          # running scripts may finish within the grace time

A script is `async def inbound(channel: Channel) -> None`. When it returns, the connection is closed and
the dialplan goes on. Asterisk sets AGISTATUS=SUCCESS even when this server died in mid-call: the
dialplan must test a variable that the script sets at its end, never AGISTATUS alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog

from ivr.ports import CallerGone
from telephony.agi.caller_channel import Channel
from telephony.agi.conversation import Conversation
from telephony.agi.failures import AgiFailure

log = structlog.get_logger(__name__)

Script = Callable[[Channel], Awaitable[None]]
PARTING_MS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiSettings:
    """Where to listen (`port` 0: any free one) and every limit of the server."""

    host: str = "127.0.0.1"
    port: int = 4573
    sessions_max: int = 2_000
    """More callers than this are turned away at once, and the dialplan goes on without us."""
    opening_ms_max: int = 3_000
    grace_ms: int = 10_000
    """How long close() waits for running scripts before it cancels them."""


@dataclass(slots=True, kw_only=True)
class AgiCounters:
    """Counts since the server was made; they never go back."""

    sessions: int = 0
    turned_away: int = 0
    requests_bad: int = 0
    paths_unknown: int = 0
    callers_gone: int = 0
    scripts_failed: int = 0


class AgiServer:
    """Listens, finds the script by the path of the request, and owns the sessions."""

    def __init__(self, routes: Mapping[str, Script], settings: AgiSettings) -> None:
        self.routes = dict(routes)
        self.settings = settings
        self.counters = AgiCounters()
        self._server: asyncio.Server | None = None
        self._sessions: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port listened on; 0 when the server is not listening."""
        return self._server.sockets[0].getsockname()[1] if self._server and self._server.sockets else 0

    @property
    def session_count(self) -> int:
        return len(self._sessions)

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        self._server = await asyncio.start_server(self._take, self.settings.host, self.settings.port, backlog=1024)

    async def close(self) -> None:
        """Take no more callers, let the scripts finish within the grace time, cancel the rest."""
        if self._server is not None:
            self._server.close()
        if self._sessions:
            _, unfinished = await asyncio.wait(self._sessions, timeout=self.settings.grace_ms / 1000)
            for session in unfinished:
                session.cancel()
            await asyncio.gather(*unfinished, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._sessions) >= self.settings.sessions_max:
            self.counters.turned_away += 1
            log.error("FastAGI session turned away", sessions=len(self._sessions))
            writer.transport.abort()
            return
        self.counters.sessions += 1
        session = asyncio.create_task(self._serve(reader, writer))
        self._sessions.add(session)
        session.add_done_callback(self._sessions.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            channel = await self._open(Conversation(reader, writer))
            if channel is not None:
                await self._run(channel)
        finally:
            await _part(writer)

    async def _open(self, conversation: Conversation) -> Channel | None:
        try:
            async with asyncio.timeout(self.settings.opening_ms_max / 1000):
                return Channel(await conversation.opening(), conversation)
        except CallerGone:
            self.counters.callers_gone += 1
            return None
        except (AgiFailure, TimeoutError, OSError) as failure:
            self.counters.requests_bad += 1
            log.warning("FastAGI request not understood", failure=type(failure).__name__, reason=str(failure))
            return None

    async def _run(self, channel: Channel) -> None:
        script = self.routes.get(channel.path)
        if script is None:
            self.counters.paths_unknown += 1
            log.error("FastAGI path unknown", path=channel.path, channel_id=channel.unique_id)
            return
        try:
            await script(channel)
        except CallerGone:
            self.counters.callers_gone += 1
            log.info("caller gone during script", path=channel.path, channel_id=channel.unique_id)
        except AgiFailure as failure:
            self.counters.scripts_failed += 1
            log.warning(
                "FastAGI session failed",
                path=channel.path,
                channel_id=channel.unique_id,
                failure=type(failure).__name__,
                reason=str(failure),
            )
        except Exception:
            self.counters.scripts_failed += 1
            log.exception("script failed", path=channel.path, channel_id=channel.unique_id)


async def _part(writer: asyncio.StreamWriter) -> None:
    """Close the connection; one that does not take our last bytes is cut."""
    writer.close()
    try:
        async with asyncio.timeout(PARTING_MS_MAX / 1000):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()
