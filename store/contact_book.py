"""Who called: personal data beside the journal, in memory for the living and on the disk for all."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
import structlog

from kernel.contact import Contact
from kernel.ids import InteractionId
from store.database import Database, StoreFailed
from store.insertion import Insertion, Row
from store.tables import contact as contact_table
from store.upsert import replacing, replacing_unless

LIVE_MAX = 20_000
"""Contacts kept in memory; the oldest go first, and are then read from the disk."""

ALONE_S = 0.1
"""How long a contact waits for something to be written with."""
AGAIN_S = 1.0

COLUMNS = ("interaction_id", "number", "number_raw", "name", "attributes", "erased")
ONE = sa.select(contact_table).where(contact_table.c.interaction_id == sa.bindparam("wanted"))
KEEP = Insertion(lambda dialect: replacing_unless(contact_table, ("interaction_id",), "erased", dialect), COLUMNS)
FORGET = Insertion(lambda dialect: replacing(contact_table, ("interaction_id",), dialect), COLUMNS)

log = structlog.get_logger(__name__)


class StoreContactBook:
    """Implements ``kernel.contact.ContactBook``. ``close`` writes what is left."""

    def __init__(self, database: Database, *, live_max: int = LIVE_MAX) -> None:
        self._database = database
        self._live: OrderedDict[InteractionId, Contact] = OrderedDict()
        self._live_max = live_max
        self._erased: set[InteractionId] = set()
        self._unwritten: dict[InteractionId, Contact] = {}
        self._writing: asyncio.Task[None] | None = None
        database.carry(self._sent)

    def write(self, contact: Contact) -> None:
        """Keep (or replace) one contact, durable with the next journal entry; one that was erased stays erased."""
        if contact.interaction_id in self._erased:
            return
        self._remember(contact)
        self._unwritten[contact.interaction_id] = contact
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_alone())

    def give_back(self, interaction_ids: Iterable[InteractionId]) -> None:
        """Write these (again) with what comes next, as they are by then."""
        for interaction_id in interaction_ids:
            if interaction_id in self._live:
                self._unwritten.setdefault(interaction_id, self._live[interaction_id])

    def _sent(self) -> "_Parcel | None":
        if not self._unwritten:
            return None
        parcel, self._unwritten = _Parcel(self, self._unwritten), {}
        return parcel

    async def flush(self) -> None:
        """Write what nothing has carried yet. Raises StoreFailed."""
        if self._unwritten:
            await self._database.write(lambda _: None, with_next=True)

    async def close(self) -> None:
        """Write what is left. Raises StoreFailed."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        await self.flush()

    async def _write_alone(self) -> None:
        """Nothing else may be written for a while, and a phone book that is only in memory is none."""
        await asyncio.sleep(ALONE_S)
        while self._unwritten:
            try:
                await self.flush()
            except StoreFailed as failure:
                log.warning("contacts not written", contacts=len(self._unwritten), problem=str(failure))
                await asyncio.sleep(AGAIN_S)

    def live(self, interaction_id: InteractionId) -> Contact | None:
        """The contact, if it is in memory."""
        return self._live.get(interaction_id)

    async def read(self, interaction_id: InteractionId) -> Contact | None:
        """The contact of any interaction; None when unknown or erased. Raises StoreFailed."""
        living = self._live.get(interaction_id) or self._unwritten.get(interaction_id)
        if living is not None:
            return living

        def select(connection: sa.Connection) -> Contact | None:
            row = connection.execute(ONE, {"wanted": interaction_id}).one_or_none()
            return None if row is None or row.erased else _contact(row)

        return await self._database.read(select)

    async def recall(self, interaction_ids: list[InteractionId]) -> None:
        """Take the contacts of interactions that a restart finds alive back into memory. Raises StoreFailed."""

        def select(connection: sa.Connection) -> "list[sa.Row[Any]]":
            rows = [connection.execute(ONE, {"wanted": one}).one_or_none() for one in interaction_ids]
            return [row for row in rows if row is not None]

        for row in await self._database.read(select):
            if row.erased:
                self._erased.add(InteractionId(row.interaction_id))
            else:
                self._remember(_contact(row))

    async def erase(self, interaction_id: InteractionId) -> None:
        """Forget the person for good; that there was one stays known. Raises StoreFailed: nothing was erased."""
        tombstone = (interaction_id, "", "", "", "{}", True)
        await self._database.write(lambda connection: FORGET.execute(connection, [tombstone]))
        self._erased.add(interaction_id)
        self._live.pop(interaction_id, None)
        self._unwritten.pop(interaction_id, None)

    def _remember(self, contact: Contact) -> None:
        self._live[contact.interaction_id] = contact
        self._live.move_to_end(contact.interaction_id)
        while len(self._live) > self._live_max:
            self._live.popitem(last=False)


class _Parcel:
    """Contacts on their way to the disk."""

    def __init__(self, book: StoreContactBook, contacts: dict[InteractionId, Contact]) -> None:
        self._book = book
        self._interaction_ids = tuple(contacts)
        self._rows = [_row(contact) for contact in contacts.values()]

    def write(self, connection: sa.Connection) -> None:
        """See ``store.database.Parcel``."""
        KEEP.execute(connection, self._rows)

    def give_back(self) -> None:
        """See ``store.database.Parcel``."""
        self._book.give_back(self._interaction_ids)


def _row(contact: Contact) -> Row:
    attributes = json.dumps(contact.attributes, sort_keys=True)
    return (contact.interaction_id, contact.number, contact.number_raw, contact.name, attributes, False)


def _contact(row: "sa.Row[Any]") -> Contact:
    return Contact(
        interaction_id=InteractionId(row.interaction_id),
        number=row.number,
        number_raw=row.number_raw,
        name=row.name,
        attributes=json.loads(row.attributes),
    )
