"""Calls that a phone sends elsewhere (SIP 302) are not followed: what Asterisk dials all the same is ended at once.

Asterisk's Originate follows a 302 and cannot be told not to (dial.c of Asterisk 22: only Page() can). A number leads
into ``NOWHERE``, a context that does not exist. But an address whose user part reads as a channel's name
(``sip:PJSIP%2F0811%40trunk-x@host``) is dialled as that channel. Such a leg bears no reservation, so it could never
claim the caller; here it is ended before it is answered.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

from telephony.ami.actions import Action, hang_up
from telephony.ami.connection import AmiLink
from telephony.ami.wire import AmiEvent
from telephony.leg_names import reservation_of

NOWHERE: Final = "acd-nowhere"
LOOKS_S: Final = (0.0, 0.05, 0.25, 1.0)
"""How long after the 302 to look: the new leg is made in the milliseconds after it."""
STATUS_MS_MAX: Final = 5_000


async def end_forwarded(commands: AmiLink) -> None:
    """End every leg that Asterisk dialled because a phone said so. Raises AmiFailure."""
    for wait_s in LOOKS_S:
        await asyncio.sleep(wait_s)
        rows = await commands.collect(
            Action(name="Status", fields={"AllVariables": "false"}), "StatusComplete", timeout_ms=STATUS_MS_MAX
        )
        for channel in strays_in(rows):
            commands.send(hang_up(channel=channel, cause=26))


def strays_in(rows: Iterable[AmiEvent]) -> list[str]:
    """The unique ids of phones' and trunks' legs that Originate dials though no reservation asked for them."""
    return [
        row.fields["Uniqueid"]
        for row in rows
        if row.fields.get("Application") == "AppDial2"
        and row.fields.get("Channel", "").startswith("PJSIP/")
        and row.fields.get("Uniqueid")
        and reservation_of(row.fields["Uniqueid"]) is None
    ]
