"""The product as its users run it: ``sambut up`` below its supervisor, with an Asterisk of its own, and agents at phones."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from centre.reader import read_centre
from kernel.instants import Instant
from sambut.asterisk_site import read_program
from sambut.bench.ways import RTP_PORTS, Ground, ThroughSambut, asterisk_pid
from sambut.one_program import running_pid
from sambut.secrets_file import SecretsFile
from sambut.settings import Agi, Asterisk, Engine, Http, Paths, Settings
from sambut.storage import ADMIN_SECRET, open_storage
from tests.chaos.centre import centre_with_a_menu
from tests.port_leases import free_ports

LOOK_S = 0.02
STOP_S_MAX = 20.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Stuck(Exception):
    """The product did not do what it must within any bearable time. The text says what."""


@dataclass(slots=True, kw_only=True)
class Product:
    """The running product. ``way``: agents, asked over the API."""

    ground: Ground
    process: asyncio.subprocess.Process
    http: aiohttp.ClientSession
    way: ThroughSambut

    @property
    def settings(self) -> Settings:
        """Its settings."""
        return self.ground.settings

    @property
    def engine_pid(self) -> int | None:
        """The program itself, below its supervisor; None between two lives."""
        return running_pid(self.settings)

    @property
    def asterisk_pid(self) -> int | None:
        """Its Asterisk; None when there is none."""
        return asterisk_pid(self.settings)

    async def is_ready(self) -> bool:
        """Whether it says that it could serve a caller: linked and in step with Asterisk."""
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            async with self.http.get(f"http://127.0.0.1:{self.settings.http.port}/health/ready") as answer:
                return answer.status == 200
        return False

    def times_in_step(self) -> int:
        """How often it has compared itself with Asterisk after it had lost sight of it."""
        return (self.settings.base_dir / "program.log").read_text("utf-8", "replace").count("in step with Asterisk")

    async def agents(self) -> dict[str, str]:
        """Every agent's state. Raises aiohttp.ClientError."""
        async with self.http.get(f"http://127.0.0.1:{self.settings.http.port}/api/v1/agents") as answer:
            return {each["agent_id"]: each["state"] for each in (await answer.json())["agents"]}

    async def recordings_waiting(self) -> int:
        """Talks that are over and whose sound is not on the shelf yet. Raises aiohttp.ClientError."""
        async with self.http.get(f"http://127.0.0.1:{self.settings.http.port}/metrics") as answer:
            told = dict(line.rsplit(" ", 1) for line in (await answer.text()).splitlines() if not line.startswith("#"))
        return round(float(told["sambut_recorder_waiting"]))

    async def stop(self) -> None:
        """SIGTERM, and whatever it takes."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_S_MAX):
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


def make_ground(folder: Path, *, agents: int, survivable_after_s: int) -> Ground:
    """A centre with a menu and one queue, on ports that nobody else uses. Raises AsteriskNotFound, OSError."""
    sip, ami, agi, http = free_ports(4)
    settings = Settings(
        paths=Paths(data_dir=str(folder / "data"), run_dir=str(folder / "run")),
        asterisk=Asterisk(
            sip_udp_port=sip, sip_tcp_port=0, ami_port=ami, rtp_port_min=RTP_PORTS[0], rtp_port_max=RTP_PORTS[1]
        ),
        agi=Agi(port=agi),
        http=Http(port=http),
        engine=Engine(survivable_after_s=survivable_after_s, heartbeat_ms=min(2000, survivable_after_s * 333)),
        base_dir=folder,
    )
    text = centre_with_a_menu(agents=agents)
    return Ground(
        settings=settings,
        program=read_program(settings),
        centre=read_centre(text),
        centre_text=text,
        agents=agents,
        queues=1,
    )


@asynccontextmanager
async def run_product(ground: Ground) -> AsyncIterator[Product]:
    """The product up and ready. Raises NotComparable, OSError."""
    settings = ground.settings
    token = SecretsFile(settings.secrets_file).ensure([ADMIN_SECRET])[ADMIN_SECRET]
    async with open_storage(settings) as storage:
        await storage.directory.save(ground.centre, Instant(0))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAMBUT_")}
    with (settings.base_dir / "program.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("sambut")), "up", "--stop-asterisk",
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, cwd=settings.base_dir,
            env=environment | _as_environment(settings),
        )  # fmt: skip
    async with aiohttp.ClientSession(
        headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=aiohttp.ClientTimeout(total=5)
    ) as http:
        product = Product(ground=ground, process=process, http=http, way=ThroughSambut(ground, process, http))
        try:
            await product.way.wait_until_up()
            yield product
        finally:
            await product.stop()


def _as_environment(settings: Settings) -> dict[str, str]:
    asterisk = settings.asterisk
    named = {
        "PATHS_DATA_DIR": settings.data_dir,
        "PATHS_RUN_DIR": settings.run_dir,
        "ASTERISK_SIP_UDP_PORT": asterisk.sip_udp_port,
        "ASTERISK_SIP_TCP_PORT": 0,
        "ASTERISK_AMI_PORT": asterisk.ami_port,
        "ASTERISK_RTP_PORT_MIN": asterisk.rtp_port_min,
        "ASTERISK_RTP_PORT_MAX": asterisk.rtp_port_max,
        "AGI_PORT": settings.agi.port,
        "HTTP_PORT": settings.http.port,
        "ENGINE_HEARTBEAT_MS": settings.engine.heartbeat_ms,
        "ENGINE_SURVIVABLE_AFTER_S": settings.engine.survivable_after_s,
    }
    return {f"SAMBUT_{name}": str(value) for name, value in named.items()}


def now_ms() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def born_ms(pid: int) -> int:
    """When a process began, ms since the epoch, to a hundredth of a second. Raises OSError when it is gone."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    since_boot_s = int(fields[19]) / _TICKS_PER_S
    return int((time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + since_boot_s) * 1000)
