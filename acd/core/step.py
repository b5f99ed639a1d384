"""One step of the engine: an input being decided, its facts so far, and the state they have already changed."""

from acd.core.evolve import evolve
from acd.core.facts import Fact, InputRefused
from acd.core.state import State
from kernel.instants import Instant
from kernel.result_codes import RefusalCode


class Step:
    """What a decision reads (``state``, ``now``) and the one thing it does: ``record``."""

    __slots__ = ("facts", "now", "state")

    def __init__(self, state: State, now: Instant) -> None:
        self.state = state
        self.now = now
        self.facts: list[Fact] = []

    def record(self, fact: Fact) -> None:
        """A fact is decided: it counts from here on."""
        evolve(self.state, fact, self.now)
        self.facts.append(fact)

    def refuse(self, code: RefusalCode, subject: str) -> None:
        """The input changes nothing, for that reason."""
        self.record(InputRefused(code=code, subject=subject))
