"""The three ways of a call that are compared: through this product, through app_queue, and by a plain Dial.

All three run the same Asterisk with the same pjsip.conf, one after the other, each from a fresh start.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import aiohttp

from centre.model import Centre
from centre.reader import read_centre
from kernel.instants import Instant
from sambut.asterisk_site import AsteriskProgram, feature_codes, make_site, read_program, sip_secrets, sounds_dir
from sambut.bench.bench_centre import TRUNK, bench_centre, did_of
from sambut.bench.cpu import cpu_ms_of, cpu_ms_with_children
from sambut.free_ports import free_ports
from sambut.secrets_file import SecretsFile
from sambut.settings import Agi, Asterisk, Http, Paths, Settings
from sambut.storage import ADMIN_SECRET, open_storage
from telephony.config.deploy import write_files
from telephony.config.ground import prepare
from telephony.config.render import render
from telephony.process import AsteriskProcess

START_S_MAX = 60.0
STOP_S_MAX = 20.0
LOOK_S = 0.1
RTP_PORTS = (11_000, 20_999)
QUIET_SETTINGS = {"SAMBUT_LOG_LEVEL": "warning"}

_PLAIN_DIAL = """[general]
static = yes
writeprotect = yes

[acd-trunk-{trunk}]
exten => _[+0-9].,1,Answer()
 same => n,Dial(PJSIP/p$[${{CALLERID(num):-6}} % {agents}],15)
 same => n,Hangup()
"""
_RECORDED_DIAL = _PLAIN_DIAL.replace("n,Dial(", "n,MixMonitor(${{UNIQUEID}}.wav,b)\n same => n,Dial(")
_INTO_QUEUE = """[general]
static = yes
writeprotect = yes

[acd-trunk-{trunk}]
exten => _[+0-9].,1,Answer()
 same => n,Queue(${{EXTEN}})
 same => n,Hangup()
"""
_QUEUES = """[general]
persistentmembers = no
autofill = yes
shared_lastcall = yes
"""
# app_queue's best: nothing is announced, the shortest pause between tries, several callers are served at once.
_QUEUE = """
[{name}]
strategy = leastrecent
timeout = 15
retry = 1
wrapuptime = 0
ringinuse = no
autofill = yes
autopause = no
announce-frequency = 0
announce-holdtime = no
periodic-announce-frequency = 0
joinempty = yes
leavewhenempty = no
"""


class NotComparable(Exception):
    """A way could not be started, or did not do what it must to be measured. The text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the three share: settings of a centre of so many agents and queues, and the ports they use."""

    settings: Settings
    program: AsteriskProgram
    centre: Centre
    centre_text: str
    agents: int
    queues: int

    @property
    def sip_port(self) -> int:
        """Where Asterisk listens for SIP."""
        return self.settings.asterisk.sip_udp_port

    @property
    def dids(self) -> list[str]:
        """The numbers to call, one for each queue."""
        return [did_of(number) for number in range(self.queues)]

    def phone_secrets(self, phones: Sequence[str]) -> dict[str, str]:
        """The phones' SIP passwords."""
        found = SecretsFile(self.settings.secrets_file).ensure([f"device.{phone}" for phone in phones])
        return {phone: found[f"device.{phone}"] for phone in phones}


class Way(Protocol):
    """One way of a call, running."""

    def asterisk_cpu_ms(self) -> float:
        """Processor time so far of Asterisk and its ended children."""
        ...

    def program_cpu_ms(self) -> float:
        """Processor time so far of what drives Asterisk; 0 when nothing does."""
        ...

    async def seat(self, phones: Sequence[str]) -> None:
        """From now on exactly these agents take calls, in that order if they have been idle equally long."""
        ...


def make_ground(folder: Path, *, agents: int, queues: int, recording: bool = False) -> Ground:
    """Settings on free ports below ``folder``. Raises AsteriskNotFound, OSError."""
    sip, ami, agi, http = free_ports([0] * 4)
    base = Settings(
        paths=Paths(data_dir=str(folder / "data"), run_dir=str(folder / "run")),
        asterisk=Asterisk(
            sip_udp_port=sip, sip_tcp_port=0, ami_port=ami, rtp_port_min=RTP_PORTS[0], rtp_port_max=RTP_PORTS[1]
        ),
        agi=Agi(port=agi),
        http=Http(port=http),
        base_dir=folder,
    )
    write_settings(base, folder / "sambut.toml", recording=recording)
    text = bench_centre(agents=agents, queues=queues)
    return Ground(
        settings=base,
        program=read_program(base),
        centre=read_centre(text),
        centre_text=text,
        agents=agents,
        queues=queues,
    )


def write_settings(settings: Settings, path: Path, *, recording: bool) -> None:
    """The settings file that ``sambut up`` reads."""
    asterisk = settings.asterisk
    path.write_text(
        f"""[paths]
data_dir = "{settings.data_dir}"
run_dir = "{settings.run_dir}"
[asterisk]
sip_udp_port = {asterisk.sip_udp_port}
sip_tcp_port = 0
ami_port = {asterisk.ami_port}
rtp_port_min = {asterisk.rtp_port_min}
rtp_port_max = {asterisk.rtp_port_max}
[agi]
port = {settings.agi.port}
[http]
port = {settings.http.port}
[recording]
enabled = {str(recording).lower()}
""",
        encoding="utf-8",
    )


def asterisk_pid(settings: Settings) -> int | None:
    """The Asterisk that runs below these settings' folder; None when there is none."""
    run_dir = settings.run_dir / "asterisk"
    with contextlib.suppress(OSError, ValueError):
        pid = int((run_dir / "run/asterisk.pid").read_text())
        if str(run_dir).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return None


# --- through this product ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A frame that came at the desk, and when (ns since the epoch)."""

    at_ns: int
    frame: str


class ThroughSambut:
    """The program as it is run, in its own process, with one connected CTI socket."""

    def __init__(self, ground: Ground, process: asyncio.subprocess.Process, http: aiohttp.ClientSession) -> None:
        self._ground = ground
        self._process = process
        self._http = http
        self._seated: set[str] = set()
        self._ready: set[str] = set()
        self._address = f"http://127.0.0.1:{ground.settings.http.port}"
        self.heard: list[Heard] = []

    def asterisk_cpu_ms(self) -> float:
        pid = asterisk_pid(self._ground.settings)
        assert pid is not None, "measured while it runs"
        return cpu_ms_of(pid)

    def program_cpu_ms(self) -> float:
        return cpu_ms_with_children(self._process.pid)

    async def seat(self, phones: Sequence[str]) -> None:
        wanted = set(phones)
        for phone in sorted(self._ready - wanted):
            await self._ask(phone, "aux", {"reason_code": "break"})
        fresh = [phone for phone in phones if phone not in self._ready]
        for phone in fresh:
            if phone not in self._seated:
                await self._ask(phone, "login", {"device_id": phone})
            await self._ask(phone, "ready", {})
        self._seated |= wanted
        self._ready = wanted
        await self._until_ready(wanted)

    async def wait_until_up(self) -> None:
        """Until it says that it is ready. Raises NotComparable."""
        for _ in range(int(START_S_MAX / LOOK_S)):
            if self._process.returncode is not None:
                raise NotComparable(f"the program ended with {self._process.returncode}")
            with contextlib.suppress(aiohttp.ClientError):
                async with self._http.get(f"{self._address}/health/ready") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(LOOK_S)
        raise NotComparable("the program did not become ready")

    async def follow(self, *, keep: str = "") -> None:
        """Read the CTI socket, as a supervisor's desk does; keep the events of one type. Runs until cancelled."""
        async with self._http.ws_connect(f"ws://127.0.0.1:{self._ground.settings.http.port}/cti/v1/ws") as socket:
            await socket.send_json({"v": 1, "type": "hello", "client": "bench", "versions": [1]})
            async for message in socket:
                if keep and f'"{keep}"' in message.data:
                    self.heard.append(Heard(at_ns=time.time_ns(), frame=message.data))

    async def _until_ready(self, wanted: set[str]) -> None:
        found: set[str] = set()
        for _ in range(int(START_S_MAX / LOOK_S)):
            async with self._http.get(f"{self._address}/api/v1/agents") as answer:
                found = {each["agent_id"] for each in (await answer.json())["agents"] if each["state"] == "ready"}
            if found == wanted:
                return
            await asyncio.sleep(LOOK_S)
        raise NotComparable(f"of {len(wanted)} agents only {len(found & wanted)} became ready")

    async def _ask(self, phone: str, what: str, body: dict[str, str]) -> None:
        async with self._http.post(f"{self._address}/api/v1/agents/{phone}/{what}", json=body) as answer:
            if answer.status >= 300:
                raise NotComparable(f"{what} of {phone}: {answer.status} {(await answer.text())[:200]}")


@asynccontextmanager
async def through_sambut(ground: Ground, *, keep: str = "") -> AsyncIterator[ThroughSambut]:
    """The program up and ready. Raises NotComparable."""
    token = SecretsFile(ground.settings.secrets_file).ensure([ADMIN_SECRET])[ADMIN_SECRET]
    async with open_storage(ground.settings) as storage:
        await storage.directory.save(ground.centre, Instant(0))
    log = (ground.settings.base_dir / "sambut.log").open("ab")
    with log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from sambut.cli import app; app()", "up", "--stop-asterisk", "--settings",
            str(ground.settings.base_dir / "sambut.toml"),
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ | QUIET_SETTINGS,
        )  # fmt: skip
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers, trust_env=False) as http:
        way = ThroughSambut(ground, process, http)
        try:
            await way.wait_until_up()
            desk = asyncio.create_task(way.follow(keep=keep))
            try:
                yield way
            finally:
                desk.cancel()
                await asyncio.gather(desk, return_exceptions=True)
        finally:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_S_MAX):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


# --- Asterisk by itself --------------------------------------------------------------------------------------------------


class AsteriskAlone:
    """The same Asterisk without the program: an own dialplan, and queues if it is to have them."""

    def __init__(self, ground: Ground, process: AsteriskProcess, *, queues: bool) -> None:
        self._ground = ground
        self._process = process
        self._has_queues = queues

    def asterisk_cpu_ms(self) -> float:
        assert self._process.pid is not None
        return cpu_ms_of(self._process.pid)

    def program_cpu_ms(self) -> float:
        return 0.0

    async def seat(self, phones: Sequence[str]) -> None:
        """Only queues have members; the plain Dial rings whom the caller's number says."""
        if self._has_queues:
            etc_dir = Path(make_site(self._ground.settings, self._ground.program).etc_dir)
            write_files(etc_dir, {"queues.conf": queues_conf(self._ground.dids, phones)})
            await self._process.command("queue reload all")
            said = await self._process.command("queue show")
            if said.count("PJSIP/") != len(phones) * self._ground.queues:
                raise NotComparable(f"app_queue has {said.count('PJSIP/')} members, not {len(phones)} a queue")


def queues_conf(names: Sequence[str], phones: Sequence[str]) -> str:
    """Every phone a member of every queue."""
    members = "".join(f"member => PJSIP/{phone}\n" for phone in phones)
    return _QUEUES + "".join(_QUEUE.format(name=name) + members for name in names)


@asynccontextmanager
async def asterisk_alone(
    ground: Ground, *, extensions: str, queues: bool = False, modules: Sequence[str] = ()
) -> AsyncIterator[AsteriskAlone]:
    """Asterisk with our configuration, but for the dialplan, up and booted. Raises NotComparable."""
    site = make_site(ground.settings, ground.program)
    prepare(
        site,
        asterisk_data_dir=ground.program.data_dir,
        asterisk_sounds_dir=ground.program.sounds_dir,
        our_sounds_dir=sounds_dir(ground.settings),
    )
    names = ["ami.events", "ami.commands", *(f"device.{device.id}" for device in ground.centre.devices)]
    secrets = sip_secrets(SecretsFile(ground.settings.secrets_file).ensure(names))
    texts = render(centre=ground.centre, site=site, secrets=secrets, codes=feature_codes(ground.settings))
    texts["extensions.conf"] = extensions
    # Nobody would listen to the manager: it is spared the work of making events.
    texts["manager.conf"] = "[general]\nenabled = no\n"
    texts["queues.conf"] = _QUEUES
    texts["modules.conf"] += "".join(f"load = {name}\n" for name in (*modules, *(["app_queue.so"] if queues else [])))
    write_files(Path(site.etc_dir), texts)
    process = AsteriskProcess(program=ground.program.words, site=site)
    await process.start()
    try:
        for _ in range(int(START_S_MAX / LOOK_S)):
            if "booted" in await process.command("core waitfullybooted"):
                break
            await asyncio.sleep(LOOK_S)
        else:
            raise NotComparable(f"Asterisk did not boot: {process.last_words()}")
        yield AsteriskAlone(ground, process, queues=queues)
    finally:
        await process.stop()


def through_app_queue(ground: Ground) -> contextlib.AbstractAsyncContextManager[AsteriskAlone]:
    """Calls go into app_queue."""
    return asterisk_alone(ground, extensions=_INTO_QUEUE.format(trunk=TRUNK), queues=True)


def by_plain_dial(ground: Ground) -> contextlib.AbstractAsyncContextManager[AsteriskAlone]:
    """Calls are dialled to an agent whom the caller's number says: nothing is decided."""
    return asterisk_alone(ground, extensions=_PLAIN_DIAL.format(trunk=TRUNK, agents=ground.agents))


def with_mixmonitor(ground: Ground) -> contextlib.AbstractAsyncContextManager[AsteriskAlone]:
    """As the plain Dial, with one mixed file recorded of each talk."""
    return asterisk_alone(ground, extensions=_RECORDED_DIAL.format(trunk=TRUNK, agents=ground.agents))
