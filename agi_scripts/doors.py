"""The flow's ways into the core: its queue door and its notes, by the front door."""

from collections.abc import Sequence

from acd.core.callback_words import BookCallback
from acd.core.facts import InputRefused, InteractionLeftQueue
from acd.core.inputs import EnterQueue, FlowEnded, InteractionArrived
from acd.core.settings import Channel, Requirement
from acd.ports import FrontDoor
from ivr.core.facts import FlowFact
from ivr.core.numbers import normalised
from ivr.ports import Arrival, QueueEntry
from kernel.contact import Contact, ContactBook
from kernel.entry import FLOW_STREAM
from kernel.ids import CallLegId, InteractionId, QueueId, SkillId
from kernel.instants import Instant
from kernel.result_codes import Disposition


class FrontQueueDoor:
    """Implements ``ivr.ports.QueueDoor``. ``country``: where national numbers are from."""

    def __init__(self, *, door: FrontDoor, contacts: ContactBook, country: str) -> None:
        self._door = door
        self._contacts = contacts
        self._country = country

    async def arrive(self, arrival: Arrival) -> None:
        """See QueueDoor. The contact is written first, so that whoever reads the fact finds the number."""
        # A flow begins again for callers of whom the engine knows: they were recalled when the program started.
        if self._contacts.live(arrival.interaction_id) is None:
            self._contacts.write(
                Contact(
                    interaction_id=arrival.interaction_id,
                    number=normalised(arrival.caller_number, country=self._country),
                    number_raw=arrival.caller_number,
                    name=arrival.caller_name,
                )
            )
        # A flow that begins again after it broke off is refused as a duplicate; that is as well.
        await self._door.submit(
            InteractionArrived(
                interaction_id=arrival.interaction_id,
                channel=Channel.VOICE,
                did=arrival.did,
                trunk_id=arrival.trunk_id,
                leg_id=CallLegId(arrival.leg_id),
            )
        )

    async def enter(
        self,
        interaction_id: InteractionId,
        queue_id: QueueId,
        priority: int | None,
        skills: tuple[tuple[str, int], ...],
    ) -> QueueEntry:
        """See QueueDoor."""
        requirements = tuple(Requirement(skill_id=SkillId(skill), level_min=level) for skill, level in skills)
        facts = await self._door.submit(
            EnterQueue(interaction_id=interaction_id, queue_id=queue_id, priority=priority, requirements=requirements)
        )
        if any(isinstance(fact, InputRefused) for fact in facts):
            return QueueEntry.REFUSED
        left = (fact for fact in facts if isinstance(fact, InteractionLeftQueue) and fact.queue_id == queue_id)
        is_full = any(fact.interaction_id == interaction_id for fact in left)
        return QueueEntry.FULL if is_full else QueueEntry.WAITS

    async def call_back(
        self, interaction_id: InteractionId, queue_id: QueueId, expires_at: Instant, tries_max: int, retry_ms: int
    ) -> bool:
        """See QueueDoor."""
        facts = await self._door.submit(
            BookCallback(
                interaction_id=interaction_id,
                queue_id=queue_id,
                expires_at=expires_at,
                tries_max=tries_max,
                retry_ms=retry_ms,
            )
        )
        return not any(isinstance(fact, InputRefused) for fact in facts)

    async def end(self, interaction_id: InteractionId, disposition: Disposition) -> None:
        """See QueueDoor."""
        await self._door.submit(FlowEnded(interaction_id=interaction_id, disposition=disposition))


class FrontFlowNotes:
    """Implements ``ivr.ports.FlowNotes``."""

    def __init__(self, door: FrontDoor) -> None:
        self._door = door

    async def note(self, facts: Sequence[FlowFact]) -> None:
        """See FlowNotes. Nobody waits until they are on the disk: the caller would wait with us."""
        self._door.post_note(FLOW_STREAM, facts)
