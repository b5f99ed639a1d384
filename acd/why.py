"""Why: the choices about one interaction, worked out again from the journal. Nothing is kept for it.

The facts are folded from a checkpoint before the interaction's first entry, or from the journal's beginning, one fact at
a time; just before each fact that is a choice the state is the one in which it was made, and is asked why.
"""

from dataclasses import replace

from acd.core import facts
from acd.core.engine import Engine
from acd.core.explain import explain_passing_over, explain_reservation, explain_wait
from acd.core.explanation import Choice, Explanation
from acd.core.facts import Fact
from acd.core.interaction_states import Phase
from acd.distributor import Start
from acd.own_entries import facts_in
from acd.ports import Journal
from kernel.entry import Entry
from kernel.ids import InteractionId

PASSED_OVER_MAX = 1_000
"""How many times of being passed over are told one by one; the rest is only counted."""


class Inquiry:
    """Hears the journal's entries in order, and gathers what was chosen about one interaction."""

    def __init__(
        self, interaction_id: InteractionId, engine: Engine, *, passed_over_max: int = PASSED_OVER_MAX
    ) -> None:
        self._interaction_id = interaction_id
        self._engine = engine
        self._passed_over_max = passed_over_max
        self._choices: list[Choice] = []
        self._passed_over_count = 0
        self.is_over = False
        """The interaction has ended: nothing more will be chosen about it."""

    def hear(self, entry: Entry) -> None:
        """Take one entry, of whatever stream."""
        comes_into_line = False
        for fact in facts_in(entry):
            if isinstance(fact, facts.AgentReserved):
                self._chosen(fact, entry)
            self._engine.fold((fact,), entry.at)
            comes_into_line |= self._note(fact)
        if comes_into_line and self._waits():
            self._choices.append(explain_wait(self._engine.state, self._interaction_id, entry.seq, entry.at))

    def explanation(self) -> Explanation:
        """What was gathered so far."""
        return Explanation(
            interaction_id=self._interaction_id,
            choices=tuple(self._choices),
            passed_over_count=self._passed_over_count,
        )

    def _chosen(self, fact: facts.AgentReserved, entry: Entry) -> None:
        state = self._engine.state
        if fact.interaction_id == self._interaction_id:
            self._choices.append(explain_reservation(state, fact, entry.seq, entry.at))
            return
        passing = explain_passing_over(state, self._interaction_id, fact, entry.seq, entry.at)
        if passing is not None:
            self._passed_over_count += 1
            if self._passed_over_count <= self._passed_over_max:
                self._choices.append(passing)

    def _note(self, fact: Fact) -> bool:
        """Follow one fact; whether it brings the interaction into the line of those who may be offered."""
        if getattr(fact, "interaction_id", None) != self._interaction_id:
            return False
        match fact:
            case facts.ReservationEnded():
                self._choices = [
                    replace(choice, result=fact.result, rang_ms=fact.rang_ms)
                    if choice.reservation_id == fact.reservation_id
                    else choice
                    for choice in self._choices
                ]
                return True
            case facts.InteractionQueued():
                return True
            case facts.InteractionEnded():
                self.is_over = True
            case _:
                pass
        return False

    def _waits(self) -> bool:
        interaction = self._engine.state.interactions.get(self._interaction_id)
        return interaction is not None and interaction.phase is Phase.WAITING


async def why(journal: Journal, interaction_id: InteractionId, start: Start) -> Explanation:
    """Every choice about one interaction, read from the journal. ``start``: at or before the interaction's first entry.

    Raises whatever the journal raises, and KeyError or AssertionError when the journal contradicts itself.
    """
    engine = Engine()
    if start.checkpoint is not None:
        engine.resume(start.checkpoint)
    inquiry = Inquiry(interaction_id, engine)
    async for entry in journal.read(start.seq):
        inquiry.hear(entry)
        if inquiry.is_over:
            break
    return inquiry.explanation()
