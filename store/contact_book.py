"""Who called: personal data beside the journal, in memory for the living and on the disk for all."""

import json
from collections import OrderedDict
from typing import Any

import sqlalchemy as sa

from kernel.contact import Contact
from kernel.ids import InteractionId
from store.database import Database
from store.tables import contact as contact_table

LIVE_MAX = 20_000
"""Contacts kept in memory; the oldest go first, and are then read from the disk."""

ONE = sa.select(contact_table).where(contact_table.c.interaction_id == sa.bindparam("wanted"))
REPLACE = (
    sa.update(contact_table)
    .where(contact_table.c.interaction_id == sa.bindparam("wanted"))
    .values({name: sa.bindparam(name) for name in ("number", "number_raw", "name", "attributes", "erased")})
)
TOMBSTONE: dict[str, object] = {"number": "", "number_raw": "", "name": "", "attributes": "{}", "erased": True}


class StoreContactBook:
    """Implements ``kernel.contact.ContactBook``."""

    def __init__(self, database: Database, *, live_max: int = LIVE_MAX) -> None:
        self._database = database
        self._live: OrderedDict[InteractionId, Contact] = OrderedDict()
        self._live_max = live_max

    async def write(self, contact: Contact) -> None:
        """Keep (or replace) one contact, durable with the next journal entry; one that was erased stays erased.

        Raises StoreFailed; it is in memory all the same, for the call that is going on.
        """
        self._remember(contact)
        values: dict[str, object] = {
            "number": contact.number,
            "number_raw": contact.number_raw,
            "name": contact.name,
            "attributes": json.dumps(contact.attributes, sort_keys=True),
            "erased": False,
        }

        def replace(connection: sa.Connection) -> bool:
            there = connection.execute(ONE, {"wanted": contact.interaction_id}).one_or_none()
            if there is not None and there.erased:
                return False
            _put(connection, contact.interaction_id, values, is_there=there is not None)
            return True

        if not await self._database.write(replace, with_next=True):
            self._live.pop(contact.interaction_id, None)

    def live(self, interaction_id: InteractionId) -> Contact | None:
        """The contact, if it is in memory."""
        return self._live.get(interaction_id)

    async def read(self, interaction_id: InteractionId) -> Contact | None:
        """The contact of any interaction; None when unknown or erased. Raises StoreFailed."""
        living = self._live.get(interaction_id)
        if living is not None:
            return living

        def select(connection: sa.Connection) -> Contact | None:
            row = connection.execute(ONE, {"wanted": interaction_id}).one_or_none()
            return None if row is None or row.erased else _contact(row)

        return await self._database.read(select)

    async def recall(self, interaction_ids: list[InteractionId]) -> None:
        """Take the contacts of interactions that a restart finds alive back into memory. Raises StoreFailed."""

        def select(connection: sa.Connection) -> list[Contact]:
            rows = [connection.execute(ONE, {"wanted": one}).one_or_none() for one in interaction_ids]
            return [_contact(row) for row in rows if row is not None and not row.erased]

        for found in await self._database.read(select):
            self._remember(found)

    async def erase(self, interaction_id: InteractionId) -> None:
        """Forget the person for good; that there was one stays known. Raises StoreFailed: nothing was erased."""

        def forget(connection: sa.Connection) -> None:
            there = connection.execute(ONE, {"wanted": interaction_id}).one_or_none()
            _put(connection, interaction_id, TOMBSTONE, is_there=there is not None)

        await self._database.write(forget)
        self._live.pop(interaction_id, None)

    def _remember(self, contact: Contact) -> None:
        self._live[contact.interaction_id] = contact
        self._live.move_to_end(contact.interaction_id)
        while len(self._live) > self._live_max:
            self._live.popitem(last=False)


def _put(
    connection: sa.Connection, interaction_id: InteractionId, values: dict[str, object], *, is_there: bool
) -> None:
    if is_there:
        connection.execute(REPLACE, {"wanted": interaction_id, **values})
    else:
        connection.execute(contact_table.insert(), {"interaction_id": interaction_id, **values})


def _contact(row: "sa.Row[Any]") -> Contact:
    return Contact(
        interaction_id=InteractionId(row.interaction_id),
        number=row.number,
        number_raw=row.number_raw,
        name=row.name,
        attributes=json.loads(row.attributes),
    )
