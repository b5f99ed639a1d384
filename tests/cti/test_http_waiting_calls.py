"""The REST API: what a supervisor can do for callers who wait."""

from typing import Any

import pytest

from acd.core.rank_words import MoveToQueue, SetPriority
from kernel.ids import InteractionId, QueueId
from kernel.result_codes import RefusalCode
from tests.cti.asking import post
from tests.cti.calls import created, open_floor, queued
from tests.cti.conftest import Floor, Serve

CALL = InteractionId("c1-1")


async def wait_in_line(floor: Floor) -> None:
    open_floor(floor.script)
    floor.script.entry(created(CALL))
    floor.script.entry(queued(CALL))
    await floor.play(*floor.script.entries)


async def test_a_waiting_call_gets_another_priority_or_queue_through_the_front_door(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    await wait_in_line(floor)

    first = await post(client, f"/interactions/{CALL}/priority", json={"priority": 9})
    second = await post(client, f"/interactions/{CALL}/queue", json={"queue_id": "help"})

    assert [status for status, _ in (first, second)] == [200, 200]
    assert (first[1]["call_id"], first[1]["phase"], first[1]["ani"]["privacy"]) == (CALL, "waiting", "masked")
    assert floor.door.given == [
        SetPriority(interaction_id=CALL, priority=9),
        MoveToQueue(interaction_id=CALL, queue_id=QueueId("help")),
    ]


@pytest.mark.parametrize(
    ("code", "status", "where"),
    [
        (RefusalCode.UNKNOWN_INTERACTION, 404, "interaction_id"),
        (RefusalCode.WRONG_STATE, 409, "interaction_id"),
        (RefusalCode.UNKNOWN_QUEUE, 404, "queue_id"),
        (RefusalCode.QUEUE_FULL, 409, "queue_id"),
    ],
)
async def test_a_refused_move_is_told_with_its_code(
    floor: Floor, serve: Serve, code: RefusalCode, status: int, where: str
) -> None:
    client = await serve(floor)
    floor.door.refuses = code

    answered, problem = await post(client, f"/interactions/{CALL}/queue", json={"queue_id": "help"})

    assert (answered, problem["code"], problem["where"]) == (status, code.value, where)
    assert problem["how"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("priority", {"priority": 0}),
        ("priority", {"priority": 11}),
        ("priority", {"priority": "9"}),
        ("priority", {}),
        ("queue", {"queue_id": "a b"}),
        ("queue", {"queue_id": "help", "front": True}),
    ],
)
async def test_a_body_that_says_nothing_sensible_asks_nothing(
    floor: Floor, serve: Serve, path: str, body: dict[str, Any]
) -> None:
    status, _ = await post(await serve(floor), f"/interactions/{CALL}/{path}", json=body)

    assert status == 400
    assert floor.door.given == []


async def test_only_supervisors_change_who_is_next(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)

    for who in ("ann", "wall"):
        status, _ = await post(client, f"/interactions/{CALL}/priority", who, json={"priority": 9})
        assert status == 403
    assert floor.door.given == []
