"""A caller whom an agent has sent on: who is told, and where the caller goes."""

import pytest

from acd.core.transfer_words import CallerReturned, CallerTransferred, TransferKind, TransferTo
from agi_scripts.referral import referral
from kernel.ids import InteractionId
from kernel.result_codes import RefusalCode
from tests.agi_scripts.fakes import CALL, FakeLine, Office

INTERACTION = InteractionId(CALL)


@pytest.mark.parametrize(
    ("digits", "to", "target", "way"),
    [("1002", TransferTo.AGENT, "bob", "queue sales calm"), ("81", TransferTo.QUEUE, "care", "queue care calm")],
)
async def test_a_caller_waits_where_the_engine_holds_them(digits: str, to: TransferTo, target: str, way: str) -> None:
    office, line = Office(), FakeLine(CALL, digits, "carrier", "sales")

    await referral(line, office.services)

    assert office.door.inputs == [
        CallerTransferred(interaction_id=INTERACTION, kind=TransferKind.BLIND, to=to, target=target)
    ]
    assert line.way == way


async def test_who_was_sent_to_nobody_goes_back_to_the_queue_they_came_from() -> None:
    office, line = Office(), FakeLine(CALL, "1009", "carrier", "sales")

    await referral(line, office.services)

    assert office.door.inputs == [CallerReturned(interaction_id=INTERACTION)]
    assert line.way == "queue sales calm"


async def test_who_cannot_go_back_either_is_told_that_there_is_no_service() -> None:
    office, line = Office(refuses=RefusalCode.UNKNOWN_QUEUE), FakeLine(CALL, "81", "carrier", "sales")

    await referral(line, office.services)

    assert [type(given) for given in office.door.inputs] == [CallerTransferred, CallerReturned]
    assert line.way == "no-service"
