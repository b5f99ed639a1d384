"""A floor to play on: the engine, a clock that tests move by hand, and every invariant asked after every input."""

from acd.core.engine import Engine
from acd.core.facts import Fact
from acd.core.inputs import Input
from acd.core.invariants import broken
from acd.core.state import Agent, Interaction
from kernel.ids import AgentId, InteractionId
from kernel.instants import Instant
from tests.acd import makers as m

NOON = Instant(1_800_000_000_000)


class Floor:
    """One queue of settings, agents who are ready at phones named after them, and the facts so far."""

    def __init__(self, *setup: Input, ready: tuple[str, ...] = ()) -> None:
        self.engine = Engine()
        self.now = NOON
        self.facts: list[Fact] = []
        for given in setup or (m.queue(),):
            self.give(given)
        for agent_id in ready:
            self.seat(agent_id)
            self.give(m.set_ready(agent_id))

    def seat(self, agent_id: str, **level: int) -> None:
        """An agent logs in at a well phone of their own, and is in aux."""
        if AgentId(agent_id) not in self.engine.state.agents:
            self.give(m.agent(agent_id, **level))
        phone = f"phone-{agent_id}"
        self.give(m.device(phone))
        self.give(m.seen(phone))
        self.give(m.log_in(agent_id, phone))

    def give(self, given: Input, *, after_ms: int = 0) -> list[Fact]:
        """Hand in one input, ``after_ms`` after the last; its facts."""
        self.now = Instant(self.now + after_ms)
        facts = list(self.engine.handle(given, self.now))
        assert broken(self.engine.state) == ()
        self.facts.extend(facts)
        return facts

    def wait(self, ms: int) -> list[Fact]:
        """Let time pass; the facts of every deadline on the way, each taken when it is due."""
        end = Instant(self.now + ms)
        facts: list[Fact] = []
        while (due := self.engine.next_deadline()) is not None and due <= end:
            facts += self.give(m.TIME, after_ms=max(0, due - self.now))
        self.now = end
        return facts

    def call(
        self, interaction_id: str, queue_id: str = "sales", priority: int | None = None, **level: int
    ) -> list[Fact]:
        """A caller arrives and enters a queue."""
        self.give(m.arrived(interaction_id))
        return self.give(m.enter(interaction_id, queue_id, priority, **level))

    def agent(self, agent_id: str) -> Agent:
        return self.engine.state.agents[AgentId(agent_id)]

    def interaction(self, interaction_id: str) -> Interaction:
        return self.engine.state.interactions[InteractionId(interaction_id)]

    def states(self, *agent_ids: str) -> list[str]:
        """``["ann aux rona", "bob ready"]``."""
        return [f"{one} {self.agent(one).state} {self.agent(one).reason_code}".strip() for one in agent_ids]
