"""A call comes in: who it is, which flow, and what becomes of what is no call of ours."""

import unicodedata

import pytest

from acd.core.inputs import EnterQueue, FlowEnded, InteractionArrived
from acd.core.settings import Channel
from acd.ports import DoorClosed
from agi_scripts.inbound import inbound
from ivr.core.facts import FlowStopped
from ivr.ports import CallerGone
from kernel.ids import CallLegId, Did, InteractionId, QueueId, TrunkId
from kernel.result_codes import Disposition, RefusalCode
from tests.agi_scripts.fakes import CALL, FakeLine, Office

ID = InteractionId(CALL)


async def test_a_call_arrives_and_comes_to_its_queue() -> None:
    office = Office()
    line = FakeLine(CALL, "169", "carrier")

    await inbound(line, office.services)

    assert office.door.inputs == [
        InteractionArrived(
            interaction_id=ID,
            channel=Channel.VOICE,
            did=Did("169"),
            trunk_id=TrunkId("carrier"),
            leg_id=CallLegId("1795493415.1"),
        ),
        EnterQueue(interaction_id=ID, queue_id=QueueId("sales"), priority=None, requirements=()),
    ]
    assert line.way == "queue sales calm"


async def test_the_number_is_known_before_the_call_is() -> None:
    office = Office()

    await inbound(FakeLine(CALL, "169", "carrier"), office.services)

    assert office.order[:2] == ["contact", "InteractionArrived"]
    contact = office.contacts.contacts[ID]
    assert (contact.number, contact.number_raw, contact.name) == ("+6281234567890", "081234567890", "Ani")


async def test_a_flow_that_begins_again_keeps_what_was_known() -> None:
    """The dialplan tries again when a session broke off; the interaction exists already."""
    office = Office(refuses=RefusalCode.DUPLICATE_INTERACTION)
    await inbound(FakeLine(CALL, "169", "carrier"), office.services)
    known = office.contacts.contacts[ID]

    await inbound(FakeLine(CALL, "169", "carrier", name="Somebody else"), office.services)

    assert office.contacts.contacts[ID].name == known.name == "Ani"


async def test_a_number_that_is_not_ours_is_said_to_be_none() -> None:
    office = Office()
    line = FakeLine(CALL, "9999", "carrier")

    await inbound(line, office.services)

    assert line.heard == ["id/number-not-in-use", "en/number-not-in-use"]
    assert line.way == "hangup 1"
    assert office.door.inputs[-1] == FlowEnded(interaction_id=ID, disposition=Disposition.UNKNOWN)


async def test_a_number_that_is_not_ours_is_hung_up_on_without_the_prompt_too() -> None:
    line = FakeLine(CALL, "9999", "carrier", missing=["number-not-in-use"])

    await inbound(line, Office().services)

    assert (line.heard, line.way) == ([], "hangup 1")


@pytest.mark.parametrize("call", ["", "x", "c1-1\r\n", "c1-1;", "../c1-1", "c1", "c" + "1" * 200 + "-1", "c١-١"])
async def test_what_is_no_interaction_is_left_to_the_safety_route(call: str) -> None:
    office = Office()
    line = FakeLine(call, "169", "carrier")

    await inbound(line, office.services)

    assert (line.way, office.door.inputs, office.contacts.contacts) == ("", [], {})


HOSTILE = [
    "${SHELL(rm -rf /)}",
    '"; Hangup() ;"',
    "a\r\nVariable: ACD_NEXT=queue\r\n",
    "é" * 2_000,
    "\u202etxt.exe\x00\x1b[31m",
    "Ñandú 王 😀",
    "<sip:169@evil>",
    "\ud800",
]


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_hostile_caller_ids_are_cleaned_where_they_come_in(hostile: str) -> None:
    office = Office()
    line = FakeLine(CALL, "169", "carrier", number=hostile, name=hostile)

    await inbound(line, office.services)

    contact = office.contacts.contacts[ID]
    assert line.way == "queue sales calm"
    assert (len(contact.name) <= 128, len(contact.number_raw) <= 64) == (True, True)
    assert set(contact.number) <= set("+0123456789")
    for text in (contact.name, contact.number_raw):
        text.encode("utf-8")
        assert not any(unicodedata.category(one).startswith("C") for one in text)


async def test_a_name_of_any_script_is_kept() -> None:
    office = Office()

    await inbound(FakeLine(CALL, "169", "carrier", name='Bu "Ani" 王'), office.services)

    assert office.contacts.contacts[ID].name == 'Bu "Ani" 王'


@pytest.mark.parametrize("did", ["", "${EXTEN}", "169\n", "1" * 2_000])
async def test_a_hostile_dialled_number_is_no_number_of_ours(did: str) -> None:
    line = FakeLine(CALL, did, "carrier")

    await inbound(line, Office().services)

    assert line.way == "hangup 1"


async def test_a_closed_door_leaves_the_caller_to_the_safety_route() -> None:
    line = FakeLine(CALL, "169", "carrier")

    with pytest.raises(DoorClosed):
        await inbound(line, Office(closed=True).services)

    assert line.way == ""


async def test_a_caller_may_hang_up_at_once() -> None:
    office = Office()

    await inbound(FakeLine(CALL, "169", "carrier", gone_at=0), office.services)

    assert isinstance(office.door.notes[-1], FlowStopped)
    assert office.door.notes[-1].reason == "caller_hung_up"


async def test_a_caller_may_hang_up_on_the_announcement() -> None:
    office = Office()

    with pytest.raises(CallerGone):
        await inbound(FakeLine(CALL, "9999", "carrier", gone_at=1), office.services)

    assert office.door.inputs[-1] == FlowEnded(interaction_id=ID, disposition=Disposition.UNKNOWN)
