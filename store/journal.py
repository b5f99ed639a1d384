"""The journal in the database: what ``append`` returned for is on the disk, dense and in order."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import sqlalchemy as sa

from acd.ports import JournalFailed
from kernel.entry import Entry
from kernel.ids import InteractionId
from kernel.instants import Instant
from store.database import Database
from store.fact_json import FactJson, FactJsonError, interactions_of
from store.insertion import Insertion, Row
from store.tables import journal_entry, journal_subject

PAGE_LENGTH = 500
"""Entries read at a time; the picture of one page is consistent, later pages see later entries."""

ENTRIES = Insertion(lambda _: journal_entry.insert(), ("seq", "at", "stream", "given", "facts"))
SUBJECTS = Insertion(lambda _: journal_subject.insert(), ("interaction_id", "seq"))

LAST_SEQ = sa.select(sa.func.max(journal_entry.c.seq))

ONE_PAGE = (
    sa.select(journal_entry)
    .where(journal_entry.c.seq > sa.bindparam("after_seq"))
    .order_by(journal_entry.c.seq)
    .limit(sa.bindparam("page_length"))
)

TIMELINE = (
    sa.select(journal_entry)
    .join(journal_subject, journal_subject.c.seq == journal_entry.c.seq)
    .where(journal_subject.c.interaction_id == sa.bindparam("wanted"))
    .order_by(journal_entry.c.seq)
)

FIRST_SEQ_OF = sa.select(sa.func.min(journal_subject.c.seq)).where(
    journal_subject.c.interaction_id == sa.bindparam("wanted")
)
AT_OF = sa.select(journal_entry.c.at).where(journal_entry.c.seq == sa.bindparam("wanted"))


class StoreJournal:
    """Implements ``acd.ports.Journal``. One writer at a time: a second one is refused by the next number being taken."""

    def __init__(
        self, database: Database, fact_json: FactJson | None = None, *, page_length: int = PAGE_LENGTH
    ) -> None:
        self._database = database
        self._json = fact_json or FactJson()
        self._page_length = page_length
        self._last_seq: int | None = None

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write entries in one transaction, durably. Raises JournalFailed: nothing was written.

        Each ``seq`` must follow the last one written without a gap.
        """
        if not entries:
            return
        self._refuse_gap(entries, await self.last_seq())
        lines, subjects = self._written(entries)

        def insert(connection: sa.Connection) -> None:
            ENTRIES.execute(connection, lines)
            if subjects:
                SUBJECTS.execute(connection, subjects)

        # Whatever ends this early (an error, a cancellation) leaves it open what the disk holds: ask it next time.
        self._last_seq = None
        await self._database.write(insert, JournalFailed)
        self._last_seq = entries[-1].seq

    def read(self, after_seq: int = 0) -> AsyncIterator[Entry]:
        """Entries with ``seq > after_seq``, in order, page by page. Raises JournalFailed, also for an unreadable one."""
        return self._pages(after_seq)

    async def last_seq(self) -> int:
        """The last written sequence number, 0 when empty. Raises JournalFailed."""
        if self._last_seq is not None:
            return self._last_seq
        # Not kept: an append may have come to its end before this answer comes, and knows better.
        found: int | None = (await self._rows(LAST_SEQ, {}))[0][0]
        return found or 0

    async def timeline(self, interaction_id: InteractionId) -> list[Entry]:
        """Every entry that names this interaction, in order; found by index. Raises JournalFailed."""
        return [self._entry(row) for row in await self._rows(TIMELINE, {"wanted": interaction_id})]

    async def first_seq_of(self, interaction_id: InteractionId) -> int | None:
        """The first entry that names this interaction; None when none does. Raises JournalFailed."""
        found: int | None = (await self._rows(FIRST_SEQ_OF, {"wanted": interaction_id}))[0][0]
        return found

    async def first_seq_at(self, moment: Instant) -> int:
        """The first entry of that moment or later; one more than the last when there is none. Raises JournalFailed.

        Found by halving, since moments only grow from entry to entry, and no index of them is kept.
        """
        low, high = 1, await self.last_seq() + 1
        while low < high:
            middle = (low + high) // 2
            at: int = (await self._rows(AT_OF, {"wanted": middle}))[0][0]
            low, high = (middle + 1, high) if at < moment else (low, middle)
        return low

    async def _rows(self, statement: "sa.Select[Any]", wanted: dict[str, object]) -> "Sequence[sa.Row[Any]]":
        def select(connection: sa.Connection) -> "Sequence[sa.Row[Any]]":
            rows: Sequence[sa.Row[Any]] = connection.execute(statement, wanted).all()
            return rows

        return await self._database.read(select, JournalFailed)

    async def _pages(self, after_seq: int) -> AsyncIterator[Entry]:
        while True:
            rows = await self._rows(ONE_PAGE, {"after_seq": after_seq, "page_length": self._page_length})
            for row in rows:
                # A hole means a damaged file; a restart that folded past it would believe in a wrong centre.
                if after_seq and row.seq != after_seq + 1:
                    raise JournalFailed(f"the journal has no entry {after_seq + 1}, but a later one")
                yield self._entry(row)
                after_seq = row.seq
            if len(rows) < self._page_length:
                return

    def _refuse_gap(self, entries: Sequence[Entry], last_seq: int) -> None:
        for expected, entry in enumerate(entries, start=last_seq + 1):
            if entry.seq != expected:
                raise JournalFailed(f"entry {entry.seq} does not follow: {expected} is next")

    def _written(self, entries: Sequence[Entry]) -> tuple[list[Row], list[Row]]:
        lines: list[Row] = []
        subjects: list[Row] = []
        try:
            for entry in entries:
                given = None if entry.given is None else self._json.dump(entry.given)
                lines.append((entry.seq, entry.at, entry.stream, given, self._json.dump_all(entry.facts)))
                named = interactions_of(entry.given).union(*map(interactions_of, entry.facts))
                subjects += [(each, entry.seq) for each in sorted(named)]
        except FactJsonError as error:
            raise JournalFailed(str(error)) from error
        return lines, subjects

    def _entry(self, row: "sa.Row[Any]") -> Entry:
        try:
            return Entry(
                seq=row.seq,
                at=Instant(row.at),
                stream=row.stream,
                given=None if row.given is None else self._json.load(row.given),
                facts=self._json.load_all(row.facts),
            )
        except FactJsonError as error:
            raise JournalFailed(f"entry {row.seq} cannot be read: {error}") from error
