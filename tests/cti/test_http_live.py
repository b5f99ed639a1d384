"""The REST API: what is now, and what can be asked of agents."""

from dataclasses import replace
from typing import Any

import pytest

from acd.core.inputs import ExtendWrapUp, LogIn, LogOut, SetAux, SetReady
from cti.http_api import PREFIX
from kernel.ids import AgentId, DeviceId
from kernel.result_codes import RefusalCode
from tests.cti.asking import get, post
from tests.cti.calls import created, open_floor, queued
from tests.cti.conftest import Floor, Serve, bearer


async def test_agents_and_queues_are_shown_as_they_are_now(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    open_floor(floor.script)
    for call, priority in (("c1-1", 5), ("c2-1", 9)):
        floor.script.entry(created(call))
        floor.script.entry(queued(call, priority=priority))
    await floor.play(*floor.script.entries)
    floor.clock.at = floor.script.entries[-1].at + 4_000

    _, agents = await get(client, "/agents", "wall")
    _, queues = await get(client, "/queues", "wall")
    _, one = await get(client, "/queues/sales", "wall")

    assert [(agent["agent_id"], agent["state"]) for agent in agents["agents"]] == [("ann", "ready"), ("bob", "ready")]
    assert agents["seq"] == floor.hub.head_seq
    assert [(each["call_id"], each["position"], each["wait_s"]) for each in one["waiting"]] == [
        ("c2-1", 1, 4.0),
        ("c1-1", 2, 6.0),
    ]
    assert queues["queues"] == [one]
    assert one["longest_wait_s"] == 6.0
    today = one["today"]
    assert (today["offered"], today["answered"], today["waiting"], today["service_level"]) == (2, 0, 2, 0)
    assert today["asa"] is None


@pytest.mark.parametrize(
    "path", ["/agents/nobody", "/queues/nowhere", "/interactions/c9-9", "/agents/%00", "/agents/a%0d%0ab"]
)
async def test_what_is_not_there_is_not_found(floor: Floor, serve: Serve, path: str) -> None:
    status, problem = await get(await serve(floor), path)

    assert (status, problem["status"]) == (404, 404)
    assert problem["code"].startswith("unknown_")


async def test_agents_are_controlled_through_the_front_door(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    open_floor(floor.script)
    await floor.play(*floor.script.entries)

    answers = [
        await post(client, "/agents/ann/login", json={"device_id": "p-7"}),
        await post(client, "/agents/ann/ready"),
        await post(client, "/agents/ann/aux", json={"reason_code": "lunch"}),
        await post(client, "/agents/ann/wrap-up", json={"extend_s": 60}),
        await post(client, "/agents/ann/logout", "ann"),
    ]

    assert [status for status, _ in answers] == [200] * 5
    assert answers[0][1]["agent_id"] == "ann"
    ann = AgentId("ann")
    assert floor.door.given == [
        LogIn(agent_id=ann, device_id=DeviceId("p-7")),
        SetReady(agent_id=ann),
        SetAux(agent_id=ann, reason_code="lunch"),
        ExtendWrapUp(agent_id=ann, by_ms=60_000),
        LogOut(agent_id=ann),
    ]


@pytest.mark.parametrize(
    ("code", "status", "where"),
    [
        (RefusalCode.UNKNOWN_AGENT, 404, "agent_id"),
        (RefusalCode.UNKNOWN_DEVICE, 404, "device_id"),
        (RefusalCode.DEVICE_TAKEN, 409, "device_id"),
        (RefusalCode.AGENT_BUSY, 409, "agent_id"),
        (RefusalCode.STILL_IN_USE, 409, "agent_id"),
    ],
)
async def test_a_refusal_of_the_engine_is_told_with_its_code(
    floor: Floor, serve: Serve, code: RefusalCode, status: int, where: str
) -> None:
    client = await serve(floor)
    floor.door.refuses = code

    answered, problem = await post(client, "/agents/ann/login", json={"device_id": "p-7"})

    assert (answered, problem["code"], problem["where"]) == (status, code.value, where)


async def test_only_a_supervisor_sends_more_away_than_may_be(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    body = {"reason_code": "meal", "force": True}

    own, _ = await post(client, "/agents/ann/aux", "ann", json=body)
    assert (own, floor.door.given) == (403, [])
    await post(client, "/agents/ann/aux", json=body)
    assert floor.door.given == [SetAux(agent_id=AgentId("ann"), reason_code="meal", forced=True)]

    floor.door.refuses = RefusalCode.TOO_MANY_AWAY
    answered, problem = await post(client, "/agents/ann/aux", "ann", json={"reason_code": "meal"})
    assert (answered, problem["code"], problem["where"]) == (409, "too_many_away", "reason_code")


async def test_a_closed_door_says_when_to_come_back(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    floor.door.closed = True

    response = await client.post(f"{PREFIX}/agents/ann/ready", headers=bearer("control"))

    assert (response.status, response.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"json": {}}, 400),
        ({"json": {"device_id": ""}}, 400),
        ({"json": {"device_id": "p 7"}}, 400),
        ({"json": {"device_id": "p-7\n"}}, 400),
        ({"json": {"device_id": "${SHELL(id)}"}}, 400),
        ({"json": {"device_id": "x" * 65}}, 400),
        ({"json": {"device_id": 7}}, 400),
        ({"json": {"device_id": "p-7", "force": True}}, 400),
        ({"json": ["p-7"]}, 400),
        ({"data": b"\xff\xfe", "headers": {"Content-Type": "application/json"}}, 400),
        ({"data": b"[" * 100_000, "headers": {"Content-Type": "application/json"}}, 400),
        ({"data": b'{"device_id":"p-7"}', "headers": {"Content-Type": "text/plain"}}, 400),
        ({"data": b"x" * 300_000, "headers": {"Content-Type": "application/json"}}, 413),
    ],
)
async def test_a_bad_body_is_refused_and_asks_nothing(
    floor: Floor, serve: Serve, body: dict[str, Any], status: int
) -> None:
    floor.settings = replace(floor.settings, body_bytes_max=200_000)
    client = await serve(floor)
    headers = {**bearer("control"), **body.get("headers", {})}

    response = await client.post(f"{PREFIX}/agents/ann/login", **{**body, "headers": headers})

    assert response.status == status
    assert response.content_type == "application/problem+json"
    assert floor.door.given == []
