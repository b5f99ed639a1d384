"""``sambut bench start``: from the program's start until it is in step with an Asterisk that ran on, by the journal's length.

The program is killed with -9, calls are put into its journal as if it had taken them, and it is started again: once without
a checkpoint of those calls, when it has to read them all, and then several times with the one that it has made itself.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp

from acd.core import inputs
from acd.core.engine import Engine
from acd.core.inputs import Input
from acd.core.settings import Channel
from acd.recovery import recover
from kernel.entry import ENGINE_STREAM, Entry
from kernel.ids import CallLegId, Did, InteractionId, QueueId, TrunkId
from kernel.instants import Instant
from sambut.bench.bench_centre import TRUNK
from sambut.bench.cpu import cpu_ms_with_children
from sambut.bench.ways import QUIET_SETTINGS, Ground, NotComparable, asterisk_pid, make_ground
from sambut.storage import open_storage

AGENTS = 50
START_S_MAX = 900.0
LOOK_S = 0.02
CHECKPOINT_S_MAX = 60.0
PER_APPEND = 2_000
QUEUE = QueueId("q0")


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRow:
    """One length of the journal. Times until the program is in step, medians of the starts; ``whole_s``: reading it all."""

    entries: int
    ready_s: float
    program_cpu_s: float
    whole_s: float


async def run_start(
    folder: Path, counts: Sequence[int], starts: int, tell: Callable[[StartRow], None]
) -> dict[str, Any]:
    """The figures. ``folder`` is for the centre meanwhile. Raises NotComparable, AsteriskNotFound, OSError."""
    ground = make_ground(folder, agents=AGENTS, queues=1)
    async with open_storage(ground.settings) as storage:
        await storage.directory.save(ground.centre, Instant(0))
    rows: list[StartRow] = []
    try:
        async with _up(ground):
            pass
        for count in sorted(counts):
            entries = await fill(ground, count)
            async with _up(ground) as (whole_s, _):
                await _checkpoint_kept(ground, entries)
            took: list[tuple[float, float]] = []
            for _ in range(starts):
                async with _up(ground) as found:
                    took.append(found)
            row = StartRow(
                entries=entries,
                ready_s=median(ready_s for ready_s, _ in took),
                program_cpu_s=median(cpu_s for _, cpu_s in took),
                whole_s=whole_s,
            )
            tell(row)
            rows.append(row)
    finally:
        _end_asterisk(ground)
    return {"agents": AGENTS, "starts": starts, "rows": [asdict(row) for row in rows]}


async def fill(ground: Ground, count: int) -> int:
    """Calls on the real engine, written behind what the journal holds, until it is so long; how long it is."""
    async with open_storage(ground.settings) as storage:
        engine = Engine()
        seq = await recover(storage.journal, engine)
        entries: list[Entry] = []
        for given in _calls():
            if seq >= count:
                break
            seq += 1
            # In no time: so the program's own clock stays ahead of the journal.
            facts = engine.handle(given, engine.now)
            entries.append(Entry(seq=seq, at=engine.now, stream=ENGINE_STREAM, given=given, facts=facts))
            if len(entries) >= PER_APPEND:
                await storage.journal.append(entries)
                entries = []
        await storage.journal.append(entries)
        return seq


def _calls() -> Iterator[Input]:
    number = 0
    while True:
        number += 1
        interaction_id = InteractionId(f"bench-{number}")
        yield inputs.InteractionArrived(
            interaction_id=interaction_id,
            channel=Channel.VOICE,
            did=Did("169"),
            trunk_id=TrunkId(TRUNK),
            leg_id=CallLegId(f"bench-{number}"),
        )
        yield inputs.EnterQueue(interaction_id=interaction_id, queue_id=QUEUE, priority=None, requirements=())
        yield inputs.CallerHungUp(interaction_id=interaction_id, cause_code=16)


@asynccontextmanager
async def _up(ground: Ground) -> AsyncIterator[tuple[float, float]]:
    """The program up; how long that took, in seconds, and of the processor. Killed with -9 afterwards; Asterisk runs on."""
    folder = ground.settings.base_dir
    # As an installed program has it: compiled before.
    environment = os.environ | QUIET_SETTINGS | {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    began_s = time.monotonic()
    with (folder / "sambut.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "from sambut.cli import app; app()", "up", "--settings", str(folder / "sambut.toml"),
            stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
        )  # fmt: skip
    try:
        await _until_ready(ground, process)
        yield time.monotonic() - began_s, cpu_ms_with_children(process.pid) / 1000
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _until_ready(ground: Ground, process: asyncio.subprocess.Process) -> None:
    until_s = time.monotonic() + START_S_MAX
    async with aiohttp.ClientSession(f"http://127.0.0.1:{ground.settings.http.port}") as http:
        while time.monotonic() < until_s:
            if process.returncode is not None:
                raise NotComparable(f"the program ended with {process.returncode}")
            with contextlib.suppress(aiohttp.ClientError):
                async with http.get("/health/ready") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(LOOK_S)
    raise NotComparable("the program did not become ready")


async def _checkpoint_kept(ground: Ground, seq: int) -> None:
    """Until the program has kept a checkpoint of that entry; a journal that is short has none, and needs none."""
    until_s = time.monotonic() + CHECKPOINT_S_MAX
    async with open_storage(ground.settings) as storage:
        if not await storage.checkpoints.newest_first() and seq < PER_APPEND:
            return
        while time.monotonic() < until_s:
            if any(kept.seq >= seq for kept in await storage.checkpoints.newest_first()):
                return
            await asyncio.sleep(LOOK_S)
    raise NotComparable("no checkpoint was kept")


def _end_asterisk(ground: Ground) -> None:
    pid = asterisk_pid(ground.settings)
    if pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
