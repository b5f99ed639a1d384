"""`sambut demo`: the sample centre on a real Asterisk, with agents at real phones and callers who really call."""

import asyncio
import contextlib
import json
import secrets
import socket
import wave
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from acd.core.inputs import LogIn, SetReady
from centre.reader import read_centre
from kernel.ids import AgentId, DeviceId
from kernel.instants import Instant
from reports.rows import InteractionRow
from sambut.clock import WallClock
from sambut.commands.hash_pin import pin_hash_of
from sambut.demo.sample_centre import AGENT_IDS, demo_centre
from sambut.demo.scripts import DemoCall, demo_call
from sambut.phones.callers import TrunkCallers
from sambut.phones.crowd import AgentPhones
from sambut.phones.plans import PicksUp
from sambut.phones.sipp_program import sipp_words
from sambut.program import Running, run_program
from sambut.secrets_file import SecretsFile
from sambut.settings import Settings
from sambut.storage import open_storage

CALLERS_MAX = 5
PAUSE_S = 1.5
ROW_S_MAX = 30.0
READY_S_MAX = 30.0
CLOCKS_APART_MS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLine:
    """One call as the demo tells it. Lengths in milliseconds; ``recording`` is relative to the recordings folder."""

    kind: str
    number: str
    queue: str
    wait_ms: int
    agent: str
    talk_ms: int
    disposition: str
    recording: str
    recording_ms: int
    ok: bool


async def run_demo(settings: Settings, *, calls: int | None, json_path: Path | None) -> bool:
    """Play ``calls`` calls (None: until cancelled), tell each, and return whether all ended as they were meant to."""
    await _save_sample_centre(settings)
    lines: list[CallLine] = []
    async with run_program(settings, stop_asterisk=True) as running, _people(running) as callers:
        print(f"API http://{settings.http.host}:{settings.http.port}/api/v1  CTI ws://…/cti/v1/ws")
        slots = asyncio.Semaphore(CALLERS_MAX)
        async with asyncio.TaskGroup() as tasks:
            ordinal = 0
            while calls is None or ordinal < calls:
                ordinal += 1
                await slots.acquire()
                tasks.create_task(_one_call(running, callers, demo_call(ordinal), lines, slots))
                await asyncio.sleep(PAUSE_S)
    summary = {"calls": len(lines), "as_meant": sum(line.ok for line in lines)}
    print(f"{summary['calls']} calls, {summary['as_meant']} ended as their script meant")
    if json_path is not None:
        told = json.dumps({"calls": [asdict(line) for line in lines], "summary": summary}, indent=2)
        await asyncio.to_thread(json_path.write_text, told)
    return all(line.ok for line in lines)


async def _save_sample_centre(settings: Settings) -> None:
    pin_hash = pin_hash_of("".join(secrets.choice("13579") for _ in range(4)) + "08")
    async with open_storage(settings) as storage:
        if await storage.directory.load() is None:
            centre = read_centre(demo_centre(dict.fromkeys(AGENT_IDS, pin_hash)))
            await storage.directory.save(centre, WallClock().now())


@contextlib.asynccontextmanager
async def _people(running: Running) -> AsyncIterator[TrunkCallers]:
    """Six agents at their phones, ready; and a trunk to call from."""
    settings = running.settings
    async with asyncio.timeout(READY_S_MAX):
        # Several things have to become well, and none of them is ours to wait on.
        while await running.health.problems():  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    sip_port, folder = settings.asterisk.sip_udp_port, settings.run_dir / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    known = SecretsFile(settings.secrets_file).read()
    callers = TrunkCallers(
        sipp=sipp_words(),
        server="127.0.0.1",
        port=sip_port,
        ports=_free_ports(CALLERS_MAX),
        folder=folder / f"calls-{WallClock().now()}",
    )
    async with AgentPhones(errors_path=folder / "phones.log") as phones, callers:
        for position, agent_id in enumerate(AGENT_IDS, start=1):
            phone = f"phone-{position}"
            secret = known[f"device.{phone}"]
            await phones.register(
                phone, password=secret, server="127.0.0.1", port=sip_port, tone_hz=700 + 50 * position
            )
            await phones.behave(phone, PicksUp(after_ms=300 * position, hang_up_after_ms=3_000 + 500 * position))
            await running.distributor.submit(LogIn(agent_id=AgentId(agent_id), device_id=DeviceId(phone)))
            await running.distributor.submit(SetReady(agent_id=AgentId(agent_id)))
        yield callers


async def _one_call(
    running: Running, callers: TrunkCallers, call: DemoCall, lines: list[CallLine], slots: asyncio.Semaphore
) -> None:
    began_at = Instant(WallClock().now() - CLOCKS_APART_MS)
    live = await callers.start(call.script)
    await live.outcome()
    slots.release()
    row = await _row_of(running, call, began_at)
    line = await _line(running, call, row)
    lines.append(line)
    print(
        f"{'ok ' if line.ok else 'BAD'} {line.kind:10} {line.queue:10} wait {line.wait_ms / 1000:5.1f} s  "
        f"{line.agent or '-':3} talk {line.talk_ms / 1000:5.1f} s  {line.disposition:18} "
        f"{line.recording or '-'} {line.recording_ms / 1000:.1f} s"
    )


async def _row_of(running: Running, call: DemoCall, began_at: Instant) -> InteractionRow | None:
    """The call's row once it has ended, and its wrap-up and recording had their time."""
    until = asyncio.get_running_loop().time() + ROW_S_MAX
    while asyncio.get_running_loop().time() < until:
        rows = await running.storage.rows.find_interactions(since=began_at, count_max=50)
        for row in rows:
            contact = await running.storage.contacts.read(row.interaction_id)
            if contact is not None and contact.number_raw == call.script.number and row.disposition is not None:
                return row
        await asyncio.sleep(0.2)
    return None


async def _line(running: Running, call: DemoCall, row: InteractionRow | None) -> CallLine:
    empty = CallLine(
        kind=call.kind, number=call.script.number, queue="", wait_ms=0, agent="", talk_ms=0, disposition="no row",
        recording="", recording_ms=0, ok=False,
    )  # fmt: skip
    if row is None or row.disposition is None:
        return empty
    told = replace(
        empty, queue=row.queue_id or "", wait_ms=row.wait_ms, agent=row.agent_id or "", talk_ms=row.talk_ms,
        disposition=row.disposition.value,
    )  # fmt: skip
    if row.reservation_id is None or row.talk_ms == 0:
        return replace(told, ok=row.disposition in call.meant)
    for _ in range(100):
        stored = await running.storage.recordings.one(row.reservation_id)
        if stored is not None:
            length_ms = await asyncio.to_thread(_sound_ms, running.settings.recording_dir / stored.file_name)
            right = row.disposition in call.meant and abs(length_ms - row.talk_ms - row.hold_ms) < 1_000
            return replace(told, recording=stored.file_name, recording_ms=length_ms, ok=right)
        await asyncio.sleep(0.1)
    return told


def _sound_ms(path: Path) -> int:
    with wave.open(str(path), "rb") as sound:
        return sound.getnframes() * 1000 // sound.getframerate()


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket(type=socket.SOCK_DGRAM)) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
