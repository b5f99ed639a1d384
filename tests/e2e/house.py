"""A whole centre outside of the test: the program is a process of its own, which can be told to stop, or be killed.

Phones and callers live in yet other processes, so that they outlast it. Everything is asked over the API, as a client
would ask it.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from centre.reader import read_centre
from cti.wire import SUBPROTOCOL
from kernel.instants import Instant
from phones.caller_script import CallerScript
from phones.callers import LiveCall, TrunkCallers
from phones.crowd import AgentPhones
from phones.plans import PicksUp
from phones.sipp_program import sipp_words
from sambut.bench.ways import asterisk_pid
from sambut.commands.hash_pin import pin_hash_of
from sambut.demo.sample_centre import AGENT_IDS, demo_centre
from sambut.one_program import running_pid
from sambut.secrets_file import SecretsFile
from sambut.settings import Settings
from sambut.storage import ADMIN_SECRET, open_storage
from tests.e2e.floor import PIN, eventually, settings_in
from tests.port_leases import free_ports

DIRECT = "16999"
"""A number that leads straight into the Indonesian queue; those on the priority list come first there."""
_DIRECT_FLOW = f"""
[[dids]]
number = "{DIRECT}"
flow = "house-direct"

[[flows]]
id = "house-direct"
name = "Direct"
start = "start"

[flows.nodes.start]
kind = "start"
answer = true
exits = {{ next = "check-vip" }}

[flows.nodes.check-vip]
kind = "caller_list"
list = "vip"
exits = {{ listed = "wait", not_listed = "wait" }}

[flows.nodes.wait]
kind = "enqueue"
queue = "indonesia"
exits = {{ timeout = "sorry", refused = "sorry" }}

[flows.nodes.sorry]
kind = "hangup"
prompts = ["sorry"]
"""
STOP_S_MAX = 12.0
CALLER_HZ = 440
AGENT_HZ = 1000


@dataclass(slots=True, kw_only=True)
class House:
    """The settings, the folder, the people, and the program while it runs."""

    settings: Settings
    folder: Path
    phones: AgentPhones
    callers: TrunkCallers
    api: aiohttp.ClientSession
    environment: dict[str, str] = field(repr=False)
    before: tuple[str, ...] = ()
    program: asyncio.subprocess.Process | None = None

    # --- the program -------------------------------------------------------------------------------------------------

    async def up(self, *, within_s: float = 25) -> None:
        """Start the program, and wait until it says that it could serve a caller."""
        with (self.folder / "program.log").open("ab") as log:
            self.program = await asyncio.create_subprocess_exec(
                *self.before,
                str(Path(sys.executable).with_name("sambut")),
                "up",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
                cwd=self.folder,
            )
        await self.ready(within_s=within_s)

    async def ready(self, *, within_s: float = 25) -> None:
        """Wait until the program says that it could serve a caller."""

        async def look() -> bool | None:
            assert self.program is not None
            assert self.program.returncode is None, "the program has ended"
            return True if await self.health() == 200 else None

        await eventually(look, within_s=within_s, what="the program ready")

    async def health(self) -> int:
        """The status of /health/ready; 0 when nobody answers."""
        return (await self.health_words())[0]

    async def health_words(self) -> tuple[int, str]:
        """The status of /health/ready and what it says; (0, "") when nobody answers."""
        try:
            async with self.api.get("/health/ready") as answer:
                return answer.status, await answer.text()
        except (aiohttp.ClientError, TimeoutError):
            return 0, ""

    async def metric(self, name: str) -> float:
        """One number without labels of /metrics. Raises aiohttp.ClientError, KeyError."""
        async with self.api.get("/metrics") as answer:
            families = text_string_to_metric_families(await answer.text())
        return {sample.name: sample.value for family in families for sample in family.samples}[name]

    async def stop(self) -> int:
        """SIGTERM; the exit code. Raises TimeoutError when it does not end in bounded time."""
        return await self._end(signal.SIGTERM)

    async def sound_goes_on(self, interaction_id: str, *, for_ms: int = 1_000) -> None:
        """Wait until Asterisk has written so much more of a talk in progress, whoever is or is not watching."""
        (file,) = (self.settings.data_dir / "spool/monitor").glob(f"{interaction_id}-*-caller.wav")
        enough = file.stat().st_size + for_ms * 16

        async def look() -> bool | None:
            return True if file.stat().st_size >= enough else None

        await eventually(look, within_s=for_ms / 1000 + 3, what="the talk's sound written on")

    async def kill(self) -> None:
        """SIGKILL: no time for a last word."""
        await self._end(signal.SIGKILL)

    @property
    def engine_pid(self) -> int:
        """The pid of the program itself, which its supervisor looks after."""
        pid = running_pid(self.settings)
        assert pid is not None, "the program does not run"
        return pid

    def freeze(self) -> int:
        """SIGSTOP for the program and its supervisor: alive, and dead to the world. The program's pid."""
        assert self.program is not None
        self.program.send_signal(signal.SIGSTOP)
        frozen = self.engine_pid
        os.kill(frozen, signal.SIGSTOP)
        return frozen

    def thaw(self) -> None:
        """SIGCONT for both."""
        assert self.program is not None
        os.kill(self.engine_pid, signal.SIGCONT)
        self.program.send_signal(signal.SIGCONT)

    async def _end(self, number: signal.Signals) -> int:
        assert self.program is not None
        self.program.send_signal(number)
        async with asyncio.timeout(STOP_S_MAX):
            return await self.program.wait()

    @property
    def asterisk_pid(self) -> int | None:
        """The pid of the Asterisk that runs in this house; None when there is none."""
        return asterisk_pid(self.settings)

    # --- people ------------------------------------------------------------------------------------------------------

    async def seat(self, agent: str, phone: str, *, tone_hz: int = 1000, ready: bool = True) -> None:
        """Register a phone, and let an agent sit down at it."""
        secret = SecretsFile(self.settings.secrets_file).read()[f"device.{phone}"]
        port = self.settings.asterisk.sip_udp_port
        await self.phones.register(
            phone, password=secret, server="127.0.0.1", port=port, tone_hz=tone_hz, record_folder=self.folder
        )
        await self.post(f"agents/{agent}/login", device_id=phone)
        await self.agent_is(agent, "aux")
        if ready:
            await self.post(f"agents/{agent}/ready")
            await self.agent_is(agent, "ready")

    async def call(self, number: str, *, did: str = DIRECT, tone_hz: int = 440, **more: Any) -> LiveCall:
        """A caller from the carrier, who hears and is heard once the call is answered."""
        script = CallerScript(number=number, did=did, tone_hz=tone_hz, records=True, **more)
        call = await self.callers.start(script)
        await call.wait_for("answered", within_ms=8_000)
        return call

    async def begin_talk(self, agent: str, phone: str) -> tuple[LiveCall, str]:
        """Seat an agent and have them talk to a caller; the call, and its interaction."""
        known = await self.live_calls()
        await self.seat(agent, phone, tone_hz=AGENT_HZ)
        await self.phones.behave(phone, PicksUp(after_ms=100))
        call = await self.call("0812000001", tone_hz=CALLER_HZ)
        await self.agent_is(agent, "talking")
        (interaction_id,) = set(await self.live_calls()) - set(known)
        return call, interaction_id

    # --- the API -----------------------------------------------------------------------------------------------------

    async def get(self, path: str) -> Any:
        """One resource of the API. Raises aiohttp.ClientError."""
        async with self.api.get(f"/api/v1/{path}") as answer:
            answer.raise_for_status()
            return await answer.json()

    async def post(self, path: str, **body: str) -> None:
        """Ask the API for something. Raises aiohttp.ClientError."""
        async with self.api.post(f"/api/v1/{path}", json=body or None) as answer:
            answer.raise_for_status()

    async def agent(self, agent: str) -> tuple[str, str]:
        """An agent's state and reason now."""
        shown = await self.get(f"agents/{agent}")
        return shown["state"], shown["reason_code"]

    async def agent_is(self, agent: str, *states: str, within_s: float = 10) -> str:
        """Wait until an agent is in one of these states; which."""

        async def look() -> str | None:
            state, _ = await self.agent(agent)
            return state if state in states else None

        return await eventually(look, within_s=within_s, what=f"{agent} {' or '.join(states)}")

    async def line(self, queue: str = "indonesia") -> list[str]:
        """The interactions that wait in a queue, in the order of service; one that is offered counts as waiting."""
        return [waiting["call_id"] for waiting in (await self.get(f"queues/{queue}"))["waiting"]]

    async def newcomer(self, known: list[str], *, queue: str = "indonesia") -> str:
        """Wait until somebody not yet known waits in the queue; who."""

        async def look() -> str | None:
            return next((one for one in await self.line(queue) if one not in known), None)

        return await eventually(look, within_s=10, what="a new caller in the queue")

    async def interaction(self, interaction_id: str) -> dict[str, Any]:
        """One interaction's row as the API shows it."""
        shown: dict[str, Any] = (await self.get(f"interactions/{interaction_id}"))["interaction"]
        return shown

    async def ended(self, interaction_id: str, *, within_s: float = 15) -> dict[str, Any]:
        """Wait until an interaction has ended; its row."""

        async def look() -> dict[str, Any] | None:
            row = await self.interaction(interaction_id)
            return row if row["disposition"] is not None else None

        return await eventually(look, within_s=within_s, what=f"{interaction_id} ended")

    async def facts(self, interaction_id: str) -> list[str]:
        """The names of all facts about one interaction, in order."""
        return [one["fact"] for one in (await self.get(f"interactions/{interaction_id}"))["timeline"]]

    async def recording(self, interaction_id: str, *, within_s: float = 15) -> dict[str, Any]:
        """Wait for the recording of an interaction with one talk."""

        async def look() -> dict[str, Any] | None:
            found = (await self.get(f"interactions/{interaction_id}/recordings"))["recordings"]
            return found[0] if found else None

        return await eventually(look, within_s=within_s, what=f"the recording of {interaction_id}")

    async def live_calls(self) -> dict[str, str]:
        """The phase of every call in the live picture, by interaction, as a new client of the socket is shown it."""
        async with self.api.ws_connect("/cti/v1/ws", protocols=(SUBPROTOCOL,)) as socket:
            await socket.send_json(_hello())
            calls: dict[str, str] = {}
            async with asyncio.timeout(5):
                while True:
                    frame = await socket.receive_json()
                    if frame["type"] == "snapshot":
                        calls |= {call["call_id"]: call["phase"] for call in frame["data"]["calls"]}
                        if frame["data"]["part"] == frame["data"]["parts"]:
                            return calls

    async def event_numbers(self) -> list[int]:
        """The numbers of all CTI events since the beginning, as a client is given them that resumes at the first."""
        async with self.api.ws_connect("/cti/v1/ws", protocols=(SUBPROTOCOL,)) as socket:
            await socket.send_json(_hello(resume={"from_seq": 1}))
            numbers: list[int] = []
            async with asyncio.timeout(10):
                while True:
                    frame = await socket.receive_json()
                    if frame["type"] == "replay.end":
                        return numbers
                    if "seq" in frame:
                        numbers.append(frame["seq"])


def _hello(**more: object) -> dict[str, object]:
    return {"v": 1, "type": "hello", "client": "test", "versions": [1], **more}


@contextlib.asynccontextmanager
async def open_house(
    folder: Path, *, before: tuple[str, ...] = (), **sections: dict[str, object]
) -> AsyncIterator[House]:
    """The sample centre with the program up as a process.

    ``sections``: settings beside those of the test floor. ``before``: words that run the program's own, which follow.
    """
    settings = settings_in(folder)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAMBUT_")}
    for section, keys in [*_as_sections(settings).items(), *sections.items()]:
        environment |= {f"SAMBUT_{section}_{key}".upper(): str(value) for key, value in keys.items()}
    hashes = dict.fromkeys(AGENT_IDS, pin_hash_of(PIN))
    async with open_storage(settings) as storage:
        await storage.directory.save(read_centre(demo_centre(hashes) + _DIRECT_FLOW), Instant(0))
    token = SecretsFile(settings.secrets_file).ensure([ADMIN_SECRET])[ADMIN_SECRET]
    async with contextlib.AsyncExitStack() as opened:
        api = await opened.enter_async_context(
            aiohttp.ClientSession(
                f"http://127.0.0.1:{settings.http.port}",
                headers={"Authorization": f"Bearer {token}"},
                timeout=aiohttp.ClientTimeout(total=5),
            )
        )
        callers = TrunkCallers(
            sipp=sipp_words(),
            server="127.0.0.1",
            port=settings.asterisk.sip_udp_port,
            ports=free_ports(8),
            folder=folder / "calls",
        )
        house = House(
            settings=settings,
            folder=folder,
            phones=AgentPhones(),
            callers=callers,
            api=api,
            environment=environment,
            before=before,
        )
        opened.push_async_callback(_close, house)
        await house.up()
        await opened.enter_async_context(house.phones)
        await opened.enter_async_context(house.callers)
        yield house


def _as_sections(settings: Settings) -> dict[str, dict[str, object]]:
    asterisk = settings.asterisk
    return {
        "paths": {"data_dir": settings.data_dir, "run_dir": settings.run_dir},
        "asterisk": {
            name: getattr(asterisk, name)
            for name in ("sip_udp_port", "sip_tcp_port", "ami_port", "rtp_port_min", "rtp_port_max")
        },
        "agi": {"port": settings.agi.port},
        "http": {"port": settings.http.port},
    }


async def _close(house: House) -> None:
    """End the program and then its Asterisk, whatever state a story left them in."""
    if house.program is not None and house.program.returncode is None:
        await house.kill()
    pid = house.asterisk_pid
    if pid is None:
        return
    os.kill(pid, signal.SIGKILL)

    async def gone() -> bool | None:
        return True if house.asterisk_pid is None else None

    await eventually(gone, within_s=5, what="Asterisk gone")
