"""What the demo sees of its centre: it listens to the event hub as a CRM would, and tells who waits for something.

Calls are known by their caller's number: who means to call says so beforehand (``expect``).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from acd.core.agent_states import AgentState
from cti import wire
from cti.frames import NumberedEvent
from kernel.contact import ContactBook
from kernel.ids import AgentId, InteractionId, QueueId
from kernel.instants import Instant

T = TypeVar("T")

ENDED_KEPT_MAX = 200


@dataclass(slots=True, kw_only=True)
class Offer:
    """One agent's phone was rung for a call. ``ended``: why it was withdrawn, "" when it was not, and ``ended_at``."""

    offer_id: str
    agent_id: AgentId
    at: Instant
    ended: str = ""
    ended_at: Instant | None = None

    def stands_at(self, moment: Instant) -> bool:
        """Whether the phone was being rung at that moment."""
        return self.at <= moment and (self.ended_at is None or moment < self.ended_at)


@dataclass(slots=True, kw_only=True)
class CallSeen:
    """One call so far. ``interaction_id`` is None until the program has it."""

    number: str
    ordinal: int
    kind: str
    interaction_id: InteractionId | None = None
    queue_id: QueueId | None = None
    queued_at: Instant | None = None
    offers: list[Offer] = field(default_factory=list)
    answered_at: Instant | None = None
    agent_id: AgentId | None = None
    ended_at: Instant | None = None

    @property
    def waits_unoffered(self) -> bool:
        """In the queue, and no phone rings for it now."""
        is_offered = any(not offer.ended for offer in self.offers)
        return self.queued_at is not None and self.answered_at is None and self.ended_at is None and not is_offered


class Watch:
    """A listener of the hub. ``calls``: those under way and the latest that ended, by interaction id."""

    def __init__(self, contacts: ContactBook) -> None:
        self._contacts = contacts
        self._expected: list[CallSeen] = []
        self._ended: deque[InteractionId] = deque()
        self._news = asyncio.Event()
        self.calls: dict[InteractionId, CallSeen] = {}
        self.agents: dict[AgentId, tuple[AgentState, str]] = {}

    def expect(self, number: str, *, ordinal: int, kind: str) -> CallSeen:
        """The next call from this number will be this one."""
        seen = CallSeen(number=number, ordinal=ordinal, kind=kind)
        self._expected.append(seen)
        return seen

    def expected(self, number: str) -> CallSeen | None:
        """The newest live call from this number."""
        live = [seen for seen in self.calls.values() if seen.number == number and seen.ended_at is None]
        return live[-1] if live else None

    async def until(self, found: Callable[[], T | None]) -> T:
        """What ``found`` gives, once it gives something. Looked at after every event, and when told to."""
        while True:
            value = found()
            if value is not None:
                return value
            await self._news.wait()

    def offer(self, event: NumberedEvent) -> None:
        """Take note of one event."""
        match event.data:
            case wire.CallCreated():
                self._create(InteractionId(event.data.call_id))
            case wire.AgentStateChanged():
                state = AgentState(event.data.state)
                self.agents[AgentId(event.data.agent_id)] = (state, event.data.reason_code)
            case _:
                seen = self.calls.get(InteractionId(event.logged.call_id))
                if seen is not None:
                    self._note(seen, event.data, event.logged.at)
        self.look_again()

    def look_again(self) -> None:
        """Something has changed that is no event of the hub."""
        # Who waits is woken by the old bell; the next happening has a new one.
        self._news.set()
        self._news = asyncio.Event()

    def _create(self, interaction_id: InteractionId) -> None:
        contact = self._contacts.live(interaction_id)
        number = "" if contact is None else contact.number
        seen = next((one for one in self._expected if one.number == number), None)
        if seen is None:
            seen = CallSeen(number=number, ordinal=0, kind="not ours")
        else:
            self._expected.remove(seen)
        seen.interaction_id = interaction_id
        self.calls[interaction_id] = seen

    def _note(self, seen: CallSeen, data: wire.EventData, at: Instant) -> None:
        match data:
            case wire.CallQueued():
                seen.queue_id, seen.queued_at = QueueId(data.queue), at
            case wire.CallOffered():
                seen.offers.append(Offer(offer_id=data.offer_id, agent_id=AgentId(data.agent_id), at=at))
            case wire.CallOfferWithdrawn():
                for offer in seen.offers:
                    if offer.offer_id == data.offer_id:
                        offer.ended, offer.ended_at = data.reason, at
            case wire.CallConnected():
                seen.answered_at, seen.agent_id = at, AgentId(data.agent_id)
            case wire.CallEnded():
                seen.ended_at = at
                self._forget_oldest(InteractionId(data.call_id))
            case _:
                pass

    def _forget_oldest(self, ended: InteractionId) -> None:
        self._ended.append(ended)
        if len(self._ended) > ENDED_KEPT_MAX:
            self.calls.pop(self._ended.popleft(), None)


async def within(within_s: float, *waits: Awaitable[object]) -> None:
    """Wait for all, but no longer than that."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, timeout=within_s)
    finally:
        for task in tasks:
            task.cancel()
