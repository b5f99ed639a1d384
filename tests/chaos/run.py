"""One trial: the product up, callers coming all the time, one fault after the other, and then everybody's notes together."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from kernel.ids import InteractionId
from kernel.instants import Instant
from phones.sipp_program import sipp_words
from sambut.bench.bench_centre import phone_name
from sambut.bench.call_records import PhoneRecord
from sambut.bench.load import PhonesProcess
from sambut.settings import Settings
from sambut.storage import open_storage
from store.database import StoreFailed
from store.journal import StoreJournal
from store.tables import contact
from tests.chaos.callers import ANSWER_MS_MAX, start_callers
from tests.chaos.centre import NUMBERS
from tests.chaos.faults import do
from tests.chaos.history import History
from tests.chaos.ledgers import phone_calls, read_caller_calls
from tests.chaos.outages import Outage
from tests.chaos.plan import faults
from tests.chaos.product import Product, make_ground, run_product
from tests.chaos.shelf import sounds_on_the_shelf

TALK_MS = (3_000, 6_000)
RING_MS = (0, 800)
HOLD_SHARE = 0.25
SETTLED_S_MAX = 20.0
LOOK_S = 0.1
QUIET_LOOKS = 10
WARM_UP_S = 4.0
ROWS_MAX = 1_000_000
SIPP_RTP_PORT = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is tried. ``rate``: calls a second. ``survivable_after_s``: after so long Asterisk serves callers by itself. ``stay_s``: so
    long callers stay at most, longer than anybody should have to wait.
    """

    seed: int
    kills: int
    freezes: int
    asterisk: int
    away: int = 0
    rate: float = 3.0
    agents: int = 14
    survivable_after_s: int = 15
    stay_s: int = 60

    @property
    def command(self) -> str:
        """What repeats it."""
        words = f"make chaos KILLS={self.kills} FREEZES={self.freezes} AWAY={self.away} ASTERISK={self.asterisk}"
        return f"{words} RATE={self.rate:g} AGENTS={self.agents} SURVIVABLE={self.survivable_after_s} SEED={self.seed}"


async def run(trial: Trial, folder: Path, *, say: Callable[[str], None] = lambda _: None) -> History:
    """Everything that was written down. Raises Stuck, NotComparable, AsteriskNotFound, FileNotFoundError, OSError."""
    ground = make_ground(folder, agents=trial.agents, survivable_after_s=trial.survivable_after_s)
    names = [phone_name(number) for number in range(trial.agents)]
    async with run_product(ground) as product, PhonesProcess(folder / "phones.log") as phones:
        await phones.speak()
        await phones.register(ground.phone_secrets(names), ground.sip_port)
        await phones.plan(*TALK_MS, ring_ms=RING_MS, hold_share=HOLD_SHARE)
        await product.way.seat(names)
        callers = await start_callers(
            sipp_words(),
            folder=folder / "callers",
            numbers=NUMBERS,
            server_port=ground.sip_port,
            rtp_port_min=SIPP_RTP_PORT,
            rate=trial.rate,
            stay_s=trial.stay_s,
        )
        try:
            await asyncio.sleep(WARM_UP_S)
            outages = await _all_faults(trial, product, say)
            told = await callers.finish(within_s=trial.stay_s + ANSWER_MS_MAX / 1000)
        finally:
            await callers.end()
        await _settled(product)
        records = await phones.news()
        await product.stop()
    return await _gathered(ground.settings, told, records, outages)


async def _all_faults(trial: Trial, product: Product, say: Callable[[str], None]) -> list[Outage]:
    outages: list[Outage] = []
    plan = faults(seed=trial.seed, kills=trial.kills, freezes=trial.freezes, away=trial.away, asterisk=trial.asterisk)
    for number, fault in enumerate(plan, start=1):
        await asyncio.sleep(fault.pause_s)
        outage = await do(fault, product)
        outages.append(outage)
        say(f"{number}/{len(plan)} {outage.kind}: back after {outage.back_ms - outage.began_ms} ms")
    return outages


async def _settled(product: Product) -> None:
    """Until all are ready, all sound is on the shelf, nothing more is written, and the rows hold it, or as long as is bearable."""
    async with open_storage(product.settings) as storage:
        known, quiet = -1, 0
        for _ in range(int(SETTLED_S_MAX / LOOK_S)):
            progress, last_seq = await storage.rows.progress(), await StoreJournal(storage.database).last_seq()
            are_written = progress is not None and progress.seq == last_seq == known
            are_ready = set((await product.agents()).values()) == {"ready"}
            is_quiet = are_written and are_ready and await product.recordings_waiting() == 0
            known, quiet = last_seq, quiet + 1 if is_quiet else 0
            if quiet == QUIET_LOOKS:
                return
            await asyncio.sleep(LOOK_S)


async def _gathered(settings: Settings, told: str, records: Sequence[PhoneRecord], outages: list[Outage]) -> History:
    async with open_storage(settings) as storage:

        def who(connection: sa.Connection) -> dict[InteractionId, str]:
            return {InteractionId(row.interaction_id): row.number for row in connection.execute(sa.select(contact))}

        return History(
            callers=read_caller_calls(told),
            phones=phone_calls(records),
            entries=[entry async for entry in storage.journal.read()],
            numbers=await storage.database.read(who, StoreFailed),
            rows=await storage.rows.find_interactions(count_max=ROWS_MAX),
            intervals=await storage.rows.queue_intervals(Instant(0), Instant(2**62)),
            outages=outages,
            sounds=await sounds_on_the_shelf(storage, settings.recording_dir),
            ring_ms_max=RING_MS[1] + 500,
        )
