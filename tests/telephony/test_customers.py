"""Calling customers back: as their own caller's leg again, only where the routes allow it, and told when it is not done."""

import asyncio

from acd.core.effects import DialCustomer
from acd.core.inputs import CallerHungUp, Input
from centre.call_routes import Allowed, NotAllowed, Way
from kernel.contact import Contact
from kernel.ids import Did, InteractionId, QueueId, RouteId, TrunkId
from telephony.customers import CustomerDialler
from telephony.leg_names import caller_leg
from tests.telephony.ami.fake_asterisk import FakeAsterisk
from tests.telephony.ami.links import link_to
from tests.telephony.waiting import eventually

CALL = InteractionId("c1795500000-7")
DIAL = DialCustomer(interaction_id=CALL, queue_id=QueueId("sales"), did=Did("169"), ring_ms_max=30_000)


class Contacts:
    """Knows one caller."""

    async def read(self, interaction_id: InteractionId) -> Contact | None:
        return Contact(interaction_id=interaction_id, number="+62812", number_raw="0812")


def allowed(number: str) -> Allowed | NotAllowed:
    way = Way(
        trunk_id=TrunkId("carrier"),
        dialled=number.replace("+62", "0"),
        caller_id="",
        lines_max=1,
        calls_out_max=1,
        calls_out_per_hour_max=1,
        calls_out_per_day_max=1,
    )
    return Allowed(route_id=RouteId("all"), number=number, ways=(way,), ring_ms_max=30_000, wrap_up_ms=0)


async def test_the_customer_is_dialled_as_the_callers_leg_that_the_queue_knows() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        given: list[Input] = []
        dialler = CustomerDialler(commands=link, contacts=Contacts(), post=given.append)  # type: ignore[arg-type]  # only what is read
        dialler.decide = allowed
        dialling = asyncio.create_task(dialler.dial(DIAL, {}))
        await eventually(lambda: bool(asterisk.named("Originate")))
        (asked,) = asterisk.named("Originate")
        dialling.cancel()

        assert (asked["Channel"], asked["ChannelId"]) == ("PJSIP/0812@trunk-carrier", caller_leg(CALL))
        assert (asked["Context"], "169" in asked["CallerID"]) == ("acd-callback", True)
        assert given == []


async def test_a_number_that_no_route_allows_is_not_dialled_and_that_is_told() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        given: list[Input] = []
        dialler = CustomerDialler(commands=link, contacts=Contacts(), post=given.append)  # type: ignore[arg-type]  # only what is read

        await dialler.dial(DIAL, {})

        assert asterisk.named("Originate") == []
        assert given == [CallerHungUp(interaction_id=CALL, cause_code=3)]
