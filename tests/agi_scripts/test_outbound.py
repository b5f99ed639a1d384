"""Stories of phones that dial a number outside: what is asked of the engine, and what the line is told."""

import pytest

from acd.core.facts import Fact
from acd.core.outbound_words import CallOut, CallOutBegun, CallOutRefused
from agi_scripts.outbound import WHY, outbound
from kernel.ids import AgentId, DeviceId, InteractionId, RouteId, TrunkId
from kernel.result_codes import CallOutRefusal
from tests.agi_scripts.fakes import CALL, FakeLine, Office

ALLOWED = CallOutBegun(
    interaction_id=InteractionId(CALL),
    agent_id=AgentId("ann"),
    device_id=DeviceId("desk-1"),
    route_id=RouteId("mobile"),
    trunk_ids=(TrunkId("second"),),
    wrap_up_ms=7_000,
)


def refusal(reason: CallOutRefusal) -> CallOutRefused:
    return CallOutRefused(
        interaction_id=InteractionId(CALL), device_id=DeviceId("desk-1"), agent_id=None, route_id=None, reason=reason
    )


async def dialled(number: str, *facts: Fact, office: Office | None = None, phone: str = "desk-1") -> FakeLine:
    office = office or Office()
    office.door.answers = facts
    line = FakeLine(CALL, phone, number)
    await outbound(line, office.services)
    return line


async def test_what_the_engine_allows_is_dialled_by_the_trunks_it_names() -> None:
    office = Office()
    line = await dialled("081234567890", ALLOWED, office=office)

    assert line.way == f"call out +6281234567890@second 45000 {CALL}-r1"
    (asked,) = office.door.inputs
    assert isinstance(asked, CallOut)
    assert (asked.route_id, asked.wrap_up_ms, asked.refused) == ("mobile", 7_000, None)
    assert [offer.trunk_id for offer in asked.trunks] == ["carrier", "second"]
    contact = await office.contacts.read(InteractionId(CALL))
    assert contact is not None
    assert contact.number == "+6281234567890"


async def test_what_no_route_allows_is_told_to_the_engine_and_to_the_agent_and_kept_nowhere() -> None:
    office = Office()
    line = await dialled("+442079460000", refusal(CallOutRefusal.NO_ROUTE), office=office)

    assert line.way == "hangup 21"
    assert line.heard == ["id/out-not-allowed"]
    (asked,) = office.door.inputs
    assert isinstance(asked, CallOut)
    assert (asked.refused, asked.trunks) == (CallOutRefusal.NO_ROUTE, ())
    assert await office.contacts.read(InteractionId(CALL)) is None


@pytest.mark.parametrize("reason", list(CallOutRefusal))
async def test_every_refusal_is_spoken(reason: CallOutRefusal) -> None:
    line = await dialled("081234567890", refusal(reason))
    assert line.heard == [f"id/{WHY[reason]}"]


async def test_a_number_that_was_clicked_on_is_dialled_when_the_phone_asks() -> None:
    office = Office()
    office.clicks[InteractionId(CALL)] = "081111111111"
    line = await dialled("", ALLOWED, office=office)

    assert line.way == f"call out +6281111111111@second 45000 {CALL}-r1"
    assert office.clicks == {}


async def test_while_the_door_is_shut_or_the_phone_is_none_nobody_is_called() -> None:
    shut = await dialled("081234567890", office=Office(closed=True))
    nameless = await dialled("081234567890", ALLOWED, phone="../x")
    assert (shut.way, nameless.way) == ("", "")
