"""What if: a recorded span, the same span played again as it was, and played under another configuration.

The second proves the third: played as it was, every fact must be the recorded one.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from acd.core.checkpoint import EngineCheckpoint
from acd.core.engine import Engine
from acd.core.facts import Fact
from acd.own_entries import facts_in
from kernel.entry import Entry
from kernel.ids import AgentId
from kernel.instants import Instant
from simulator.rerun.figures import Figures, RunFigures
from simulator.rerun.play import AS_IT_WAS, Other, Outcome, Rerun
from simulator.rerun.record import Reader, Record, mark_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The three runs. ``differs_at``: the number of the first recorded entry that came out otherwise as it was; None: none.

    ``rests_on``: what of the other run the record does not say.
    """

    interaction_count: int
    fact_count: int
    differs_at: int | None
    recorded: RunFigures
    as_it_was: RunFigures
    other: RunFigures
    rests_on: Outcome


class Recording:
    """Hears the journal from before the span on; ``is_enough`` when no more is needed."""

    def __init__(
        self, checkpoint: EngineCheckpoint | None, *, begins_at: Instant, ends_at: Instant, zone: ZoneInfo
    ) -> None:
        self._engine = Engine()
        if checkpoint is not None:
            self._engine.resume(checkpoint)
        self._begins_at, self._ends_at, self._zone = begins_at, ends_at, zone
        self._reader: Reader | None = None
        self._figures: Figures | None = None
        self.begins_with: EngineCheckpoint | None = None
        """What the engine knew when the span began."""

    @property
    def is_enough(self) -> bool:
        """Whether nothing that comes later matters."""
        return self._reader is not None and self._reader.is_enough

    @property
    def at_work(self) -> Set[AgentId]:
        """Who was logged in when the span began, or came later."""
        return set() if self._reader is None else self._reader.record.at_work

    def hear(self, entry: Entry) -> None:
        """Take one entry, in order."""
        if entry.at < self._begins_at:
            self._engine.fold(facts_in(entry), entry.at)
            return
        self._begin().take(entry)
        if self._figures is not None and entry.at < self._ends_at:
            self._figures.hear(entry)

    def _begin(self) -> Reader:
        if self._reader is None:
            self.begins_with = self._engine.checkpoint()
            self._reader = Reader(self._engine, begins_at=self._begins_at, ends_at=self._ends_at)
            self._figures = Figures(self.begins_with, self._begins_at, self._zone)
        return self._reader

    def played(self, other: Callable[[EngineCheckpoint, Set[AgentId]], Other]) -> WhatIf:
        """Play the span as it was, and under another configuration.

        That is made from what the engine knew at first, and from who was at work in the span.
        """
        record = self._begin().finish()
        assert self.begins_with is not None, "a span that has begun began with something"
        assert self._figures is not None, "a span that has begun has figures"
        comparison = _Comparison(record.steps)
        as_it_was, _ = self._run(record, self.begins_with, AS_IT_WAS, comparison.hear)
        changed, rests_on = self._run(
            record, self.begins_with, other(self.begins_with, record.at_work), lambda entry: None
        )
        return WhatIf(
            interaction_count=record.interaction_count,
            fact_count=record.fact_count,
            differs_at=comparison.differs_at,
            recorded=self._figures.at_end(self._ends_at),
            as_it_was=as_it_was,
            other=changed,
            rests_on=rests_on,
        )

    def _run(
        self, record: Record, begins_with: EngineCheckpoint, other: Other, compare: Callable[[Entry], None]
    ) -> tuple[RunFigures, Outcome]:
        figures = Figures(begins_with, self._begins_at, self._zone)

        def hear(entry: Entry) -> None:
            figures.hear(entry)
            compare(entry)

        outcome = Rerun(record, begins_with, other, hear).play()
        return figures.at_end(self._ends_at), outcome


class _Comparison:
    """Holds a run's facts against the marks of the recorded ones."""

    def __init__(self, steps: Sequence[tuple[int, int]]) -> None:
        self._steps = steps
        self._place = 0
        self._differs_at: int | None = None

    def hear(self, entry: Entry) -> None:
        told: tuple[Fact, ...] = facts_in(entry)
        if self._differs_at is not None:
            return
        if self._place >= len(self._steps):
            self._differs_at = self._steps[-1][0] + 1 if self._steps else 0
        elif self._steps[self._place][1] != mark_of(told):
            self._differs_at = self._steps[self._place][0]
        self._place += 1

    @property
    def differs_at(self) -> int | None:
        """The first entry that came out otherwise, or did not come at all."""
        if self._differs_at is None and self._place < len(self._steps):
            return self._steps[self._place][0]
        return self._differs_at
