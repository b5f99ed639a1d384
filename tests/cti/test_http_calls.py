"""REST: what is done with an agent's call in the switch itself."""

import pytest

from cti.http_api import PREFIX
from kernel.result_codes import CallOutRefusal, RefusalCode
from tests.cti.asking import post
from tests.cti.calls import open_floor
from tests.cti.conftest import Floor, Serve, bearer


async def test_a_caller_is_sent_on_and_the_answer_is_the_agent(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    open_floor(floor.script)
    await floor.play(*floor.script.entries)

    status, agent = await post(client, "/agents/ann/transfer", json={"to": "1002"})

    assert (status, agent["agent_id"]) == (200, "ann")
    assert floor.calls.asked == [("transfer", "ann", "1002")]


@pytest.mark.parametrize(
    ("code", "status", "where"),
    [
        (RefusalCode.WRONG_STATE, 409, "agent_id"),
        (RefusalCode.UNKNOWN_TARGET, 404, "to"),
        (RefusalCode.TARGET_NOT_READY, 409, "to"),
    ],
)
async def test_a_refusal_says_what_is_wrong_and_where(
    floor: Floor, serve: Serve, code: RefusalCode, status: int, where: str
) -> None:
    client = await serve(floor)
    floor.calls.refuses = code

    answered, problem = await post(client, "/agents/ann/transfer", json={"to": "1002"})

    assert (answered, problem["code"], problem["where"]) == (status, code.value, where)


@pytest.mark.parametrize("to", ["", "1", "s", "*10", "0812 34", "81\n", "123456789"])
async def test_what_cannot_be_dialled_never_reaches_the_switch(floor: Floor, serve: Serve, to: str) -> None:
    client = await serve(floor)

    status, _ = await post(client, "/agents/ann/transfer", json={"to": to})

    assert status == 400
    assert floor.calls.asked == []


async def test_only_who_controls_the_agent_may_ask(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)

    status, _ = await post(client, "/agents/bob/transfer", "ann", json={"to": "1002"})

    assert status == 403
    assert floor.calls.asked == []


async def test_a_switch_that_is_away_says_when_to_come_back(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    floor.calls.away = True

    response = await client.post(f"{PREFIX}/agents/ann/transfer", headers=bearer("control"), json={"to": "1002"})

    assert (response.status, response.headers["Retry-After"]) == (503, "5")


async def test_a_click_on_a_number_rings_the_agents_own_phone_or_is_told_why_not(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    open_floor(floor.script)
    await floor.play(*floor.script.entries)

    taken, agent = await post(client, "/agents/ann/calls", json={"number": "+6281234567890"})
    wrong, _ = await post(client, "/agents/ann/calls", json={"number": "0812&PJSIP/1"})
    floor.calls.no_call = CallOutRefusal.NO_ROUTE
    status, problem = await post(client, "/agents/ann/calls", json={"number": "0215550001"})

    assert (taken, agent["agent_id"], wrong) == (200, "ann", 400)
    assert floor.calls.asked == [("call_out", "ann", "+6281234567890"), ("call_out", "ann", "0215550001")]
    assert (status, problem["code"], problem["where"]) == (409, "no_route", "number")
