"""What the recorder asks of the rooms outside it."""

from collections.abc import Sequence
from typing import Protocol

from kernel.ids import ReservationId
from recorder.facts import RecorderFact, RecordingStored


class RecordingShelf(Protocol):
    """Where it is written down which recordings there are."""

    async def add(self, stored: RecordingStored) -> None:
        """Keep one, durably; one that is there already stays as it is."""

    async def one(self, reservation_id: ReservationId) -> RecordingStored | None:
        """One recording; None when unknown."""


class RecorderNotes(Protocol):
    """Where the recorder's facts are written down."""

    async def note(self, facts: Sequence[RecorderFact]) -> None:
        """Write facts to the journal's recorder stream."""
