"""A floor whose every step is written down as the distributor would, for what is read from a journal later."""

from acd.core.facts import Fact
from acd.core.inputs import Input
from kernel.entry import ENGINE_STREAM, Entry
from tests.acd.floor import Floor
from tests.fakes.journal import MemoryJournal


class JournalledFloor(Floor):
    """A floor with a journal."""

    def __init__(self, *setup: Input, ready: tuple[str, ...] = ()) -> None:
        self.journal = MemoryJournal()
        super().__init__(*setup, ready=ready)

    def give(self, given: Input, *, after_ms: int = 0) -> list[Fact]:
        facts = super().give(given, after_ms=after_ms)
        seq = len(self.journal.entries) + 1
        self.journal.entries.append(Entry(seq=seq, at=self.now, stream=ENGINE_STREAM, given=given, facts=tuple(facts)))
        return facts
