"""The REST API: who may, the documents about it, and its manners."""

from dataclasses import replace

import pytest
from openapi_spec_validator import validate

from cti.http_api import OPERATIONS, PREFIX
from cti.resources import Operation
from tests.cti.asking import get, post, shelved
from tests.cti.calls import SALES
from tests.cti.conftest import NUMBER, Floor, Serve, bearer


def address(operation: Operation) -> str:
    """The operation's path with ids in it."""
    ids = {"agent_id": "ann", "queue_id": SALES, "interaction_id": "c1-1", "recording_id": "c1-1-r1"}
    ids |= {"list_id": "blocked", "request_id": "1"}
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


async def test_the_openapi_document_is_valid_and_tells_of_every_operation(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)

    response = await client.get(f"{PREFIX}/openapi.json")
    document = await response.json()

    validate(document)
    assert document["openapi"].startswith("3.1")
    told = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert told == {(operation.method, operation.path) for operation in OPERATIONS}
    login = document["paths"]["/agents/{agent_id}/login"]["post"]["responses"]
    assert sorted(login) == ["200", "400", "401", "403", "404", "409", "413", "429", "503"]


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
    logged = "".join(capsys.readouterr())
    assert "request failed" in logged
    assert NUMBER not in str(broken) + logged
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
