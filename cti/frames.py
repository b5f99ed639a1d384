"""Numbered events as frames. An event is serialised once for all who may see the same of it."""

from dataclasses import dataclass, field

import msgspec

from cti import wire
from cti.disclose import disclosed, is_personal
from cti.settings import CtiSettings
from cti.translate import Draft
from kernel.contact import Contact, ContactBook
from kernel.ids import InteractionId
from kernel.instants import Instant, to_iso
from kernel.logged_event import LoggedEvent

_ENCODER = msgspec.json.Encoder()


@dataclass(slots=True)
class NumberedEvent:
    """An event of the log with its data as a value, and the frames made from it so far.

    ``personal`` keeps the contact that each frame was made from: after an erasure the book answers with another
    (or none), and the old frame is not used again.
    """

    logged: LoggedEvent
    data: wire.EventData
    plain: bytes | None = None
    personal: dict[bool, tuple[Contact, bytes]] = field(default_factory=dict)


def numbered(draft: Draft, *, seq: int, journal_seq: int, ordinal: int, at: Instant) -> NumberedEvent:
    """Give a draft its number."""
    logged = LoggedEvent(
        seq=seq,
        journal_seq=journal_seq,
        ordinal=ordinal,
        at=at,
        type=wire.TYPES[type(draft.data)],
        agent_id=draft.agent_id,
        queue_id=draft.queue_id,
        call_id=draft.call_id,
        data=_ENCODER.encode(draft.data),
    )
    return NumberedEvent(logged=logged, data=draft.data)


def recalled(logged: LoggedEvent) -> NumberedEvent:
    """An event out of the log again."""
    return NumberedEvent(logged=logged, data=msgspec.json.decode(logged.data, type=wire.EVENTS[logged.type]))


class FrameMaker:
    """Makes frames, asking the contact book where an event shows a caller."""

    def __init__(self, contacts: ContactBook, settings: CtiSettings) -> None:
        self._contacts = contacts
        self._tenant = settings.tenant
        self._screen_pop = settings.screen_pop

    def rename(self, tenant: str) -> None:
        """From now on the centre is called so; a frame that is made already keeps the name it has."""
        self._tenant = tenant

    async def frame(self, event: NumberedEvent, *, may_see: bool) -> bytes:
        """The event as UTF-8 JSON for a reader who may (or may not) see personal data."""
        if not is_personal(event.data):
            if event.plain is None:
                event.plain = self._encode(event.logged, event.data)
            return event.plain
        contact = await self.contact(event.logged.call_id)
        if contact is None:
            return self._encode(event.logged, event.data)
        made = event.personal.get(may_see)
        if made is not None and made[0] is contact:
            return made[1]
        encoded = self._encode(event.logged, disclosed(event.data, contact, self._screen_pop, may_see=may_see))
        event.personal[may_see] = (contact, encoded)
        return encoded

    async def contact(self, call_id: str) -> Contact | None:
        """Who is (or was) calling; None when unknown or erased."""
        interaction_id = InteractionId(call_id)
        live = self._contacts.live(interaction_id)
        return live if live is not None else await self._contacts.read(interaction_id)

    def _encode(self, logged: LoggedEvent, data: wire.EventData) -> bytes:
        subject = f"agent/{logged.agent_id}" if logged.type.startswith("agent.") else f"call/{logged.call_id}"
        return _ENCODER.encode(
            wire.Envelope(
                v=wire.VERSION,
                id=f"{logged.journal_seq}-{logged.ordinal}",
                seq=logged.seq,
                type=logged.type,
                time=to_iso(logged.at),
                tenant=self._tenant,
                subject=subject,
                corr=logged.call_id,
                data=data,
            )
        )
