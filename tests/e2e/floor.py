"""A whole centre for one test: the program, its Asterisk on free ports, agents' phones, and callers from the carrier."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from acd.core.inputs import LogIn, SetReady
from centre.reader import read_centre
from kernel.ids import AgentId, DeviceId, InteractionId
from kernel.instants import Instant
from phones.callers import TrunkCallers
from phones.commands import Transport
from phones.crowd import AgentPhones, Phones
from phones.sipp_program import sipp_words
from reports.rows import InteractionRow
from sambut.asterisk_site import transports_on
from sambut.commands.hash_pin import pin_hash_of
from sambut.demo.sample_centre import AGENT_IDS, demo_centre
from sambut.program import Running, run_program
from sambut.secrets_file import SecretsFile
from sambut.settings import Agi, Asterisk, Http, Paths, Settings
from sambut.storage import open_storage
from tests.port_leases import free_ports, rtp_range

T = TypeVar("T")
F = TypeVar("F")
PIN = "246810"


def settings_in(folder: Path, *, sounds: Path | None = None) -> Settings:
    """Settings of a program that disturbs nobody. ``sounds``: other announcements than the repository's."""
    sip, ami, agi, http = free_ports(4)
    rtp_min, rtp_max = rtp_range()
    return Settings(
        paths=Paths(data_dir=str(folder / "data"), run_dir=str(folder / "run")),
        asterisk=Asterisk(
            sip_udp_port=sip,
            sip_tcp_port=sip,
            ami_port=ami,
            rtp_port_min=rtp_min,
            rtp_port_max=rtp_max,
            sounds="" if sounds is None else str(sounds),
        ),
        agi=Agi(port=agi),
        http=Http(port=http),
        base_dir=folder,
    )


async def eventually(look: Callable[[], Awaitable[T | None]], *, within_s: float, what: str) -> T:
    """What ``look`` finds, as soon as it finds something. Raises AssertionError when the time is over."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        found = await look()
        if found is not None:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"{what}: not within {within_s:g} s")


@dataclass(slots=True, kw_only=True)
class CallFloor:
    """Everything a story needs."""

    running: Running
    phones: AgentPhones
    callers: TrunkCallers
    folder: Path

    async def plug_in(
        self, phone: str, *, tone_hz: int = 1000, phones: Phones | None = None, way: Transport = "udp"
    ) -> None:
        """Register a phone; ``phones``: of another process than the usual one; ``way``: its transport."""
        settings = self.running.settings
        secret = SecretsFile(settings.secrets_file).read()[f"device.{phone}"]
        await (phones or self.phones).register(
            phone,
            password=secret,
            server="127.0.0.1",
            port=transports_on(settings)[way],
            transport=way,
            tone_hz=tone_hz,
            record_folder=self.folder,
        )

    async def seat(
        self,
        agent: str,
        phone: str,
        *,
        tone_hz: int = 1000,
        ready: bool = True,
        phones: Phones | None = None,
        way: Transport = "udp",
    ) -> None:
        """Register a phone, and let an agent sit down at it."""
        await self.plug_in(phone, tone_hz=tone_hz, phones=phones, way=way)
        await self.sit_down(agent, phone, ready=ready)

    async def sit_down(self, agent: str, phone: str, *, ready: bool = True) -> None:
        """Let an agent sit down at a registered phone."""
        door = self.running.distributor
        await door.submit(LogIn(agent_id=AgentId(agent), device_id=DeviceId(phone)))

        async def reachable() -> bool | None:
            picture = self.running.hub.picture
            return True if picture.agents[AgentId(agent)].state != "unreachable" else None

        await eventually(reachable, within_s=5, what=f"{phone} reachable")
        if ready:
            await door.submit(SetReady(agent_id=AgentId(agent)))

    async def ended_row(self, *, within_s: float = 15) -> InteractionRow:
        """The row of the newest interaction that has ended."""

        async def look() -> InteractionRow | None:
            rows = await self.running.storage.rows.find_interactions(count_max=1)
            return rows[0] if rows and rows[0].disposition is not None else None

        return await eventually(look, within_s=within_s, what="an ended interaction in the rows")

    async def row_of_call_to(self, did: str, *, within_s: float = 5) -> InteractionRow:
        """The row of the only interaction with a number of ours, once it has ended."""

        async def look() -> InteractionRow | None:
            rows = [row for row in await self.running.storage.rows.find_interactions() if row.did == did]
            assert len(rows) <= 1, f"{len(rows)} calls to {did}"
            return rows[0] if rows and rows[0].disposition is not None else None

        return await eventually(look, within_s=within_s, what=f"an ended call to {did}")

    async def ended_rows(self, count: int, *, within_s: float = 10) -> list[InteractionRow]:
        """All rows, newest first, once there are so many and all have ended."""

        async def look() -> list[InteractionRow] | None:
            rows = await self.running.storage.rows.find_interactions()
            return rows if len(rows) == count and all(row.disposition is not None for row in rows) else None

        return await eventually(look, within_s=within_s, what=f"{count} ended interactions in the rows")

    async def facts(self, interaction_id: InteractionId) -> list[str]:
        """The names of all facts about one interaction, in order."""
        entries = await self.running.storage.journal.timeline(interaction_id)
        return [
            type(fact).__name__
            for entry in entries
            for fact in entry.facts
            if getattr(fact, "interaction_id", None) == interaction_id
        ]

    def state_of(self, agent: str) -> str:
        """An agent's state now."""
        return str(self.running.hub.picture.agents[AgentId(agent)].state)

    async def until(self, agent: str, state: str, reason_code: str | None = None, *, within_s: float = 5) -> None:
        """Wait until an agent is in a state, for a reason if one is given."""

        async def look() -> bool | None:
            now = self.running.hub.picture.agents[AgentId(agent)]
            return True if now.state == state and reason_code in (None, now.reason_code) else None

        await eventually(look, within_s=within_s, what=f"{agent} {state} {reason_code or ''}".strip())

    async def stays(self, agent: str, state: str, at_least_ms: int) -> None:
        """Wait until an agent is in a state, and has been for so long."""

        async def look() -> bool | None:
            now = self.running.hub.picture.agents[AgentId(agent)]
            return True if now.state == state and time.time() * 1000 - now.since >= at_least_ms else None

        await eventually(look, within_s=5 + at_least_ms / 1000, what=f"{agent} {state} for {at_least_ms} ms")

    async def queued(self, *, within_s: float = 8) -> InteractionId:
        """Wait until somebody waits in a queue with no phone ringing for them: who."""

        async def look() -> InteractionId | None:
            calls = self.running.hub.picture.calls.values()
            return next((call.interaction_id for call in calls if call.phase == "waiting"), None)

        return await eventually(look, within_s=within_s, what="a caller waiting")

    async def all_facts(self, kind: type[F]) -> list[F]:
        """All facts of one class in the journal, in order."""
        journal = self.running.storage.journal
        return [fact async for entry in journal.read() for fact in entry.facts if isinstance(fact, kind)]


async def put_centre(settings: Settings, *, rewrite: Callable[[str], str] = str) -> None:
    """Store the sample centre for a program that is not up yet. ``rewrite``: what to make of the sample's text."""
    pin_hash = pin_hash_of(PIN)
    centre = read_centre(rewrite(demo_centre(dict.fromkeys(AGENT_IDS, pin_hash))))
    async with open_storage(settings) as storage:
        await storage.directory.save(centre, Instant(0))


async def is_ready(running: Running) -> None:
    """Wait until the program says that it is ready."""

    async def ready() -> bool | None:
        return None if await running.health.problems() else True

    await eventually(ready, within_s=20, what="the program ready")


def trunk_callers(settings: Settings, folder: Path) -> TrunkCallers:
    """Callers of the sample's trunk, up to eight at once."""
    return TrunkCallers(
        sipp=sipp_words(),
        server="127.0.0.1",
        port=settings.asterisk.sip_udp_port,
        ports=free_ports(8),
        folder=folder / "calls",
    )


@contextlib.asynccontextmanager
async def open_floor(
    folder: Path, *, rewrite: Callable[[str], str] = str, settings: Settings | None = None
) -> AsyncIterator[CallFloor]:
    """The sample centre, as rewritten, up and in step with its Asterisk. ``settings``: as ``settings_in``, or other."""
    settings = settings or settings_in(folder)
    await put_centre(settings, rewrite=rewrite)
    async with contextlib.AsyncExitStack() as opened:
        running = await opened.enter_async_context(run_program(settings, stop_asterisk=True))
        await is_ready(running)
        phones = await opened.enter_async_context(AgentPhones())
        callers = await opened.enter_async_context(trunk_callers(settings, folder))
        yield CallFloor(running=running, phones=phones, callers=callers, folder=folder)
