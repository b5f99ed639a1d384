"""Customers who are called back: dialled with the unique id of their first leg, so that they are its caller again.

Whoever answers enters the queue's waiting room by the dialplan (``acd-callback``) and is a caller like all others. That
nobody answered is told by the leg's own Hangup; what no event tells (a refused action, no way out) is told from here.
"""

from collections.abc import Callable, Mapping

import structlog

from acd.core.effects import DialCustomer
from acd.core.inputs import CallerHungUp, Input
from centre.call_routes import Allowed, NotAllowed
from kernel.contact import ContactBook
from kernel.ids import QueueId
from telephony.ami.actions import caller_id, originate
from telephony.ami.connection import AmiLink
from telephony.ami.failures import AmiFailure, LinkLost
from telephony.dial_strings import number_over_trunk
from telephony.leg_names import caller_leg

log = structlog.get_logger(__name__)

OUTCOME_MARGIN_MS = 3_000
NOT_DIALLED = 3
"""Q.850: no route to destination."""

Decide = Callable[[str], Allowed | NotAllowed]
"""May this number be called just now?"""


def nowhere(_number: str) -> Allowed | NotAllowed:
    """Nothing is allowed before somebody has said what is."""
    return NotAllowed.NO_ROUTE


class CustomerDialler:
    """Performs ``DialCustomer``. ``decide`` is asked each time: routes change, and close."""

    def __init__(self, *, commands: AmiLink, contacts: ContactBook, post: Callable[[Input], None]) -> None:
        self._commands = commands
        self._contacts = contacts
        self._post = post
        self.decide: Decide = nowhere

    async def dial(self, effect: DialCustomer, music: Mapping[QueueId, str]) -> None:
        """Ring the customer once; the first of the ways that the centre's routes give."""
        contact = await self._contacts.read(effect.interaction_id)
        decided = self.decide(contact.number if contact is not None else "")
        if isinstance(decided, NotAllowed):
            log.warning("callback not dialled", interaction_id=effect.interaction_id, reason=decided)
            self._not_reached(effect)
            return
        way = decided.ways[0]
        originated = self._commands.originate(
            originate(
                channel=number_over_trunk(way.dialled, way.trunk_id),
                channel_id=caller_leg(effect.interaction_id),
                context="acd-callback",
                extension="s",
                ring_ms_max=effect.ring_ms_max,
                caller=caller_id(name="", number=way.caller_id or effect.did),
                variables={
                    "ACD_CALL": effect.interaction_id,
                    "ACD_DID": effect.did,
                    "ACD_TRUNK": way.trunk_id,
                    "ACD_QUEUE": effect.queue_id,
                    "ACD_MUSIC": music.get(effect.queue_id, "default"),
                },
            ),
            outcome_ms_max=effect.ring_ms_max + OUTCOME_MARGIN_MS,
        )
        try:
            await originated.acknowledged
            outcome = await originated.outcome
        except LinkLost:
            return  # the next look tells
        except AmiFailure:
            self._not_reached(effect)
            return
        if outcome.fields.get("Response") == "Failure":
            self._not_reached(effect)

    def _not_reached(self, effect: DialCustomer) -> None:
        """Said beside the leg's own Hangup, if there was a leg: the second of the two changes nothing."""
        self._post(CallerHungUp(interaction_id=effect.interaction_id, cause_code=NOT_DIALLED))
