"""A random day written into a database: ``python -m tests.replay.journal_day SEED COUNT URL``."""

import asyncio
import sys

from acd.core.engine import Engine
from kernel.entry import ENGINE_STREAM, Entry
from store.database import Database
from store.journal import StoreJournal
from store.migrate import upgrade
from tests.replay.random_day import steps


async def write(seed: int, count: int, url: str) -> None:
    """A new journal of that day."""
    engine = Engine()
    entries = [
        Entry(seq=seq, at=now, stream=ENGINE_STREAM, given=given, facts=engine.handle(given, now))
        for seq, (now, given) in enumerate(steps(seed, count, engine), start=1)
    ]
    await upgrade(url)
    database = Database(url)
    try:
        await StoreJournal(database).append(entries)
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(write(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
