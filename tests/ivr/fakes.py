"""What surrounds a flow, played by hand: a caller with a plan, doors, lists, a contact book."""

import asyncio
from collections.abc import Sequence

from ivr.core.facts import FlowFact
from ivr.ports import Arrival, CallerGone, Listing, LookUpUnknown, PromptMissing, QueueEntry
from kernel.contact import Contact
from kernel.ids import CallerListId, HoursId, InteractionId, NodeId, PromptId, QueueId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import Disposition

NOON = Instant(1_795_500_000_000)


class FakeCaller:
    """A caller who presses the planned keys, and hangs up before the planned word or question.

    ``keys``: what is pressed when asked, in turn ("" for silence). ``early``: what is pressed while the first word is
    spoken. ``gone_at``: how many words and questions the
    caller stays for; None: to the end. ``breaks_at``: the prompt at which the line to Asterisk fails. ``way``: where the dialplan would take them, "" for its safety route.
    """

    def __init__(
        self,
        keys: Sequence[str] = (),
        *,
        early: str = "",
        gone_at: int | None = None,
        missing: Sequence[str] = (),
        breaks_at: str = "",
    ) -> None:
        self.heard: list[str] = []
        self.way = ""
        self.answered = False
        self._keys = list(keys)
        self._early = list(early)
        self._typed: list[str] = []
        self._gone_at = gone_at
        self._missing = frozenset(missing)
        self._breaks_at = breaks_at
        self.turns = 0

    async def answer(self) -> None:
        self._turn()
        self.answered = True

    async def play(
        self, prompt_ids: tuple[PromptId, ...], language: str, stop_keys: str = "", *, takes_key: bool = True
    ) -> str:
        for prompt_id in prompt_ids:
            self._turn()
            if not (self._typed and stop_keys):
                if prompt_id == self._breaks_at:
                    raise ConnectionError("the line to Asterisk is broken")
                if prompt_id in self._missing:
                    raise PromptMissing(prompt_id)
                self.heard.append(f"{language}/{prompt_id}")
                self._typed += self._early
                self._early = []
            if self._typed and self._typed[0] in stop_keys:
                return self._typed.pop(0) if takes_key else self._typed[0]
        return ""

    async def wait_key(self, ms_max: int) -> str:
        self._turn()
        if self._typed:
            return self._typed.pop(0)
        return self._keys.pop(0) if self._keys else ""

    def ignore_late_key(self, key: str) -> None:
        if self._typed[:1] == [key]:
            self._typed.pop(0)

    async def leave_to_queue(self, queue_id: QueueId, music: str) -> None:
        self._turn()
        self.way = f"queue {queue_id} {music}"

    async def leave_to_number(self, number: str, trunk_id: TrunkId, ring_ms_max: int, return_to: NodeId) -> None:
        self._turn()
        if trunk_id != "carrier":
            raise LookUpUnknown(trunk_id)
        self.way = f"transfer {number} {trunk_id} {ring_ms_max} {return_to}"

    async def hang_up(self, cause_code: int) -> None:
        self._turn()
        self.way = f"hangup {cause_code}"

    async def leave_to_safety_route(self) -> None:
        self._turn()
        self.way = "no-service"

    async def stay(self) -> None:
        self._turn()
        self.way = ""

    def _turn(self) -> None:
        if self._gone_at is not None and self.turns >= self._gone_at:
            raise CallerGone
        self.turns += 1


class FakeQueueDoor:
    """Takes everything, unless it ``refuses``, or is ``full``, or ``breaks``."""

    def __init__(self, *, refuses: bool = False, full: bool = False, breaks: bool = False) -> None:
        self.entered: list[tuple[QueueId, int | None]] = []
        self.ended: list[Disposition] = []
        self.booked: list[tuple[QueueId, Instant, int, int]] = []
        self.arrived: list[Arrival] = []
        self._entry = QueueEntry.REFUSED if refuses else QueueEntry.FULL if full else QueueEntry.WAITS
        self._breaks = breaks

    async def arrive(self, arrival: Arrival) -> None:
        self.arrived.append(arrival)

    async def enter(
        self,
        interaction_id: InteractionId,
        queue_id: QueueId,
        priority: int | None,
        skills: tuple[tuple[str, int], ...],
    ) -> QueueEntry:
        if self._breaks:
            raise ConnectionError("the door is broken")
        if self._entry is QueueEntry.WAITS:
            self.entered.append((queue_id, priority))
        return self._entry

    async def call_back(
        self, interaction_id: InteractionId, queue_id: QueueId, expires_at: Instant, tries_max: int, retry_ms: int
    ) -> bool:
        self.booked.append((queue_id, expires_at, tries_max, retry_ms))
        return self._entry is not QueueEntry.REFUSED

    async def end(self, interaction_id: InteractionId, disposition: Disposition) -> None:
        if self._breaks:
            raise ConnectionError("the door is broken")
        self.ended.append(disposition)


class FakeLookUps:
    """One list of VIPs, one of blocked numbers, one place that is open."""

    vips = frozenset({"+6281234567890"})
    blocked = frozenset({"+6281111111111"})

    def is_open(self, hours_id: HoursId, at: Instant) -> bool:
        if hours_id != "office":
            raise LookUpUnknown(hours_id)
        return at == NOON

    def listing(self, list_id: CallerListId, number: str, customer: str, at: Instant) -> Listing:
        if list_id == "vip":
            return Listing(is_listed=number in self.vips, priority=9 if number in self.vips else None)
        if list_id == "blocked":
            return Listing(is_listed=number in self.blocked, priority=None)
        raise LookUpUnknown(list_id)

    def way_back(self, number: str, at: Instant) -> str:
        return number.replace("+62", "0")

    def music(self, queue_id: QueueId) -> str:
        return "calm"


class FakeNotes:
    """Keeps the facts, or breaks. ``until``: what writing waits for."""

    def __init__(self, *, breaks: bool = False, until: asyncio.Event | None = None) -> None:
        self.facts: list[FlowFact] = []
        self._breaks = breaks
        self._until = until

    async def note(self, facts: Sequence[FlowFact]) -> None:
        if self._breaks:
            raise ConnectionError("the journal is away")
        if self._until is not None:
            await self._until.wait()
        self.facts.extend(facts)


class FakeContacts:
    """The contact book in memory; ``breaks`` when it is written."""

    def __init__(self, *contacts: Contact, breaks: bool = False) -> None:
        self.contacts = {contact.interaction_id: contact for contact in contacts}
        self.order: list[str] = []
        self._breaks = breaks

    def write(self, contact: Contact) -> None:
        if self._breaks:
            raise ConnectionError("the store is away")
        self.order.append("contact")
        self.contacts[contact.interaction_id] = contact

    def live(self, interaction_id: InteractionId) -> Contact | None:
        return self.contacts.get(interaction_id)

    async def read(self, interaction_id: InteractionId) -> Contact | None:
        return self.contacts.get(interaction_id)
