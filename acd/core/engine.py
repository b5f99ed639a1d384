"""The engine: the front door of the core. Inputs go in with the time, facts come out.

Nothing is awaited, logged or looked up here, and nothing raised for bad input: that gives ``InputRefused``. An
exception means a bug; the program then stops and starts again from the journal. The same inputs at the same instants
give the same facts, in any process.
"""

from collections.abc import Iterable

from acd.core.checkpoint import EngineCheckpoint, checkpoint_of, state_of
from acd.core.decide import decide
from acd.core.decide.callbacks import reserve
from acd.core.evolve import evolve
from acd.core.facts import Fact
from acd.core.inputs import Input
from acd.core.matching import Chooser, newcomers_of, next_pair
from acd.core.state import State
from acd.core.step import Step
from kernel.instants import Instant


class Engine:
    """Who is offered to whom, and when.

    Deadlines that are due are taken by ``TimePassed`` alone. So what happened before a deadline and was only told after
    it (a pick-up that waited in the inbox, or came while the program was down) still counts as in time.
    """

    def __init__(self, *, choose: Chooser = next_pair) -> None:
        self._state = State()
        self._now = Instant(0)
        self._choose = choose

    @property
    def state(self) -> State:
        """What the engine knows; to be read only."""
        return self._state

    @property
    def now(self) -> Instant:
        """The latest instant that was given: nothing can happen before it."""
        return self._now

    def handle(self, given: Input, now: Instant) -> tuple[Fact, ...]:
        """Decide one input: the facts that follow from it, in order. Time never goes back: an older ``now`` counts as
        the latest one that was given.
        """
        self._now = max(self._now, now)
        step = Step(self._state, self._now)
        decide(step, given)
        newcomers = newcomers_of(self._state, step.facts)
        while not self._state.suspended and (pair := self._choose(self._state, newcomers)) is not None:
            reserve(step, *pair)
        return tuple(step.facts)

    def next_deadline(self) -> Instant | None:
        """When ``TimePassed`` is to be given at the latest; None when nothing is due by itself."""
        first = self._state.timetable.first()
        return None if first is None else first[0]

    def checkpoint(self) -> EngineCheckpoint:
        """All that is known at this moment."""
        return checkpoint_of(self._state, self._now)

    def resume(self, checkpoint: EngineCheckpoint) -> None:
        """Know what was known then, and nothing else. Raises KeyError when the checkpoint contradicts itself."""
        self._state, self._now = state_of(checkpoint), checkpoint.now

    def fold(self, facts: Iterable[Fact], at: Instant) -> None:
        """Take in facts that were decided before, at their instant, without deciding anything anew."""
        self._now = max(self._now, at)
        for fact in facts:
            evolve(self._state, fact, at)
