"""A small Asterisk manager on a real TCP port: it answers as 22.10.1 does, or misbehaves as told."""

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
FULLY_BOOTED = (("Event", "FullyBooted"), ("Privilege", "system,all"), ("Uptime", "9"), ("Status", "Fully Booted"))


@dataclass
class Received:
    """One action as it came in."""

    session: int
    lines: list[tuple[str, str]]

    def __getitem__(self, key: str) -> str:
        return next(value for name, value in self.lines if name.lower() == key.lower())

    def all(self, key: str) -> list[str]:
        return [value for name, value in self.lines if name.lower() == key.lower()]


@dataclass
class Session:
    """One connection of a client."""

    number: int
    writer: asyncio.StreamWriter

    def write(self, data: bytes) -> None:
        self.writer.write(data)

    def message(self, *lines: tuple[str, str]) -> None:
        self.write(encoded(*lines))

    def event(self, name: str, *lines: tuple[str, str]) -> None:
        self.message(("Event", name), ("Privilege", "call,all"), *lines)

    def reply(self, action: Received, response: str = "Success", text: str = "", *more: tuple[str, str]) -> None:
        words = [("Message", text)] if text else []
        self.message(("Response", response), ("ActionID", action["ActionID"]), *words, *more)

    def rows(self, action: Received, event: str, count: int, complete: str, how: str = "Complete") -> None:
        """A whole list: the start, `count` rows numbered in the header `N`, the closing event."""
        self.reply(action, "Success", "A listing will follow", ("EventList", "start"))
        for number in range(count):
            self.event(event, ("ActionID", action["ActionID"]), ("N", str(number)))
        self.event(complete, ("ActionID", action["ActionID"]), ("EventList", how), ("ListItems", str(count)))

    def reset(self) -> None:
        """Cut the connection with a TCP reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Answer = Callable[[Session, Received], None]


@dataclass
class FakeAsterisk:
    """Fields may be changed at any time. `answers`: action name -> how to answer; the default is Success."""

    accepts_login: bool = True
    says_booted: bool = True
    silent: bool = False
    answers: Mapping[str, Answer] = field(default_factory=dict)
    banner: bytes = BANNER
    port: int = 0
    sessions: list[Session] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)

    async def __aenter__(self) -> "FakeAsterisk":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for session in self.sessions:
            session.writer.transport.abort()
        await self._server.wait_closed()

    @property
    def session(self) -> Session:
        """The newest connection."""
        return self.sessions[-1]

    def named(self, action: str) -> list[Received]:
        """The received actions of one name, oldest first."""
        return [each for each in self.received if each["Action"] == action]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(len(self.sessions), writer)
        self.sessions.append(session)
        session.write(self.banner)
        try:
            while True:
                raw = await reader.readuntil(b"\r\n\r\n")
                action = Received(session.number, _lines(raw))
                self.received.append(action)
                if not self.silent:
                    self._answer(session, action)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    def _answer(self, session: Session, action: Received) -> None:
        if action["Action"] in self.answers:
            self.answers[action["Action"]](session, action)
        elif action["Action"] != "Login":
            session.reply(action)
        elif self.accepts_login:
            session.reply(action, "Success", "Authentication accepted")
            if self.says_booted:
                session.message(*FULLY_BOOTED)
        else:
            session.reply(action, "Error", "Authentication failed")


def encoded(*lines: tuple[str, str]) -> bytes:
    """One message as Asterisk writes it."""
    return "".join(f"{key}: {value}\r\n" for key, value in lines).encode() + b"\r\n"


def _lines(raw: bytes) -> list[tuple[str, str]]:
    pairs = (line.partition(": ") for line in raw.decode().strip("\r\n").split("\r\n"))
    return [(key, value) for key, _, value in pairs]
