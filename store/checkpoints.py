"""Checkpoints of the journal, newest first. What they hold is the program's affair; that it came back whole is ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from kernel.instants import Instant
from store.database import Database
from store.tables import journal_checkpoint

KEPT_MAX = 3
"""Older ones are there for the day on which the newest cannot be read."""

NEWEST_FIRST = sa.select(journal_checkpoint).order_by(journal_checkpoint.c.seq.desc())
SEQS = sa.select(journal_checkpoint.c.seq).order_by(journal_checkpoint.c.seq.desc())
FORGET_TO = sa.delete(journal_checkpoint).where(journal_checkpoint.c.seq <= sa.bindparam("last_seq"))
FORGET_FROM = sa.delete(journal_checkpoint).where(journal_checkpoint.c.seq >= sa.bindparam("first_seq"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCheckpoint:
    """One checkpoint. ``seq``: the last journal entry that is in it; ``format``: what its body is written in.

    ``is_whole``: the body is the one that was saved, byte by byte.
    """

    seq: int
    made_at: Instant
    format: int
    body: bytes
    is_whole: bool = True


class StoreCheckpoints:
    """The last few of them."""

    def __init__(self, database: Database, *, kept_max: int = KEPT_MAX) -> None:
        self._database = database
        self._kept_max = kept_max

    async def save(self, checkpoint: StoredCheckpoint) -> None:
        """Keep one, durably, and forget those that are too old. Raises StoreFailed.

        Those of the same entry and of later ones go too: they are of a journal that is there no more.
        """
        values = {
            "seq": checkpoint.seq,
            "made_at": checkpoint.made_at,
            "format": checkpoint.format,
            "sha256": sha256(checkpoint.body).hexdigest(),
            "body": checkpoint.body,
        }

        def put(connection: sa.Connection) -> None:
            connection.execute(FORGET_FROM, {"first_seq": checkpoint.seq})
            connection.execute(journal_checkpoint.insert(), values)
            seqs = connection.execute(SEQS).scalars().all()
            if len(seqs) > self._kept_max:
                connection.execute(FORGET_TO, {"last_seq": seqs[self._kept_max]})

        await self._database.write(put)

    async def newest_first(self) -> Sequence[StoredCheckpoint]:
        """Those that are kept. Raises StoreFailed."""

        def select(connection: sa.Connection) -> Sequence[StoredCheckpoint]:
            return [_stored(row) for row in connection.execute(NEWEST_FIRST)]

        return await self._database.read(select)


def _stored(row: "sa.Row[Any]") -> StoredCheckpoint:
    return StoredCheckpoint(
        seq=row.seq,
        made_at=Instant(row.made_at),
        format=row.format,
        body=row.body,
        is_whole=sha256(row.body).hexdigest() == row.sha256,
    )
