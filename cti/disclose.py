"""Personal data into events, at delivery, by what the reader may see. Pure. Contacts and settings are handed in."""

import msgspec

from cti import wire
from cti.screen_pop import ScreenPop, pop
from kernel.contact import Contact, shown_attributes

_SHOWN_HEAD, _SHOWN_TAIL = 5, 2
_PERSONAL = (wire.CallCreated, wire.CallOffered)


def is_personal(data: wire.EventData) -> bool:
    """Has the event a place for personal data?"""
    return isinstance(data, _PERSONAL)


def masked(number: str) -> str:
    """A number with its middle hidden; a short one is hidden whole."""
    hidden = len(number) - _SHOWN_HEAD - _SHOWN_TAIL
    if hidden < 3:
        return "x" * len(number)
    return number[:_SHOWN_HEAD] + "x" * hidden + number[-_SHOWN_TAIL:]


def ani(contact: Contact | None, *, may_see: bool) -> wire.Ani:
    """The caller's number for one reader."""
    if contact is None:
        return wire.HIDDEN
    if not contact.number and not contact.number_raw:
        return wire.Ani(e164="", raw="", privacy="withheld")
    if not may_see:
        return wire.Ani(e164=masked(contact.number), raw=masked(contact.number_raw), privacy="masked")
    return wire.Ani(e164=contact.number, raw=contact.number_raw, privacy="open")


def disclosed(data: wire.EventData, contact: Contact | None, rules: ScreenPop, *, may_see: bool) -> wire.EventData:
    """The event's data with what this reader may know of the caller."""
    match data:
        case wire.CallCreated():
            return msgspec.structs.replace(data, ani=ani(contact, may_see=may_see))
        case wire.CallOffered():
            shown = msgspec.structs.replace(data, ani=ani(contact, may_see=may_see))
            if contact is None or not may_see:
                return shown
            return msgspec.structs.replace(
                shown,
                name=contact.name,
                ivr_attributes=shown_attributes(contact),
                pop=pop(data, contact, rules),
            )
        case _:
            return data
