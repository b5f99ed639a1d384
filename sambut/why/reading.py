"""An explanation read from a database, while a program writes in it or while none runs; the database stays as it is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from acd.core.explanation import Explanation
from acd.distributor import FROM_NOTHING, Start
from acd.why import why
from kernel.ids import InteractionId
from sambut.checkpoints import checkpoint_before
from store import sqlite
from store.checkpoints import StoreCheckpoints
from store.database import Database, StoreFailed
from store.directory import StoreDirectory
from store.journal import StoreJournal

FALLBACK_ZONE = "Asia/Jakarta"


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The shelves that explanations and replays are read from."""

    journal: StoreJournal
    checkpoints: StoreCheckpoints
    directory: StoreDirectory

    async def start_before(self, seq: int) -> Start:
        """Where folding is to begin so that the entry ``seq`` comes after it. Raises StoreFailed."""
        kept_seq, checkpoint = await checkpoint_before(self.checkpoints, seq)
        return FROM_NOTHING if checkpoint is None else Start(seq=kept_seq, checkpoint=checkpoint.engine)

    async def zone_name(self) -> str:
        """The time zone of the centre in force, by name. Raises StoreFailed."""
        centre = await self.directory.load()
        return FALLBACK_ZONE if centre is None else centre.timezone


@asynccontextmanager
async def open_records(url: str) -> AsyncIterator[Records]:
    """The database, to be read only. Raises StoreFailed: there is none."""
    file = sqlite.file_of(url)
    if file is not None and not file.exists():
        raise StoreFailed(f"there is no database {file} yet")
    database = Database(url, looks_only=True)
    try:
        yield Records(
            journal=StoreJournal(database),
            checkpoints=StoreCheckpoints(database),
            directory=StoreDirectory(database),
        )
    finally:
        await database.close()


async def explained(records: Records, interaction_id: InteractionId) -> Explanation | None:
    """Every choice about one interaction; None when the journal does not know it. Raises StoreFailed, JournalFailed."""
    first_seq = await records.journal.first_seq_of(interaction_id)
    if first_seq is None:
        return None
    return await why(records.journal, interaction_id, await records.start_before(first_seq))
