"""The engine of a simulated day with all that reads its facts: people who act on them, the reports, and the journal."""

from collections.abc import Callable
from typing import Any

from acd.core.engine import Engine
from acd.core.facts import Fact
from acd.core.inputs import Input, TimePassed
from kernel.entry import ENGINE_STREAM, Entry
from kernel.instants import Instant
from simulator.whole_centre.diary import Diary

Reader = Callable[[Entry], None]
"""Gets every entry of the day's journal, as a follower of the running program does."""

Reaction = Callable[[Any], None]
TIME_PASSED = TimePassed()


class Hall:
    """The front door in virtual time. ``reactions``: what people do at a fact, by its class."""

    def __init__(self, engine: Engine, diary: Diary, begins_at: Instant, readers: tuple[Reader, ...]) -> None:
        self.engine = engine
        self.diary = diary
        self.reactions: dict[type, Reaction] = {}
        self.input_count = 0
        self.fact_count = 0
        self.last_input_ms = 0
        self._begins_at = begins_at
        self._readers = readers

    def give(self, given: Input) -> tuple[Fact, ...]:
        """Hand in one input now; people see its facts at once, and act on them later."""
        at = Instant(self._begins_at + self.diary.now_ms)
        facts = self.engine.handle(given, at)
        self.input_count += 1
        self.last_input_ms = self.diary.now_ms
        self.fact_count += len(facts)
        if self._readers:
            entry = Entry(seq=self.input_count, at=at, stream=ENGINE_STREAM, given=given, facts=facts)
            for reader in self._readers:
                reader(entry)
        reactions = self.reactions
        for fact in facts:
            reaction = reactions.get(type(fact))
            if reaction is not None:
                reaction(fact)
        return facts

    def run_on(self) -> bool:
        """Let the next thing happen, a deadline of the engine or a deed of somebody; False when there is none left."""
        deadline = self.engine.next_deadline()
        deed_ms = self.diary.next_ms()
        if deadline is not None and (deed_ms is None or deadline - self._begins_at < deed_ms):
            self.diary.now_ms = max(self.diary.now_ms, deadline - self._begins_at)
            self.give(TIME_PASSED)
            return True
        if deed_ms is None:
            return False
        self.diary.do_next()
        return True

    def since_beginning(self, at: Instant) -> int:
        """An instant of the engine as milliseconds of the day."""
        return at - self._begins_at
