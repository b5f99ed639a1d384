"""Caller lists beside the centre's description: all in memory for looking up, durable with every change that was made."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from centre.list_records import Change, Changed, EntryChange, Hand, KeptEntry
from ivr.core.caller_lists import By, EntryIndex, ListEntry, Match
from kernel.ids import CallerListId
from kernel.instants import Instant
from store.database import Database, StoreFailed
from store.insertion import Insertion, Row
from store.tables import caller_list_change, caller_list_entry
from store.upsert import replacing

T = TypeVar("T")
Changes = Sequence[tuple[Change, ListEntry]]
"""What is done to a list, each entry as ``EntryChange`` has it."""

FEW = 100
"""For so many entries each is looked for by itself; for more, the whole list is read."""

KEY = ("list_id", "match_by", "match_value")
ENTRY_COLUMNS = (*KEY, "reason", "owner", "until_at", "changed_by", "changed_at")
CHANGE_COLUMNS = (
    "seq",
    "at",
    "who",
    "why",
    "list_id",
    "change",
    "match_by",
    "match_value",
    "reason",
    "owner",
    "until_at",
)
PUT = Insertion(lambda dialect: replacing(caller_list_entry, KEY, dialect), ENTRY_COLUMNS)
NOTE = Insertion(lambda _: caller_list_change.insert(), CHANGE_COLUMNS)

_OWN = caller_list_entry.c
OF_LIST = sa.select(caller_list_entry).where(_OWN.list_id == sa.bindparam("wanted"))
_IS_MATCH = (
    _OWN.list_id == sa.bindparam("wanted"),
    _OWN.match_by == sa.bindparam("by"),
    _OWN.match_value == sa.bindparam("value"),
)
ONE = sa.select(caller_list_entry).where(*_IS_MATCH)
REMOVE = sa.delete(caller_list_entry).where(*_IS_MATCH)
EVERYTHING = sa.select(caller_list_entry)
PAGE = (
    OF_LIST.where(sa.tuple_(_OWN.match_by, _OWN.match_value) > sa.tuple_(sa.bindparam("by"), sa.bindparam("value")))
    .order_by(_OWN.match_by, _OWN.match_value)
    .limit(sa.bindparam("count"))
)
LAST_CHANGE = sa.select(sa.func.max(caller_list_change.c.seq))
CHANGES = (
    sa.select(caller_list_change)
    .where(caller_list_change.c.list_id == sa.bindparam("wanted"), caller_list_change.c.seq < sa.bindparam("before"))
    .order_by(caller_list_change.c.seq.desc())
    .limit(sa.bindparam("count"))
)


class StoreCallerLists:
    """The lists' entries. ``load`` once before use; from then on memory and database change together."""

    def __init__(self, database: Database, *, failure: type[Exception] = StoreFailed) -> None:
        """``failure``: what to raise when the database fails, instead of StoreFailed."""
        self._database = database
        self._failure = failure
        self.turn = asyncio.Lock()
        """Who changes lists takes it: what was read is still so when it is written."""
        self._indexes: defaultdict[CallerListId, EntryIndex] = defaultdict(EntryIndex)

    async def load(self) -> None:
        """Read all lists. Raises StoreFailed."""

        def select(connection: sa.Connection) -> list[tuple[CallerListId, ListEntry]]:
            return [(CallerListId(row.list_id), _entry(row)) for row in connection.execute(EVERYTHING)]

        for list_id, entry in await self._database.read(select, self._failure):
            self._indexes[list_id].put(entry)

    def index(self, list_id: CallerListId) -> EntryIndex:
        """A list as it is looked up now; empty when nothing was ever put on it."""
        return self._indexes[list_id]

    async def put(
        self, list_id: CallerListId, entries: Sequence[ListEntry], hand: Hand, *, replaces: bool = False
    ) -> Changed:
        """Add entries, and change those of the same match; all or none. No two may have one match.

        ``replaces``: all others leave the list. What is there already as it should be is not counted and not noted.
        Raises StoreFailed.
        """
        async with self.turn:
            changes = await self._compared(list_id, entries, replaces)
            await self._database.write(
                lambda connection: write_changes(connection, list_id, changes, hand), self._failure
            )
            if len(changes) > FEW:
                # Callers would wait for the event loop meanwhile.
                await asyncio.to_thread(self.follow, list_id, changes)
            else:
                self.follow(list_id, changes)
        return _counted(changes)

    async def would_put(self, list_id: CallerListId, entries: Sequence[ListEntry], *, replaces: bool) -> Changed:
        """What ``put`` would do. Raises StoreFailed."""
        return _counted(await self._compared(list_id, entries, replaces))

    async def _compared(self, list_id: CallerListId, entries: Sequence[ListEntry], replaces: bool) -> Changes:
        """What has to change. Read beforehand, and not by the one who writes: callers wait for what they write."""
        matches = None if replaces else [entry.match for entry in entries]
        known = await self._database.read(lambda connection: _known(connection, list_id, matches), self._failure)
        return await asyncio.to_thread(_differences, known, entries, replaces)

    async def remove(self, list_id: CallerListId, match: Match, hand: Hand) -> bool:
        """Take one entry away; False when there is none. Raises StoreFailed."""

        async with self.turn:
            known = await self._database.read(lambda connection: _known(connection, list_id, [match]), self._failure)
            changes = [(Change.REMOVED, entry) for entry in known.values()]
            await self._database.write(
                lambda connection: write_changes(connection, list_id, changes, hand), self._failure
            )
            self.follow(list_id, changes)
        return bool(changes)

    def follow(self, list_id: CallerListId, changes: Changes) -> None:
        """Take what was written into memory: from here on callers meet it."""
        index = self._indexes[list_id]
        for change, entry in changes:
            if change is Change.REMOVED:
                index.remove(entry.match)
            else:
                index.put(entry)

    async def entries(self, list_id: CallerListId, after: Match | None, count_max: int) -> list[KeptEntry]:
        """Entries in the order of their matches, from behind ``after`` on. Raises StoreFailed."""
        bounds = {"by": "", "value": ""} if after is None else {"by": after.by.value, "value": after.value}
        asked = {"wanted": list_id, "count": count_max, **bounds}
        return await self._rows(PAGE, asked, _kept)

    async def changes(self, list_id: CallerListId, before: int, count_max: int) -> list[EntryChange]:
        """Every change of a list's entries with a number below ``before``, the newest first. Raises StoreFailed."""
        return await self._rows(CHANGES, {"wanted": list_id, "before": before, "count": count_max}, _change)

    async def _rows(
        self, statement: "sa.Select[Any]", asked: Mapping[str, object], made: Callable[["sa.Row[Any]"], T]
    ) -> list[T]:
        def select(connection: sa.Connection) -> list[T]:
            return [made(row) for row in connection.execute(statement, asked)]

        return await self._database.read(select, self._failure)


def put_longer(connection: sa.Connection, list_id: CallerListId, entry: ListEntry, hand: Hand) -> Changes:
    """Part of a transaction: put an entry, unless the same match is on the list already, and for longer.

    What comes back is for ``StoreCallerLists.follow``, once it is durable.
    """
    known = _known(connection, list_id, [entry.match])
    there = known.get(entry.match)
    if there is not None and (there.until is None or (entry.until is not None and there.until >= entry.until)):
        return []
    changes = _differences(known, [entry], replaces=False)
    write_changes(connection, list_id, changes, hand)
    return changes


def _differences(known: Mapping[Match, ListEntry], entries: Sequence[ListEntry], replaces: bool) -> Changes:
    changes = [
        (Change.CHANGED if entry.match in known else Change.ADDED, entry)
        for entry in entries
        if known.get(entry.match) != entry
    ]
    if replaces:
        kept = {entry.match for entry in entries}
        changes += [(Change.REMOVED, entry) for match, entry in known.items() if match not in kept]
    return changes


def _counted(changes: Changes) -> Changed:
    count = Counter(change for change, _ in changes)
    return Changed(added=count[Change.ADDED], changed=count[Change.CHANGED], removed=count[Change.REMOVED])


def _known(connection: sa.Connection, list_id: CallerListId, matches: Sequence[Match] | None) -> dict[Match, ListEntry]:
    """What is on the list: of these matches at least; None: all."""
    if matches is None or len(matches) > FEW:
        rows = connection.execute(OF_LIST, {"wanted": list_id}).all()
    else:
        asked = ({"wanted": list_id, "by": match.by.value, "value": match.value} for match in matches)
        rows = [row for one in asked for row in connection.execute(ONE, one)]
    found = map(_entry, rows)
    return {entry.match: entry for entry in found}


def write_changes(connection: sa.Connection, list_id: CallerListId, changes: Changes, hand: Hand) -> None:
    """Part of a transaction: do it, and note each change with its hand."""
    if not changes:
        return
    first = (connection.execute(LAST_CHANGE).scalar() or 0) + 1
    NOTE.execute(
        connection,
        [
            (seq, hand.at, hand.who, hand.why, list_id, change.value, *_columns(entry))
            for seq, (change, entry) in enumerate(changes, first)
        ],
    )
    put: list[Row] = [
        (list_id, *_columns(entry), hand.who, hand.at) for change, entry in changes if change is not Change.REMOVED
    ]
    if put:
        PUT.execute(connection, put)
    gone = [
        {"wanted": list_id, "by": entry.match.by.value, "value": entry.match.value}
        for change, entry in changes
        if change is Change.REMOVED
    ]
    if gone:
        connection.execute(REMOVE, gone)


def _columns(entry: ListEntry) -> tuple[str, str, str, str, Instant | None]:
    return entry.match.by.value, entry.match.value, entry.reason, entry.owner, entry.until


def _entry(row: "sa.Row[Any]") -> ListEntry:
    return ListEntry(
        match=Match(by=By(row.match_by), value=row.match_value),
        reason=row.reason,
        owner=row.owner,
        until=None if row.until_at is None else Instant(row.until_at),
    )


def _kept(row: "sa.Row[Any]") -> KeptEntry:
    return KeptEntry(entry=_entry(row), who=row.changed_by, at=Instant(row.changed_at))


def _change(row: "sa.Row[Any]") -> EntryChange:
    return EntryChange(
        seq=row.seq,
        list_id=CallerListId(row.list_id),
        change=Change(row.change),
        entry=_entry(row),
        hand=Hand(who=row.who, at=Instant(row.at), why=row.why),
    )
