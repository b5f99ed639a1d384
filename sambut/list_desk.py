"""The caller lists at work: what people and files say, checked against the centre in force, kept and looked up."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from acd.ports import Clock
from centre.compound import REASON
from centre.list_csv import BadValue, Where, Written, entry_of, read_list, write_list
from centre.list_records import BlockRequest, Changed, EntryChange, Hand, KeptEntry, ListSummary, RequestState
from centre.model import CallerList, Centre
from centre.problems import Refused
from cti.list_ports import AlreadyDecided, UnknownList, UnknownRequest, Wish
from ivr.core.caller_lists import By, ListEntry, Match
from kernel.ids import CallerListId
from kernel.instants import after
from store.block_requests import StoreBlockRequests
from store.caller_lists import StoreCallerLists

MINUTE_MS = 60_000
PAGE = 5_000
"""So many entries are read at once for an export."""


class ListDesk:
    """Implements ``cti.list_ports.ListOffice``. ``centre``: the one in force just now."""

    def __init__(
        self,
        *,
        centre: Callable[[], Centre],
        lists: StoreCallerLists,
        requests: StoreBlockRequests,
        clock: Clock,
    ) -> None:
        self._centre = centre
        self._lists = lists
        self._requests = requests
        self._clock = clock
        self._reading = asyncio.Lock()

    def lists(self) -> Sequence[ListSummary]:
        """See ListOffice."""
        return [
            ListSummary(
                list_id=one.id,
                kind=one.kind,
                priority=one.priority,
                action=one.action,
                anonymous=one.anonymous,
                standing=len(one.numbers),
                live=len(self._lists.index(one.id)),
            )
            for one in self._centre().caller_lists
        ]

    async def entries(self, list_id: CallerListId, after: Match | None, count_max: int) -> Sequence[KeptEntry]:
        """See ListOffice."""
        self._list(list_id)
        return await self._lists.entries(list_id, after, count_max)

    async def put(self, list_id: CallerListId, written: Written, who: str) -> KeptEntry:
        """See ListOffice."""
        self._list(list_id)
        entry, hand = entry_of(written, self._where()), self._hand(who, written.reason)
        await self._lists.put(list_id, [entry], hand)
        return KeptEntry(entry=entry, who=hand.who, at=hand.at)

    async def remove(self, list_id: CallerListId, written: Written, who: str) -> bool:
        """See ListOffice."""
        self._list(list_id)
        entry = entry_of(written, self._where())
        return await self._lists.remove(list_id, entry.match, self._hand(who, entry.reason))

    async def import_csv(
        self, list_id: CallerListId, source: bytes, who: str, *, replaces: bool, dry_run: bool
    ) -> Changed:
        """See ListOffice. The file is read on a thread, one at a time: a long one takes seconds."""
        self._list(list_id)
        async with self._reading:
            entries = await asyncio.to_thread(read_list, source, self._where())
        if dry_run:
            return await self._lists.would_put(list_id, entries, replaces=replaces)
        hand = self._hand(who, "import, replacing all" if replaces else "import")
        return await self._lists.put(list_id, entries, hand, replaces=replaces)

    async def export_csv(self, list_id: CallerListId) -> str:
        """See ListOffice."""
        self._list(list_id)
        found: list[ListEntry] = []
        last: Match | None = None
        while page := await self._lists.entries(list_id, last, PAGE):
            found += [kept.entry for kept in page]
            last = page[-1].entry.match
        return await asyncio.to_thread(write_list, found)

    async def changes(self, list_id: CallerListId, before: int, count_max: int) -> Sequence[EntryChange]:
        """See ListOffice."""
        self._list(list_id)
        return await self._lists.changes(list_id, before, count_max)

    async def ask_block(self, wish: Wish, who: str) -> BlockRequest:
        """See ListOffice."""
        request = BlockRequest(
            number=0,
            agent_id=wish.agent_id,
            interaction_id=wish.interaction_id,
            caller=wish.caller,
            minutes=wish.minutes,
            asked=self._hand(who, wish.reason),
        )
        return await self._requests.ask(request)

    async def requests(self, state: RequestState | None, count_max: int) -> Sequence[BlockRequest]:
        """See ListOffice."""
        return await self._requests.newest(state, count_max)

    async def approve(
        self, number: int, list_id: CallerListId, minutes: int | None, reason: str, who: str
    ) -> BlockRequest:
        """See ListOffice."""
        request = await self._undecided(number)
        if self._list(list_id).kind != "block":
            raise UnknownList(list_id)
        hand = self._hand(who, reason)
        entry = ListEntry(
            match=Match(by=By.NUMBER, value=request.caller),
            reason=request.asked.why,
            owner=request.agent_id,
            until=after(hand.at, (minutes or request.minutes) * MINUTE_MS),
        )
        if not await self._requests.approve(number, list_id, entry, hand):
            raise AlreadyDecided(number)
        return replace(request, state=RequestState.APPROVED, decided=hand, list_id=list_id, until=entry.until)

    async def reject(self, number: int, reason: str, who: str) -> BlockRequest:
        """See ListOffice."""
        request, hand = await self._undecided(number), self._hand(who, reason)
        if not await self._requests.reject(number, hand):
            raise AlreadyDecided(number)
        return replace(request, state=RequestState.REJECTED, decided=hand)

    async def _undecided(self, number: int) -> BlockRequest:
        request = await self._requests.one(number)
        if request is None:
            raise UnknownRequest(number)
        if request.state is not RequestState.PENDING:
            raise AlreadyDecided(number)
        return request

    def _list(self, list_id: CallerListId) -> CallerList:
        for one in self._centre().caller_lists:
            if one.id == list_id:
                return one
        raise UnknownList(list_id)

    def _where(self) -> Where:
        centre = self._centre()
        return Where(country=centre.country, timezone=centre.timezone)

    def _hand(self, who: str, why: str) -> Hand:
        """A reason is shown to people and written into files, wherever it comes from: it is looked at as any other."""
        try:
            reason = REASON.read(why.strip())
        except Refused as refused:
            raise BadValue("reason", refused.faults[0].what, refused.faults[0].mend) from None
        return Hand(who=who, at=self._clock.now(), why=reason)
