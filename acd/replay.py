"""Replay: decide a past span again from the journal's inputs, and compare with the facts that are written there.

One engine folds the recorded facts, another decides; they begin alike. After a difference the second one goes on from
what is recorded, so that one differing decision is not told a thousand times. Nothing is held but the two engines.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from acd.core.checkpoint import EngineCheckpoint
from acd.core.engine import Engine
from acd.core.facts import Fact
from acd.core.inputs import Input
from acd.own_entries import facts_in, given_in
from kernel.entry import ENGINE_STREAM, Entry
from kernel.instants import Instant

DIFFERENCES_MAX = 1_000
"""After so many differences nothing more is compared: the journal is another program's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One entry whose facts come out otherwise today."""

    seq: int
    at: Instant
    given: Input
    recorded: tuple[Fact, ...]
    decided: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayResult:
    """What was compared. ``entry_count``: the engine's entries of the span; ``is_whole``: none was left out."""

    entry_count: int
    fact_count: int
    difference_count: int
    first_difference: Difference | None
    is_whole: bool

    @property
    def is_equal(self) -> bool:
        """Whether everything came out as it is recorded."""
        return self.difference_count == 0


async def replay(
    entries: AsyncIterator[Entry],
    checkpoint: EngineCheckpoint | None,
    *,
    begins_at: Instant,
    ends_at: Instant,
    make_engine: Callable[[], Engine] = Engine,
) -> ReplayResult:
    """Decide all entries of ``begins_at`` until before ``ends_at`` again.

    ``entries`` begin after the checkpoint (None: at the journal's first entry), at or before the span. Raises whatever
    the journal raises, and KeyError or AssertionError when the journal contradicts itself.
    """
    recorded, deciding = Engine(), make_engine()
    if checkpoint is not None:
        recorded.resume(checkpoint)
    entry_count = fact_count = difference_count = 0
    first: Difference | None = None
    async for entry in entries:
        if entry.at >= ends_at or difference_count == DIFFERENCES_MAX:
            break
        if entry.stream != ENGINE_STREAM:
            continue
        facts = facts_in(entry)
        if entry.at < begins_at:
            recorded.fold(facts, entry.at)
            continue
        if entry_count == 0:
            deciding.resume(recorded.checkpoint())
        decided = deciding.handle(given_in(entry), entry.at)
        recorded.fold(facts, entry.at)
        entry_count += 1
        fact_count += len(facts)
        if decided != facts:
            difference_count += 1
            first = first or Difference(
                seq=entry.seq, at=entry.at, given=given_in(entry), recorded=facts, decided=decided
            )
            deciding.resume(recorded.checkpoint())
    return ReplayResult(
        entry_count=entry_count,
        fact_count=fact_count,
        difference_count=difference_count,
        first_difference=first,
        is_whole=difference_count < DIFFERENCES_MAX,
    )
