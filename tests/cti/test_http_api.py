"""The REST API: live state, control, history, recordings and the centre's description."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from openapi_spec_validator import validate

from acd.core.inputs import LogIn, LogOut, SetAux, SetReady
from cti.http_api import OPERATIONS, PREFIX
from cti.ports import TimedFact
from cti.resources import Operation
from kernel.ids import AgentId, DeviceId, Did, InteractionId, QueueId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import Disposition, EndedBy, RefusalCode
from reports.rows import InteractionRow
from tests.cti.calls import SALES, answered_call, created, open_floor, queued, recording_stored, reservation
from tests.cti.conftest import NUMBER, Floor, Serve, bearer

Client = TestClient[Any, Any]


async def get(client: Client, path: str, who: str = "crm", **headers: str) -> tuple[int, Any]:
    response = await client.get(PREFIX + path, headers={**bearer(who), **headers})
    return response.status, await response.json()


async def post(client: Client, path: str, who: str = "control", **body: Any) -> tuple[int, Any]:
    response = await client.post(PREFIX + path, headers=bearer(who), **body)
    return response.status, await response.json()


def row(call: str, arrived_at: int, *, queue: str = "sales", agent: str | None = "ann") -> InteractionRow:
    return InteractionRow(
        interaction_id=InteractionId(call),
        channel="voice",
        did=Did("169"),
        trunk_id=TrunkId("telkom"),
        arrived_at=Instant(arrived_at),
        queued_at=Instant(arrived_at + 1),
        answered_at=None,
        ended_at=Instant(arrived_at + 9_000),
        queue_id=QueueId(queue),
        agent_id=None if agent is None else AgentId(agent),
        reservation_id=reservation(call),
        priority=5,
        flow_ms=1_500,
        wait_ms=6_500,
        ring_ms=4_000,
        talk_ms=30_000,
        hold_ms=0,
        wrap_up_ms=7_000,
        reservation_count=1,
        disposition=Disposition.ANSWERED if agent else Disposition.ABANDONED,
        ended_by=EndedBy.CALLER,
        service_level_met=True,
    )


# --- live ------------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    "path", ["/agents/nobody", "/queues/nowhere", "/interactions/c9-9", "/agents/%00", "/agents/a%0d%0ab"]
)
async def test_what_is_not_there_is_not_found(floor: Floor, serve: Serve, path: str) -> None:
    status, problem = await get(await serve(floor), path)

    assert (status, problem["status"]) == (404, 404)
    assert problem["code"].startswith("unknown_")


# --- control ---------------------------------------------------------------------------------------------------------


async def test_agents_are_controlled_through_the_front_door(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    open_floor(floor.script)
    await floor.play(*floor.script.entries)

    answers = [
        await post(client, "/agents/ann/login", json={"device_id": "p-7"}),
        await post(client, "/agents/ann/ready"),
        await post(client, "/agents/ann/aux", json={"reason_code": "lunch"}),
        await post(client, "/agents/ann/logout", "ann"),
    ]

    assert [status for status, _ in answers] == [200] * 4
    assert answers[0][1]["agent_id"] == "ann"
    ann = AgentId("ann")
    assert floor.door.given == [
        LogIn(agent_id=ann, device_id=DeviceId("p-7")),
        SetReady(agent_id=ann),
        SetAux(agent_id=ann, reason_code="lunch"),
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


# --- history ---------------------------------------------------------------------------------------------------------


async def test_interactions_come_newest_first_page_by_page(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    floor.archive.rows = [row(f"c{number}-1", 1_000 * (number // 2)) for number in range(11)]

    pages: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        _, page = await get(client, f"/interactions?limit=4{cursor}")
        pages.append([each["interaction_id"] for each in page["interactions"]])
        cursor = None if page["next_cursor"] is None else f"&cursor={page['next_cursor']}"

    assert [len(page) for page in pages] == [4, 4, 3]
    assert [call for page in pages for call in page] == [
        f"c{number}-1" for number in (10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
    ]


async def test_interactions_are_found_by_what_is_known_of_them(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    floor.archive.rows = [row("c1-1", 1_000), row("c2-1", 5_000, queue="help"), row("c3-1", 9_000, agent=None)]
    floor.archive.numbers = {InteractionId("c1-1"): NUMBER}

    async def found(query: str) -> list[str]:
        status, page = await get(client, f"/interactions?{query}")
        assert status == 200
        return [each["interaction_id"] for each in page["interactions"]]

    assert await found("queue=help") == ["c2-1"]
    assert await found("agent=ann") == ["c2-1", "c1-1"]
    assert await found("disposition=abandoned") == ["c3-1"]
    assert await found("number=%2B6281234567890") == ["c1-1"]
    assert await found("from=1970-01-01T00:00:05Z&to=1970-01-01T07:00:09%2B07:00") == ["c2-1"]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=%D9%A3", "limit"),
        ("from=yesterday", "from"),
        ("from=2026-11-24T08:00:00", "from"),
        ("from=2026-11-24T08:00:00Z&to=2026-11-24T08:00:00Z", "to"),
        ("queue=%27%20OR%201=1", "queue"),
        ("agent=..%2F..%2Fetc", "agent"),
        ("disposition=happy", "disposition"),
        ("number=%2B62%27", "number"),
        ("cursor=%00", "cursor"),
        ("cursor=AAAA", "cursor"),
        ("cursor=" + "A" * 300, "cursor"),
        ("sort=arrived_at", "query"),
        ("limit=1&limit=2", "limit"),
    ],
)
async def test_a_bad_query_is_refused_by_the_name_of_what_is_wrong(
    floor: Floor, serve: Serve, query: str, where: str
) -> None:
    status, problem = await get(await serve(floor), f"/interactions?{query}")

    assert (status, problem["code"], problem["where"]) == (400, "bad_request", where)


async def test_searching_by_number_needs_the_right_to_see_numbers(floor: Floor, serve: Serve) -> None:
    status, problem = await get(await serve(floor), "/interactions?number=169", "wall")

    assert (status, problem["code"]) == (403, "forbidden")


async def test_an_interaction_is_shown_with_its_whole_timeline(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    answered_call(floor.script)
    floor.archive.rows = [row("c1-1", 1_000)]
    floor.archive.facts[InteractionId("c1-1")] = [
        TimedFact(seq=entry.seq, at=entry.at, fact=fact)
        for entry in floor.script.entries
        for fact in entry.facts
        if getattr(fact, "interaction_id", None) == "c1-1"
    ]

    _, shown = await get(client, "/interactions/c1-1")
    _, masked = await get(client, "/interactions/c1-1", "wall")

    steps = [each["fact"] for each in shown["timeline"]]
    assert (steps[0], steps[-1]) == ("InteractionCreated", "RecordingStored")
    assert [each["seq"] for each in shown["timeline"]] == sorted(each["seq"] for each in shown["timeline"])
    queued_fact = next(each["data"] for each in shown["timeline"] if each["fact"] == "InteractionQueued")
    assert queued_fact["requirements"] == [{"skill_id": "indonesian", "level_min": 2}]
    assert (shown["interaction"]["ani"]["e164"], shown["attributes"]) == (NUMBER, {"customer_id": "K-77"})
    assert masked["interaction"]["ani"]["privacy"] == "masked"
    assert NUMBER not in str(masked)
    assert "K-77" not in str(masked)


# --- recordings ------------------------------------------------------------------------------------------------------

SOUND = bytes(range(256)) * 8


def shelved(floor: Floor, file_name: str = "2026/11/24/talk.wav") -> None:
    path = floor.settings.recordings_folder / "2026/11/24/talk.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(SOUND)
    floor.archive.rows = [row("c1-1", 1_000)]
    floor.shelf.stored[reservation("c1-1")] = replace(recording_stored("c1-1"), file_name=file_name)


async def test_recordings_of_an_interaction_are_listed_and_played(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    shelved(floor)

    _, listed = await get(client, "/interactions/c1-1/recordings", "tapes")
    response = await client.get(listed["recordings"][0]["url"], headers=bearer("tapes"))

    assert listed["recordings"][0]["duration_s"] == 35.0
    assert "file_name" not in listed["recordings"][0]
    assert (response.status, response.content_type) == (200, "audio/wav")
    assert await response.read() == SOUND


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-0", 206, slice(None, 1)),
        ("bytes=100-199", 206, slice(100, 200)),
        ("bytes=2000-", 206, slice(2000, None)),
        ("bytes=2000-999999", 206, slice(2000, None)),
        ("bytes=-16", 206, slice(-16, None)),
        ("bytes=2048-", 416, None),
        ("bytes=9-1", 416, None),
        ("bytes=0-1,4-5", 416, None),
        ("bytes=a-b", 416, None),
        ("bytes=", 416, None),
    ],
)
async def test_a_range_of_a_recording(floor: Floor, serve: Serve, asked: str, status: int, part: slice | None) -> None:
    client = await serve(floor)
    shelved(floor)

    url = f"{PREFIX}/recordings/c1-1-r1.wav"
    response = await client.get(url, headers={**bearer("tapes"), "Range": asked})

    assert response.status == status
    if part is not None:
        assert await response.read() == SOUND[part]


async def test_the_head_of_a_recording_tells_its_length(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    shelved(floor)

    response = await client.head(f"{PREFIX}/recordings/c1-1-r1.wav", headers=bearer("tapes"))

    assert (response.status, response.headers["Content-Length"]) == (200, str(len(SOUND)))
    assert response.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("file_name", ["../outside.wav", "/etc/passwd", "gone.wav", "2026", "link.wav", "a\x00b", ""])
async def test_nothing_outside_the_folder_is_played_whatever_the_store_says(
    floor: Floor, serve: Serve, tmp_path: Path, file_name: str
) -> None:
    folder = tmp_path / "shelf"
    folder.mkdir()
    (tmp_path / "outside.wav").write_bytes(b"secret")
    (folder / "link.wav").symlink_to(tmp_path / "outside.wav")
    floor.settings = replace(floor.settings, recordings_folder=folder)
    client = await serve(floor)
    shelved(floor, file_name)

    status, problem = await get(client, "/recordings/c1-1-r1.wav", "tapes")

    assert (status, problem["code"]) == (404, "recording_missing")


@pytest.mark.parametrize("name", ["..%2F..%2Fetc%2Fpasswd", "c9-9-r1", "%2e%2e", "a%00b"])
async def test_a_recording_of_a_hostile_name_is_not_found(floor: Floor, serve: Serve, name: str) -> None:
    client = await serve(floor)

    status, _ = await get(client, f"/recordings/{name}.wav", "tapes")

    assert status == 404


# --- the centre ------------------------------------------------------------------------------------------------------


async def test_the_centre_is_exported_tried_and_applied(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    exported = await client.get(f"{PREFIX}/centre", headers=bearer("chief"))
    old = await exported.text()
    new = 'name = "Layanan 169 \u2014 baru"\n'

    async def apply(query: str, text: str) -> tuple[int, Any]:
        toml = {"Content-Type": "application/toml", **bearer("chief")}
        response = await client.post(f"{PREFIX}/centre{query}", data=text.encode(), headers=toml)
        return response.status, await response.json()

    assert exported.content_type == "application/toml"
    assert await apply("", old) == (200, {"applied": True, "difference": []})
    assert await apply("?dry_run=1", new) == (200, {"applied": False, "difference": ["name changes"]})
    assert floor.office.text == old
    assert await apply("", new) == (200, {"applied": True, "difference": ["name changes"]})
    assert floor.office.text == new
    status, problem = await apply("", "wrong")
    assert (status, problem["code"]) == (422, "centre_invalid")
    assert problem["problems"] == [
        {"line": 3, "where": "queues.sales", "what": "unknown skill", "how": "define the skill"}
    ]


@pytest.mark.parametrize(
    ("query", "body", "kind"),
    [
        ("?dry_run=yes", b"", "application/toml"),
        ("?dryrun=1", b"", "application/toml"),
        ("", b"\xff", "application/toml"),
        ("", b"{}", "application/json"),
    ],
)
async def test_a_centre_that_cannot_be_read_changes_nothing(
    floor: Floor, serve: Serve, query: str, body: bytes, kind: str
) -> None:
    client = await serve(floor)
    before = floor.office.text

    headers = {"Content-Type": kind, **bearer("chief")}
    response = await client.post(f"{PREFIX}/centre{query}", data=body, headers=headers)

    assert (response.status, floor.office.text) == (400, before)


# --- who may ---------------------------------------------------------------------------------------------------------


def address(operation: Operation) -> str:
    """The operation's path with ids in it."""
    ids = {"agent_id": "ann", "queue_id": SALES, "interaction_id": "c1-1", "recording_id": "c1-1-r1"}
    return PREFIX + operation.path.format(**ids)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
async def test_every_operation_needs_a_token_of_the_right_scope(
    floor: Floor, serve: Serve, operation: Operation
) -> None:
    client = await serve(floor)
    wrong = "chief" if "admin" not in operation.scopes else "crm"

    bare = await client.request(operation.method, address(operation))
    forbidden = await client.request(operation.method, address(operation), headers=bearer(wrong))

    assert (bare.status, bare.headers["WWW-Authenticate"]) == (401, 'Bearer realm="sambut"')
    assert (await bare.json())["code"] == "unauthorized"
    assert (forbidden.status, (await forbidden.json())["code"]) == (403, "forbidden")
    assert floor.door.given == []


async def test_an_agents_own_token_controls_no_other(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)

    assert (await post(client, "/agents/bob/ready", "ann"))[0] == 403
    assert (await get(client, "/agents/bob", "ann"))[0] == 403
    assert (await get(client, "/agents", "ann"))[0] == 403


async def test_a_guesser_is_turned_away_for_a_minute(floor: Floor, serve: Serve) -> None:
    floor.settings = replace(floor.settings, refusals_per_minute_max=3)
    client = await serve(floor)

    guesses = [(await get(client, "/agents", f"guess{number}"))[0] for number in range(4)]
    response = await client.get(f"{PREFIX}/agents", headers=bearer("crm"))
    floor.clock.at += 60_000
    later, _ = await get(client, "/agents")

    assert guesses == [401, 401, 401, 429]
    assert (response.status, response.headers["Retry-After"]) == (429, "61")
    assert later == 200


# --- documents and manners -------------------------------------------------------------------------------------------


async def test_the_openapi_document_is_valid_and_tells_of_every_operation(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)

    response = await client.get(f"{PREFIX}/openapi.json")
    document = await response.json()

    validate(document)
    assert document["openapi"].startswith("3.1")
    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert told == {(operation.method, operation.path) for operation in OPERATIONS}


async def test_the_schemas_of_the_event_socket_are_published(floor: Floor, serve: Serve) -> None:
    response = await (await serve(floor)).get("/cti/v1/schemas.json")

    titles = {each["title"] for each in (await response.json(content_type="application/schema+json"))["oneOf"]}
    assert {"call.offered", "welcome"} <= titles


async def test_whatever_goes_wrong_is_a_problem_document_without_personal_data(
    floor: Floor, serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    client = await serve(floor)
    floor.archive.broken = True

    broken = await get(client, "/interactions")
    unknown = await get(client, "/moon")
    method = await client.put(f"{PREFIX}/agents", headers=bearer("crm"))

    assert (broken[0], broken[1]["code"]) == (500, "internal")
    assert NUMBER not in str(broken)
    assert (unknown[0], unknown[1]["code"]) == (404, "not_found")
    assert (method.status, method.headers["Allow"]) == (405, "GET,HEAD")
    assert (await method.json())["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["/agents", "/moon", "/openapi.json"])
async def test_every_answer_has_the_security_headers(floor: Floor, serve: Serve, path: str) -> None:
    client = await serve(floor)

    response = await client.get(PREFIX + path, headers=bearer("crm"))

    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["Server"] == "sambut"


async def test_neither_token_nor_caller_is_in_the_log(
    floor: Floor, serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    client = await serve(floor)
    shelved(floor)
    await get(client, f"/interactions?number=%2B{NUMBER[1:]}")
    await get(client, "/agents", "a-very-secret-token")
    await client.get(f"{PREFIX}/recordings/c1-1-r1.wav", headers=bearer("tapes"))

    logged = "".join(capsys.readouterr())

    assert "recording played" in logged
    assert NUMBER[1:] not in logged
    assert "a-very-secret-token" not in logged
