"""Stand-ins for the ports of the CTI room, all in memory, and a floor of facts to feed them with."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from acd.core.explanation import Explanation
from acd.core.facts import Fact, InputRefused
from acd.core.inputs import Input
from acd.ports import DoorClosed
from centre.list_csv import Written
from centre.list_records import BlockRequest, Changed, EntryChange, KeptEntry, ListSummary, RequestState
from cti.list_ports import UnknownList, UnknownRequest, Wish
from cti.ports import (
    CentreProblem,
    CentreResult,
    CtiLogFailed,
    ExplainerBusy,
    InteractionSought,
    SwitchAway,
    TimedFact,
    TokenGrant,
)
from ivr.core.caller_lists import Match
from kernel.contact import Contact
from kernel.entry import ENGINE_STREAM, Entry
from kernel.ids import AgentId, CallerListId, InteractionId, ReservationId
from kernel.instants import Instant
from kernel.logged_event import LoggedEvent
from kernel.result_codes import CallOutRefusal, RefusalCode
from recorder.facts import RecordingStored
from reports.rows import InteractionRow


class FakeClock:
    """A clock that is set by hand."""

    def __init__(self, at: int = 1_795_000_000_000) -> None:
        self.at = at

    def now(self) -> Instant:
        return Instant(self.at)


class FakeContacts:
    """A contact book; ``older`` are those only the store knows."""

    def __init__(self, *contacts: Contact) -> None:
        self.by_id = {contact.interaction_id: contact for contact in contacts}
        self.older: dict[InteractionId, Contact] = {}
        self.broken = False

    def write(self, contact: Contact) -> None:
        self.by_id[contact.interaction_id] = contact

    def live(self, interaction_id: InteractionId) -> Contact | None:
        if self.broken:
            raise RuntimeError("asked to fail")
        return self.by_id.get(interaction_id)

    async def read(self, interaction_id: InteractionId) -> Contact | None:
        return self.by_id.get(interaction_id) or self.older.get(interaction_id)

    def erase(self, interaction_id: InteractionId) -> None:
        self.by_id.pop(interaction_id, None)
        self.older.pop(interaction_id, None)


class FakeTokens:
    """Tokens by their text."""

    def __init__(self, **scopes: str) -> None:
        self.known = [
            TokenGrant(
                client=name,
                sha256=hashlib.sha256(name.encode()).hexdigest(),
                scopes=frozenset(words.split()),
            )
            for name, words in scopes.items()
        ]

    def grants(self) -> Sequence[TokenGrant]:
        return self.known


class MemoryCtiLog:
    """The event log; ``fails`` makes every append fail."""

    def __init__(self) -> None:
        self.events: dict[int, LoggedEvent] = {}
        self.fails = False

    async def last(self) -> LoggedEvent | None:
        return self.events[max(self.events)] if self.events else None

    async def oldest_seq(self) -> int:
        return min(self.events, default=0)

    async def append(self, events: Sequence[LoggedEvent]) -> None:
        if self.fails:
            raise CtiLogFailed("asked to fail")
        for event in events:
            self.events.setdefault(event.seq, event)

    async def read(self, from_seq: int, count_max: int) -> Sequence[LoggedEvent]:
        seqs = sorted(seq for seq in self.events if seq >= from_seq)
        return [self.events[seq] for seq in seqs[:count_max]]

    async def forget_before(self, seq: int) -> None:
        self.events = {each: event for each, event in self.events.items() if each >= seq}


class FakeDoor:
    """A front door that answers what it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.given: list[Input] = []
        self.refuses: RefusalCode | None = None
        self.closed = False

    async def submit(self, given: Input) -> tuple[Fact, ...]:
        if self.closed:
            raise DoorClosed
        self.given.append(given)
        return () if self.refuses is None else (InputRefused(code=self.refuses, subject="x"),)

    def post(self, given: Input) -> None:
        self.given.append(given)

    async def note(self, stream: str, facts: Sequence[object]) -> int:
        return 0

    def post_note(self, stream: str, facts: Sequence[object]) -> None:
        raise AssertionError("no flow runs here")


class FakeArchive:
    """Rows and timelines, by id."""

    def __init__(self) -> None:
        self.rows: list[InteractionRow] = []
        self.facts: dict[InteractionId, list[TimedFact]] = {}
        self.numbers: dict[InteractionId, str] = {}
        self.broken = False

    async def find(self, sought: InteractionSought, count_max: int) -> Sequence[InteractionRow]:
        if self.broken:
            raise RuntimeError("the archive is on fire at +6281234567890")
        rows = sorted(self.rows, key=lambda row: (row.arrived_at, row.interaction_id), reverse=True)
        return [row for row in rows if self._fits(row, sought)][:count_max]

    def _fits(self, row: InteractionRow, sought: InteractionSought) -> bool:
        place = (row.arrived_at, row.interaction_id)
        return (
            (sought.before is None or place < sought.before)
            and (sought.since is None or row.arrived_at >= sought.since)
            and (sought.until is None or row.arrived_at < sought.until)
            and sought.queue_id in (None, row.queue_id)
            and sought.agent_id in (None, row.agent_id)
            and sought.disposition in (None, row.disposition)
            and sought.number in (None, self.numbers.get(row.interaction_id))
        )

    async def row(self, interaction_id: InteractionId) -> InteractionRow | None:
        return next((row for row in self.rows if row.interaction_id == interaction_id), None)

    async def timeline(self, interaction_id: InteractionId) -> Sequence[TimedFact]:
        return self.facts.get(interaction_id, [])


class FakeExplainer:
    """Explanations, by id; or (``busy``) none at all now."""

    def __init__(self) -> None:
        self.explanations: dict[InteractionId, Explanation] = {}
        self.busy = False

    async def why(self, interaction_id: InteractionId) -> Explanation | None:
        if self.busy:
            raise ExplainerBusy("Reading the journal takes too long.")
        return self.explanations.get(interaction_id)


class FakeShelf:
    """Recordings, by id."""

    def __init__(self) -> None:
        self.stored: dict[ReservationId, RecordingStored] = {}

    async def of_interaction(self, interaction_id: InteractionId) -> Sequence[RecordingStored]:
        return [each for each in self.stored.values() if each.interaction_id == interaction_id]

    async def one(self, reservation_id: ReservationId) -> RecordingStored | None:
        return self.stored.get(reservation_id)


class FakeOffice:
    """A centre that takes every text but one with the word ``wrong`` in it."""

    def __init__(self) -> None:
        self.text = 'name = "169"\n'

    async def current(self) -> str:
        return self.text

    async def apply(self, text: str, dry_run: bool) -> CentreResult:
        if "wrong" in text:
            problem = CentreProblem(line=3, where="queues.sales", what="unknown skill", how="define the skill")
            return CentreResult(applied=False, difference=(), problems=(problem,))
        difference = () if text == self.text else ("name changes",)
        if not dry_run:
            self.text = text
        return CentreResult(applied=not dry_run, difference=difference, problems=())


class FakeCalls:
    """A switch that sends callers on, or has a reason not to, or is away."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.refuses: RefusalCode | None = None
        self.no_call: CallOutRefusal | None = None
        self.away = False

    async def transfer(self, agent_id: AgentId, digits: str) -> RefusalCode | None:
        return self._answer("transfer", agent_id, digits)

    async def call_out(self, agent_id: AgentId, number: str) -> RefusalCode | CallOutRefusal | None:
        refused = self._answer("call_out", agent_id, number)
        return self.no_call or refused

    def _answer(self, what: str, agent_id: AgentId, digits: str) -> RefusalCode | None:
        if self.away:
            raise SwitchAway
        self.asked.append((what, agent_id, digits))
        return self.refuses


class Script:
    """Writes entries with dense numbers, a second apart."""

    def __init__(self, start: int = 1_795_000_000_000) -> None:
        self.entries: list[Entry] = []
        self._at = start

    def entry(self, *facts: object, stream: str = ENGINE_STREAM, at: int | None = None) -> Entry:
        """One more entry."""
        self._at = self._at + 1_000 if at is None else at
        made = Entry(seq=len(self.entries) + 1, at=Instant(self._at), stream=stream, given=None, facts=facts)
        self.entries.append(made)
        return made


def renumbered(entries: Sequence[Entry]) -> list[Entry]:
    """The same entries, numbered from 1."""
    return [replace(entry, seq=seq) for seq, entry in enumerate(entries, start=1)]


class NoLists:
    """A centre without caller lists, where nobody has asked for anything."""

    def lists(self) -> Sequence[ListSummary]:
        return []

    async def entries(self, list_id: CallerListId, after: Match | None, count_max: int) -> Sequence[KeptEntry]:
        raise UnknownList(list_id)

    async def put(self, list_id: CallerListId, written: Written, who: str) -> KeptEntry:
        raise UnknownList(list_id)

    async def remove(self, list_id: CallerListId, written: Written, who: str) -> bool:
        raise UnknownList(list_id)

    async def import_csv(
        self, list_id: CallerListId, source: bytes, who: str, *, replaces: bool, dry_run: bool
    ) -> Changed:
        raise UnknownList(list_id)

    async def export_csv(self, list_id: CallerListId) -> str:
        raise UnknownList(list_id)

    async def changes(self, list_id: CallerListId, before: int, count_max: int) -> Sequence[EntryChange]:
        raise UnknownList(list_id)

    async def ask_block(self, wish: Wish, who: str) -> BlockRequest:
        raise AssertionError("nobody asks here")

    async def requests(self, state: RequestState | None, count_max: int) -> Sequence[BlockRequest]:
        return []

    async def approve(
        self, number: int, list_id: CallerListId, minutes: int | None, reason: str, who: str
    ) -> BlockRequest:
        raise UnknownRequest(number)

    async def reject(self, number: int, reason: str, who: str) -> BlockRequest:
        raise UnknownRequest(number)
