"""What the ACD asks of the rooms outside it, and what it offers them."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from acd.core.effects import Effect
from acd.core.facts import Fact
from acd.core.inputs import Input
from kernel.entry import Entry
from kernel.instants import Instant


class Clock(Protocol):
    """The time, handed in. Never goes back."""

    def now(self) -> Instant:
        """The present instant."""


class Journal(Protocol):
    """The one log. Append-only; an entry that ``append`` returned for is durable."""

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write entries, all or none, durably. Raises JournalFailed: nothing was written."""

    def read(self, after_seq: int = 0) -> AsyncIterator[Entry]:
        """Entries with ``seq > after_seq``, in order."""

    async def last_seq(self) -> int:
        """The last written sequence number, 0 when empty."""


class JournalFailed(Exception):
    """The journal could not be written. The distributor stops acting: never act on what is not recorded."""


class Switch(Protocol):
    """The telephone exchange. Effects are started at once, in order; outcomes come back as inputs."""

    def perform(self, effect: Effect) -> None:
        """Start an effect without waiting for its outcome. Never raises for an outcome."""


class FactSubscriber(Protocol):
    """A follower. Called once per entry, in order, after the entry is durable and before effects are performed."""

    def on_entry(self, entry: Entry) -> None:
        """Take note; must not block, wait, or raise."""


class FrontDoor(Protocol):
    """The only way into the core."""

    async def submit(self, given: Input) -> tuple[Fact, ...]:
        """Hand in one input and wait until its facts are durable; returns them.

        Raises DoorClosed when the program is stopping or the inbox is full.
        """

    def post(self, given: Input) -> None:
        """Hand in one input without waiting. Raises DoorClosed as ``submit`` does."""

    async def note(self, stream: str, facts: Sequence[object]) -> int:
        """Write facts of another stream (flow, recorder) into the journal and publish them; returns the seq."""


class DoorClosed(Exception):
    """The front door takes nothing now: stopping, or its inbox is full."""
