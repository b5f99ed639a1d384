"""``sambut bench pop``: when the screen pop is at a connected desk, against when the agent's phone gets its INVITE.

The desk is a CTI socket of another process, which notes when the frame ``call.offered`` has come; the phones note when
the INVITE has come. Both read the same clock. Negative: the pop was first.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from phones.sipp_program import sipp_words
from sambut.bench.bench_centre import phone_name
from sambut.bench.call_records import PhoneRecord
from sambut.bench.calls import FAILED_SHARE_MAX, SETTLE_S, SIPP_RTP_PORT, TooManyFailed
from sambut.bench.calls_figures import judge
from sambut.bench.figures import quantile
from sambut.bench.folder import new_folder
from sambut.bench.load import PhonesProcess, SippCallers
from sambut.bench.ways import Heard, make_ground, through_sambut

AGENTS = 60
TALK_MS = (500, 1500)


@dataclass(frozen=True, slots=True, kw_only=True)
class PopFigures:
    """Times in ms, pop minus INVITE. ``unmatched``: calls whose pop or INVITE was not seen; ``late``: pop after INVITE."""

    calls: int
    failed: int
    unmatched: int
    late: int
    pop_minus_invite_ms_p50: float
    pop_minus_invite_ms_p99: float
    pop_minus_invite_ms_max: float


def differences_ms(heard: Sequence[Heard], phones: Sequence[PhoneRecord]) -> list[float]:
    """For each ring its pop, in order of size. A call may be offered more than once: each offer has its own ring."""
    invites: dict[tuple[str, str], int] = {}
    for record in phones:
        if record.what == "invite":
            invites.setdefault((record.number, record.phone), record.at_us)
    found = []
    for pop in heard:
        data = json.loads(pop.frame)["data"]
        at_us = invites.pop((data["ani"]["e164"], data["device"]), None)
        if at_us is not None:
            found.append(pop.at_ns / 1_000_000 - at_us / 1000)
    return sorted(found)


async def run_pop(told: Callable[[str], None], *, calls: int, rate: float, agents: int = AGENTS) -> dict[str, Any]:
    """The report's body. Raises TooManyFailed, NotComparable, AsteriskNotFound, OSError."""
    with new_folder("pop") as folder:
        ground = make_ground(folder, agents=agents, queues=1)
        callers = SippCallers(sipp_words(), folder=folder, server_port=ground.sip_port, rtp_port_min=SIPP_RTP_PORT)
        names = [phone_name(number) for number in range(agents)]
        async with PhonesProcess(folder / "phones.log") as phones, through_sambut(ground, keep="call.offered") as way:
            await phones.register(ground.phone_secrets(names), ground.sip_port)
            await phones.plan(*TALK_MS)
            await way.seat(names)
            told(f"{calls} calls at {rate:g}/s")
            placed = await callers.call(ground.dids, calls=calls, rate=rate)
            await asyncio.sleep(SETTLE_S)
            records = await phones.news()
            trip = judge(placed, records, placed=calls)
            return asdict(pop_figures(way.heard, records, calls=calls, failed=trip.failed))


def pop_figures(heard: Sequence[Heard], records: Sequence[PhoneRecord], *, calls: int, failed: int) -> PopFigures:
    """Raises TooManyFailed: more than a thousandth failed, or was never seen at the desk."""
    found = differences_ms(heard, records)
    unmatched = max(0, calls - len(found))
    if failed + unmatched > FAILED_SHARE_MAX * calls:
        raise TooManyFailed(f"{failed} of {calls} calls failed and {unmatched} had no pop; this says nothing")
    return PopFigures(
        calls=calls,
        failed=failed,
        unmatched=unmatched,
        late=sum(each > 0 for each in found),
        pop_minus_invite_ms_p50=quantile(found, 0.5),
        pop_minus_invite_ms_p99=quantile(found, 0.99),
        pop_minus_invite_ms_max=found[-1],
    )
