"""Sending a caller on by command: what an agent's phone does with REFER, the program does with BlindTransfer.

Both lead into one context of the dialplan, in which nothing exists but what may be asked for.
"""

from typing import Final

from kernel.ids import ReservationId
from telephony.ami.actions import Action
from telephony.ami.connection import AmiLink
from telephony.leg_names import agent_leg

REFERRED: Final = "acd-referred"


async def send_on(commands: AmiLink, reservation_id: ReservationId, digits: str) -> None:
    """Send the caller of a talk to what an agent would dial: an extension of ``REFERRED``.

    Raises AmiFailure: ActionRefused when the talk is over. Raises ValueError for a reservation that has no leg.
    """
    fields = {"Channel": agent_leg(reservation_id), "Context": REFERRED, "Exten": digits}
    await commands.perform(Action(name="BlindTransfer", fields=fields))
