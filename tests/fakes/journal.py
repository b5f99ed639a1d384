"""A journal in memory: what tests of other rooms use in place of the database."""

from collections.abc import AsyncIterator, Sequence

from acd.ports import JournalFailed
from kernel.entry import Entry
from kernel.ids import InteractionId
from store.fact_json import interactions_of


class MemoryJournal:
    """Implements ``acd.ports.Journal``. ``fail_next`` makes the next append fail, as a full disk would."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.fail_next = False

    async def append(self, entries: Sequence[Entry]) -> None:
        """Keep entries, all or none."""
        if self.fail_next:
            self.fail_next = False
            raise JournalFailed("asked to fail")
        for expected, entry in enumerate(entries, start=len(self.entries) + 1):
            if entry.seq != expected:
                raise JournalFailed(f"entry {entry.seq} does not follow: {expected} is next")
        self.entries.extend(entries)

    async def read(self, after_seq: int = 0) -> AsyncIterator[Entry]:
        """Entries with ``seq > after_seq``; those appended while reading are read too."""
        at = max(0, after_seq)
        while at < len(self.entries):
            yield self.entries[at]
            at += 1

    async def last_seq(self) -> int:
        """The last sequence number, 0 when empty."""
        return len(self.entries)

    async def timeline(self, interaction_id: InteractionId) -> list[Entry]:
        """Every entry that names this interaction."""
        return [
            entry
            for entry in self.entries
            if interaction_id in interactions_of(entry.given).union(*map(interactions_of, entry.facts))
        ]
