"""``sambut bench journal``: durable facts a second with group commit, against one row a transaction; and what kill -9 costs.

The entries are those of calls on the real engine, from arrival to wrap-up. Both sides write them into the same tables
of a new SQLite file with ``synchronous = FULL``. The one-row side is SQLAlchemy by itself, without thread or task, and is
given its rows ready made. Then a child process appends until it is killed with -9, and everything that
it was told to be durable must be read back.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from acd.core import inputs
from acd.core.engine import Engine
from acd.core.settings import AgentSettings, Channel, DeviceSettings
from kernel.entry import ENGINE_STREAM, Entry
from kernel.ids import AgentId, CallLegId, DeviceId, Did, InteractionId, QueueId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import EndedBy
from sambut.bench.figures import quantile
from sambut.bench.folder import new_folder
from sambut.bench.matching_floor import plain_queue
from store import sqlite
from store.database import Database
from store.journal import StoreJournal
from store.migrate import upgrade
from store.tables import journal_entry, journal_subject

GROUP = 200
"""Entries written together: as many as the distributor takes at once in a rush."""
CALLS = 2_000
ONE_BY_ONE = 2_000
"""Entries of the one-row side: enough to see its speed."""
ROUNDS = 5
KILLS = 5
KILLED_WITHIN_S = (0.2, 0.8)
AGENTS = 50
QUEUE = QueueId("q")

Rows = list[tuple[dict[str, Any], list[dict[str, Any]]]]
"""For each entry its line in the journal, and its subjects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFigures:
    """Facts a second, medians of the rounds; the ratio is the median of each round's."""

    facts_per_entry: float
    group: int
    grouped_facts_per_s: float
    grouped_entries_per_s: float
    one_row_facts_per_s: float
    one_row_entries_per_s: float
    ratio: float
    kills: int
    acknowledged: int
    lost: int


def entries_of_calls(calls: int) -> list[Entry]:
    """The journal of so many calls, one after the other, on the real engine."""
    engine, clock = Engine(), 1_800_000_000_000
    found: list[Entry] = []

    def give(given: inputs.Input) -> None:
        nonlocal clock
        clock += 1
        facts = engine.handle(given, Instant(clock))
        found.append(Entry(seq=len(found) + 1, at=Instant(clock), stream=ENGINE_STREAM, given=given, facts=facts))

    give(inputs.QueueConfigured(settings=plain_queue(QUEUE, ())))
    for number in range(AGENTS):
        agent_id, device_id = AgentId(f"a{number}"), DeviceId(f"p{number}")
        give(inputs.AgentConfigured(settings=AgentSettings(agent_id=agent_id, name=agent_id, skills=())))
        give(inputs.DeviceConfigured(settings=DeviceSettings(device_id=device_id, auto_answer=False)))
        give(inputs.DevicePresenceSeen(device_id=device_id, reachable=True, in_use=False))
        give(inputs.LogIn(agent_id=agent_id, device_id=device_id))
        give(inputs.SetReady(agent_id=agent_id))
    for number in range(calls):
        for given in _one_call(engine, InteractionId(f"c{number}-1"), number):
            give(given)
    return found


def _one_call(engine: Engine, interaction_id: InteractionId, number: int) -> Iterator[inputs.Input]:
    yield inputs.InteractionArrived(
        interaction_id=interaction_id,
        channel=Channel.VOICE,
        did=Did("169"),
        trunk_id=TrunkId("carrier"),
        leg_id=CallLegId(f"{number}.1"),
    )
    yield inputs.EnterQueue(interaction_id=interaction_id, queue_id=QUEUE, priority=None, requirements=())
    reservation_id = engine.state.interactions[interaction_id].reservation_id
    assert reservation_id is not None
    yield inputs.AgentRang(reservation_id=reservation_id)
    yield inputs.AgentPickedUp(reservation_id=reservation_id)
    yield inputs.AgentLeft(reservation_id=reservation_id, ended_by=EndedBy.AGENT)
    yield inputs.CallerHungUp(interaction_id=interaction_id, cause_code=16)


async def write_grouped(file: Path, entries: Sequence[Entry], group: int) -> float:
    """Seconds to append them all to a new file, ``group`` at a time, as the distributor does."""
    await upgrade(url_of(file))
    database = Database(url_of(file))
    journal = StoreJournal(database)
    await journal.last_seq()
    started = time.perf_counter()
    for start in range(0, len(entries), group):
        await journal.append(entries[start : start + group])
    took_s = time.perf_counter() - started
    await database.close()
    return took_s


def write_one_by_one(file: Path, rows: Rows) -> float:
    """Seconds to write ready-made rows to a new file, each entry in a transaction of its own, with SQLAlchemy."""
    asyncio.run(upgrade(url_of(file)))
    engine = sa.create_engine(url_of(file))
    sqlite.prepare(engine, busy_ms=10_000, synchronous="full", looks_only=False)
    started = time.perf_counter()
    for line, subjects in rows:
        with engine.begin() as connection:
            connection.execute(journal_entry.insert(), line)
            if subjects:
                connection.execute(journal_subject.insert(), subjects)
    took_s = time.perf_counter() - started
    engine.dispose()
    return took_s


def rows_of(file: Path, count: int) -> Rows:
    """The first entries of a journal, as they stand in its tables."""
    engine = sa.create_engine(url_of(file))
    with engine.connect() as connection:
        lines = connection.execute(
            sa.select(journal_entry).where(journal_entry.c.seq <= count).order_by(journal_entry.c.seq)
        ).mappings()
        subjects: dict[int, list[dict[str, Any]]] = {}
        for row in connection.execute(sa.select(journal_subject).where(journal_subject.c.seq <= count)).mappings():
            subjects.setdefault(row["seq"], []).append(dict(row))
        found = [(dict(line), subjects.get(line["seq"], [])) for line in lines]
    engine.dispose()
    return found


def url_of(file: Path) -> str:
    """The database's URL."""
    return f"sqlite:///{file}"


def append_until_killed(file: str) -> None:
    """What the child does: append small groups without end, and say each number that is durable."""

    async def run() -> None:
        await upgrade(url_of(Path(file)))
        journal = StoreJournal(Database(url_of(Path(file))))
        entries = entries_of_calls(CALLS)
        last_seq = await journal.last_seq()
        for start in range(0, len(entries), 3):
            group = [replace(entry, seq=entry.seq + last_seq) for entry in entries[start : start + 3]]
            await journal.append(group)
            sys.stdout.write(f"{group[-1].seq}\n")
            sys.stdout.flush()

    asyncio.run(run())


def kill_while_appending(file: Path, *, after_s: float) -> tuple[int, int]:
    """(last number that the child was told to be durable, acknowledged entries that are not there any more)."""
    command = [sys.executable, "-c", f"from sambut.bench.journal import append_until_killed as go; go({str(file)!r})"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = [child.stdout.readline()]
        time.sleep(after_s)
        child.kill()
        said += [line for line in child.stdout if line.endswith("\n")]
    acknowledged = int(said[-1])
    return acknowledged, missing(file, up_to=acknowledged)


def missing(file: Path, *, up_to: int) -> int:
    """How many of the entries up to that number cannot be read."""
    return len(set(range(1, up_to + 1)) - asyncio.run(_numbers_in(file)))


async def _numbers_in(file: Path) -> set[int]:
    database = Database(url_of(file))
    try:
        return {entry.seq async for entry in StoreJournal(database).read()}
    finally:
        await database.close()


def run_journal(
    told: Callable[[str], None],
    *,
    calls: int = CALLS,
    one_by_one: int = ONE_BY_ONE,
    rounds: int = ROUNDS,
    kills: int = KILLS,
) -> dict[str, Any]:
    """The report's body."""
    entries = entries_of_calls(calls)
    facts_per_entry = sum(len(entry.facts) for entry in entries) / len(entries)
    grouped: list[float] = []
    single: list[float] = []
    chance = Random(1)
    acknowledged = lost = 0
    with new_folder("journal") as folder:
        for number in range(rounds):
            told(f"round {number + 1} of {rounds}")
            file = folder / f"grouped-{number}.sqlite3"
            grouped.append(len(entries) / asyncio.run(write_grouped(file, entries, GROUP)))
            rows = rows_of(file, one_by_one)
            single.append(len(rows) / write_one_by_one(folder / f"single-{number}.sqlite3", rows))
        for number in range(kills):
            told(f"kill -9, {number + 1} of {kills}")
            told_durable, gone = kill_while_appending(
                folder / "killed.sqlite3", after_s=chance.uniform(*KILLED_WITHIN_S)
            )
            acknowledged, lost = max(acknowledged, told_durable), lost + gone
    figures = JournalFigures(
        facts_per_entry=facts_per_entry,
        group=GROUP,
        grouped_facts_per_s=_median(grouped) * facts_per_entry,
        grouped_entries_per_s=_median(grouped),
        one_row_facts_per_s=_median(single) * facts_per_entry,
        one_row_entries_per_s=_median(single),
        ratio=_median([one / other for one, other in zip(grouped, single, strict=True)]),
        kills=kills,
        acknowledged=acknowledged,
        lost=lost,
    )
    return asdict(figures)


def _median(values: Sequence[float]) -> float:
    return quantile(sorted(values), 0.5)
