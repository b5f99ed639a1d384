"""Who is calling: personal data, kept beside the journal by interaction id so that it can be erased."""

from dataclasses import dataclass, field
from typing import Protocol

from kernel.ids import InteractionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What is known of one interaction's person.

    ``number`` is as normalised (E.164 where possible, "" when withheld), ``number_raw`` as the network sent it
    (cleaned of control characters, at most 64 characters), ``name`` the displayed name (at most 128 characters),
    ``attributes`` what the flow collected (at most 64 short strings).
    """

    interaction_id: InteractionId
    number: str
    number_raw: str
    name: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


def shown_attributes(contact: Contact) -> dict[str, str]:
    """The attributes that people may see: those that begin with ``_`` are the program's own."""
    return {name: value for name, value in contact.attributes.items() if not name.startswith("_")}


class ContactBook(Protocol):
    """The side table. Live interactions are answered from memory; older ones from the store."""

    def write(self, contact: Contact) -> None:
        """Keep (or replace) one contact: known here at once, durable with the next journal entry."""

    def live(self, interaction_id: InteractionId) -> Contact | None:
        """The contact of an interaction of this run, without waiting; None when unknown here."""

    async def read(self, interaction_id: InteractionId) -> Contact | None:
        """The contact of any interaction; None when unknown or erased."""
