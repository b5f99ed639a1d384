"""The journal read as stories: what it tells of each interaction and of each agent, and in which order
callers were served. Pure.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from acd.core import facts, inputs
from acd.core.agent_states import AgentState
from acd.core.facts import Fact
from acd.own_entries import facts_in
from kernel.entry import ENGINE_STREAM, Entry
from kernel.ids import AgentId, InteractionId
from kernel.instants import Instant

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Told:
    """One fact, and when. ``aside``: what the switch did by itself, told afterwards."""

    at: Instant
    fact: Fact
    aside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """An agent's time in one state; ``ended`` None: until the end of the journal."""

    agent_id: AgentId
    state: AgentState
    reason_code: str
    interaction_id: InteractionId | None
    began: Instant
    ended: Instant | None = None


@dataclass(slots=True)
class Stories:
    """The journal, by interaction and by agent. ``disorder``: who was served before somebody who came first."""

    by_interaction: dict[InteractionId, list[Told]] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    disorder: list[str] = field(default_factory=list)
    negative: list[str] = field(default_factory=list)

    def of(self, interaction_id: InteractionId, kind: type[F]) -> list[tuple[Instant, F]]:
        """One interaction's facts of one kind."""
        told = self.by_interaction.get(interaction_id, [])
        return [(one.at, one.fact) for one in told if isinstance(one.fact, kind)]


def read_stories(entries: Iterable[Entry]) -> Stories:
    """Read the engine's stream from its beginning."""
    stories, line, open_spans = Stories(), _Line(), dict[AgentId, Span]()
    for entry in entries:
        if entry.stream != ENGINE_STREAM:
            continue
        aside = isinstance(entry.given, inputs.TakenAside)
        for fact in facts_in(entry):
            interaction_id = getattr(fact, "interaction_id", None)
            if interaction_id is not None and not isinstance(fact, facts.AgentStateChanged):
                told = stories.by_interaction.setdefault(interaction_id, [])
                told.append(Told(entry.at, fact, aside))
            stories.negative += _negative(entry, fact)
            stories.disorder += line.take(entry, fact, aside=aside)
            if isinstance(fact, facts.AgentStateChanged):
                stories.spans += _turn(open_spans, entry.at, fact)
    stories.spans += open_spans.values()
    return stories


def _turn(open_spans: dict[AgentId, Span], at: Instant, fact: facts.AgentStateChanged) -> Iterator[Span]:
    former = open_spans.get(fact.agent_id)
    if former is not None:
        yield Span(
            agent_id=former.agent_id,
            state=former.state,
            reason_code=former.reason_code,
            interaction_id=former.interaction_id,
            began=former.began,
            ended=at,
        )
    open_spans[fact.agent_id] = Span(
        agent_id=fact.agent_id,
        state=fact.state,
        reason_code=fact.reason_code,
        interaction_id=fact.interaction_id,
        began=at,
    )


def _negative(entry: Entry, fact: Fact) -> Iterator[str]:
    for name in ("waited_ms", "rang_ms", "talk_ms", "hold_ms", "held_ms", "lasted_ms"):
        length_ms = getattr(fact, name, 0)
        if length_ms < 0:
            yield f"entry {entry.seq}: {type(fact).__name__} with {name} {length_ms}"


@dataclass(slots=True)
class _Line:
    """Everybody who waits: the place in the line is the queue entry's, also after an offer that came to nothing."""

    places: dict[InteractionId, tuple[int, int]] = field(default_factory=dict)
    offered: set[InteractionId] = field(default_factory=set)

    def take(self, entry: Entry, fact: Fact, *, aside: bool) -> Iterator[str]:
        match fact:
            case facts.InteractionQueued():
                if fact.interaction_id in self.places:
                    yield f"entry {entry.seq}: {fact.interaction_id} is put into the queue where it waits"
                self.places[fact.interaction_id] = (-fact.priority, entry.seq)
            case facts.AgentReserved():
                yield from self._reserved(entry, fact.interaction_id, aside=aside)
            case facts.ReservationEnded():
                self.offered.discard(fact.interaction_id)
            case facts.InteractionAnswered() | facts.InteractionAbandoned() | facts.InteractionLeftQueue():
                self.places.pop(fact.interaction_id, None)
                self.offered.discard(fact.interaction_id)
            case _:
                pass

    def _reserved(self, entry: Entry, chosen: InteractionId, *, aside: bool) -> Iterator[str]:
        waiting = {each: place for each, place in self.places.items() if each not in self.offered}
        first = min(waiting, key=waiting.__getitem__, default=None)
        # Who is served by the switch alone is served by when they called, not by when they came into the queue.
        if first != chosen and not aside:
            yield f"entry {entry.seq}: {chosen} is served before {first}"
        self.offered.add(chosen)
