"""A CTI room on fakes, served on a free port."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer

from cti.app import make_app
from cti.frames import FrameMaker
from cti.hub import Hub
from cti.list_ports import ListOffice
from cti.room import Room
from cti.settings import CtiSettings
from cti.wire import SUBPROTOCOL
from kernel.contact import Contact
from kernel.entry import Entry
from kernel.ids import InteractionId
from reports.live import LiveNumbers
from tests.cti.fakes import (
    FakeArchive,
    FakeCalls,
    FakeClock,
    FakeContacts,
    FakeDoor,
    FakeExplainer,
    FakeOffice,
    FakeShelf,
    FakeTokens,
    MemoryCtiLog,
    NoLists,
    Script,
)
from tests.fakes.journal import MemoryJournal

NUMBER = "+6281234567890"
WAIT_S = 5


def contact(call: str, number: str = NUMBER) -> Contact:
    """Who calls in these stories."""
    return Contact(
        interaction_id=InteractionId(call),
        number=number,
        number_raw="081234567890",
        name="Budi",
        attributes={"customer_id": "K-77"},
    )


@dataclass(kw_only=True)
class Floor:
    """Everything a story touches."""

    settings: CtiSettings
    script: Script = field(default_factory=Script)
    journal: MemoryJournal = field(default_factory=MemoryJournal)
    log: MemoryCtiLog = field(default_factory=MemoryCtiLog)
    clock: FakeClock = field(default_factory=FakeClock)
    door: FakeDoor = field(default_factory=FakeDoor)
    archive: FakeArchive = field(default_factory=FakeArchive)
    explainer: FakeExplainer = field(default_factory=FakeExplainer)
    shelf: FakeShelf = field(default_factory=FakeShelf)
    office: FakeOffice = field(default_factory=FakeOffice)
    calls: FakeCalls = field(default_factory=FakeCalls)
    contacts: FakeContacts = field(default_factory=lambda: FakeContacts(contact("c1-1")))
    tokens: FakeTokens = field(
        default_factory=lambda: FakeTokens(
            crm="read pii",
            wall="read",
            control="agents:control",
            tapes="recordings",
            chief="admin",
            warden="lists",
            ann="agent:ann pii",
        )
    )
    numbers: LiveNumbers = field(default_factory=lambda: LiveNumbers(ZoneInfo("Asia/Jakarta")))
    lists: ListOffice = field(default_factory=NoLists)
    hub: Hub = field(init=False)

    async def start(self) -> None:
        """A hub that has heard the whole journal."""
        self.hub = await self.hub_over(self.log)

    async def hub_over(self, log: MemoryCtiLog) -> Hub:
        """A new hub that has heard the whole journal."""
        hub = Hub(self.settings, log)
        await hub.begin()
        async for entry in self.journal.read():
            await hub.hear(entry)
        return hub

    async def play(self, *entries: Entry) -> None:
        """Entries become durable and are published, as the distributor does it."""
        await self.journal.append(entries)
        for entry in entries:
            self.hub.on_entry(entry)
            self.numbers.on_entry(entry)

    def room(self) -> Room:
        """The room round the hub."""
        return Room(
            settings=self.settings,
            hub=self.hub,
            frames=FrameMaker(self.contacts, self.settings),
            door=self.door,
            clock=self.clock,
            contacts=self.contacts,
            tokens=self.tokens,
            archive=self.archive,
            explainer=self.explainer,
            shelf=self.shelf,
            office=self.office,
            lists=self.lists,
            country=lambda: "ID",
            calls=self.calls,
            numbers=lambda: self.numbers.now(self.clock.now()),
        )


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    """A floor with small limits, before anything happened."""
    return Floor(settings=CtiSettings(tenant="169", recordings_folder=tmp_path, close_ms_max=200, grant_look_ms=10))


Serve = Callable[[Floor], Awaitable[TestClient[Any, Any]]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts servers, and stops them after the story."""
    clients: list[TestClient[Any, Any]] = []

    async def start(floor: Floor) -> TestClient[Any, Any]:
        await floor.start()
        client: TestClient[Any, Any] = TestClient(TestServer(make_app(floor.room())))
        await client.start_server()
        clients.append(client)
        return client

    yield start
    for client in clients:
        await client.close()


def bearer(token: str) -> dict[str, str]:
    """The header of a token."""
    return {"Authorization": f"Bearer {token}"}


@dataclass(kw_only=True)
class Listener:
    """A client of the event socket."""

    socket: aiohttp.ClientWebSocketResponse

    async def frame(self) -> dict[str, Any]:
        """The next frame; fails when none comes or the socket closes."""
        message = await asyncio.wait_for(self.socket.receive(), WAIT_S)
        assert message.type is aiohttp.WSMsgType.TEXT, f"closed with {self.socket.close_code}"
        frame: dict[str, Any] = msgspec.json.decode(message.data)
        return frame

    async def until(self, kind: str) -> list[dict[str, Any]]:
        """Frames up to and with the next one of that type."""
        frames = [await self.frame()]
        while frames[-1]["type"] != kind:
            frames.append(await self.frame())
        return frames

    async def closed(self) -> int:
        """Read on until the socket is closed; the close code."""
        while True:
            message = await asyncio.wait_for(self.socket.receive(), WAIT_S)
            if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING):
                return self.socket.close_code or 0


async def connect(client: TestClient[Any, Any], who: str = "crm", **headers: str) -> Listener:
    """Open the socket without saying hello."""
    socket = await client.ws_connect(
        "/cti/v1/ws", headers={**bearer(who), **headers}, protocols=(SUBPROTOCOL,), max_msg_size=65_536
    )
    return Listener(socket=socket)


async def greet(client: TestClient[Any, Any], who: str = "crm", **hello: Any) -> Listener:
    """Open the socket and say hello."""
    listener = await connect(client, who)
    await listener.socket.send_json({"v": 1, "type": "hello", "client": "test", "versions": [1], **hello})
    return listener


async def eventually(is_so: Callable[[], bool]) -> None:
    """Wait until something is so; fails when it does not come to be."""
    deadline = asyncio.get_running_loop().time() + WAIT_S
    while not is_so():
        assert asyncio.get_running_loop().time() < deadline, "it did not come to be"
        await asyncio.sleep(0)
