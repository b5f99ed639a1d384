"""``sambut bench recording``: processor time of a recorded call with sound both ways, and whether any recording is short.

So many calls talk at the same time for as long as it is asked, G.711 every 20 ms in both directions: through this
product (each way in its own file, merged to one stereo file on the shelf afterwards), through a dialplan with a plain
MixMonitor (one mixed file), and through the same dialplan without recording. Counted is everything from the first call
to the last, merging included. A recording is truncated when it is more than a second shorter than the talk.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from phones.sipp_program import sipp_words
from sambut.bench.bench_centre import phone_name
from sambut.bench.calls import FAILED_SHARE_MAX, SETTLE_S, SIPP_RTP_PORT, TooManyFailed
from sambut.bench.calls_figures import Trip, judge
from sambut.bench.cpu import busy_share_of_machine
from sambut.bench.folder import new_folder
from sambut.bench.load import PhonesProcess, SippCallers
from sambut.bench.ways import Ground, Way, by_plain_dial, make_ground, through_sambut, with_mixmonitor

RATE = 15.0
SHORT_MS_MAX = 1_000
SHELF_S_MAX = 120.0
LOOK_S = 0.2
WAV_HEADER_BYTES = 44
WAV_BYTES_PER_MS = 16

Opens = Callable[[Ground], AbstractAsyncContextManager[Way]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFigures:
    """One way's figures. ``core_share_per_call``: of one core, over the time that it talked; None: nothing is recorded."""

    calls: int
    talk_s: float
    failed: int
    cpu_ms_per_call: float
    core_share_per_call: float
    recorded: int | None
    truncated: int | None
    shortest_ms: int | None
    bytes_per_s: float | None
    load_generator_cpu_ms_per_call: float
    machine_busy_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One recording as it was found."""

    duration_ms: int
    byte_count: int


async def run_recording(told: Callable[[str], None], *, calls: int, talk_s: float) -> dict[str, Any]:
    """The report's body. Raises TooManyFailed, NotComparable, AsteriskNotFound, OSError."""
    body: dict[str, Any] = {}
    for name, opens in (
        ("sambut", lambda ground: through_sambut(ground, keep="recording.available")),
        ("mixmonitor", with_mixmonitor),
        ("not_recorded", by_plain_dial),
    ):
        told(f"{name}: {calls} calls of {talk_s:g} s")
        with new_folder("recording") as folder:
            figures = await _measure(
                folder, opens, calls=calls, talk_ms=round(talk_s * 1000), records=name != "not_recorded"
            )
        body[name] = asdict(figures)
    body["cpu_sambut_to_mixmonitor"] = body["sambut"]["cpu_ms_per_call"] / body["mixmonitor"]["cpu_ms_per_call"]
    return body


async def _measure(folder: Path, opens: Opens, *, calls: int, talk_ms: int, records: bool) -> RecordingFigures:
    ground = make_ground(folder, agents=calls, queues=1, recording=True)
    callers = SippCallers(
        sipp_words(), folder=folder, server_port=ground.sip_port, rtp_port_min=SIPP_RTP_PORT, speaks=True
    )
    names = [phone_name(number) for number in range(calls)]
    async with PhonesProcess(folder / "phones.log") as phones, opens(ground) as way:
        await phones.speak()
        await phones.register(ground.phone_secrets(names), ground.sip_port)
        await way.seat(names)
        await phones.plan(talk_ms, talk_ms)
        before = _readings(way, callers, phones)
        placed = await callers.call(ground.dids, calls=calls, rate=RATE)
        await asyncio.sleep(SETTLE_S)
        kept = await _kept(way, ground, calls) if records else []
        spent = [now - then for now, then in zip(_readings(way, callers, phones), before, strict=True)]
        trip = judge(placed, await phones.news(), placed=calls)
    return recording_figures(trip, kept if records else None, talk_ms=talk_ms, spent=spent)


def recording_figures(
    trip: Trip, kept: Sequence[Kept] | None, *, talk_ms: int, spent: Sequence[float]
) -> RecordingFigures:
    """``spent``: ms of the switch, of the load, of the machine's work, and of the machine. Raises TooManyFailed."""
    if trip.failed > FAILED_SHARE_MAX * trip.placed:
        raise TooManyFailed(f"{trip.failed} of {trip.placed} calls failed; figures of such a run say nothing")
    product, load, busy, total = spent
    whole = [each for each in kept or () if each.duration_ms >= talk_ms - SHORT_MS_MAX]
    return RecordingFigures(
        calls=trip.placed,
        talk_s=talk_ms / 1000,
        failed=trip.failed,
        cpu_ms_per_call=product / trip.placed,
        core_share_per_call=product / trip.placed / talk_ms,
        recorded=None if kept is None else len(kept),
        truncated=None if kept is None else trip.placed - len(whole),
        shortest_ms=min((each.duration_ms for each in kept or ()), default=None),
        bytes_per_s=sum(each.byte_count for each in kept) * 1000 / (talk_ms * len(kept)) if kept else None,
        load_generator_cpu_ms_per_call=load / trip.placed,
        machine_busy_share=busy / total,
    )


def _readings(way: Way, callers: SippCallers, phones: PhonesProcess) -> tuple[float, ...]:
    return (
        way.asterisk_cpu_ms() + way.program_cpu_ms(),
        callers.cpu_ms + phones.cpu_ms,
        *busy_share_of_machine(),
    )


async def _kept(way: Way, ground: Ground, calls: int) -> list[Kept]:
    """The recordings, once all are there or nothing more can come."""
    heard = getattr(way, "heard", None)
    if heard is None:
        return mixed_files(ground.settings.data_dir / "spool" / "monitor")
    until = asyncio.get_running_loop().time() + SHELF_S_MAX
    while len(heard) < calls and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110 - another process is waited for
        await asyncio.sleep(LOOK_S)
    found = [json.loads(each.frame)["data"] for each in heard]
    return [Kept(duration_ms=round(each["duration_s"] * 1000), byte_count=each["byte_count"]) for each in found]


def mixed_files(folder: Path) -> list[Kept]:
    """What a plain MixMonitor has left: 16-bit WAV at 8 kHz."""
    sizes = [path.stat().st_size for path in folder.glob("*.wav")]
    return [Kept(duration_ms=max(0, size - WAV_HEADER_BYTES) // WAV_BYTES_PER_MS, byte_count=size) for size in sizes]
