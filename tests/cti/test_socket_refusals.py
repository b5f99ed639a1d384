"""The event socket against clients that are wrong, hostile, or not allowed in."""

from dataclasses import replace
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError
from aiohttp.test_utils import TestClient

from cti.control import client_frame
from tests.cti.calls import created
from tests.cti.conftest import Floor, Listener, Serve, bearer, connect, greet

HELLO = {"v": 1, "type": "hello", "client": "test", "versions": [1]}


async def refused(client: TestClient[Any, Any], **headers: str) -> int:
    with pytest.raises(WSServerHandshakeError) as raised:
        await client.ws_connect("/cti/v1/ws", headers=headers)
    return raised.value.status


async def let_go(listener: Listener) -> tuple[str, int]:
    """The code of the error frame and of the close."""
    error = (await listener.until("error"))[-1]
    return error["data"]["code"], await listener.closed()


async def test_nobody_comes_in_without_a_good_token(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)

    assert await refused(client) == 401
    assert await refused(client, Authorization="Bearer nonsense") == 401
    assert await refused(client, Authorization="Basic crm") == 401
    assert await refused(client, Authorization="Bearer " + "x" * 5000) == 401
    assert await refused(client, **bearer("chief")) == 403
    # Never in the address, where logs and histories would keep it.
    with pytest.raises(WSServerHandshakeError):
        await client.ws_connect("/cti/v1/ws?token=crm")


async def test_pages_of_foreign_sites_are_refused(floor: Floor, serve: Serve) -> None:
    floor.settings = replace(floor.settings, origins=("https://crm.example.id",))
    client = await serve(floor)

    assert await refused(client, Origin="https://evil.example", **bearer("crm")) == 403
    assert await refused(client, Origin="null", **bearer("crm")) == 403
    listener = await connect(client, Origin="https://crm.example.id")
    await listener.socket.close()


async def test_an_unknown_subprotocol_is_refused(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)

    with pytest.raises(WSServerHandshakeError) as raised:
        await client.ws_connect("/cti/v1/ws", headers=bearer("crm"), protocols=("acd.cti.v9+json",))

    assert raised.value.status == 400


async def test_a_plain_request_is_told_that_this_is_a_websocket(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)

    response = await client.get("/cti/v1/ws", headers=bearer("crm"))

    assert (response.status, (await response.json())["code"]) == (426, "upgrade_required")


async def test_connections_are_limited(floor: Floor, serve: Serve) -> None:
    floor.settings = replace(floor.settings, connections_max=2, connections_per_client_max=1)
    client = await serve(floor)
    first, second = await greet(client, "crm"), await greet(client, "wall")

    assert await refused(client, **bearer("ann")) == 503
    await second.socket.close()
    assert await refused(client, **bearer("crm")) == 429
    await first.socket.close()
    assert (await (await greet(client, "crm")).frame())["type"] == "welcome"


@pytest.mark.parametrize(
    ("text", "code", "closed"),
    [
        ("", "bad_frame", 4400),
        ("hello", "bad_frame", 4400),
        ("[]", "bad_frame", 4400),
        ("{}", "bad_frame", 4400),
        ("[" * 20_000, "bad_frame", 4400),
        ('{"v":1,"type":1}', "bad_frame", 4400),
        ('{"v":"1","type":"hello"}', "bad_frame", 4400),
        ('{"v":1,"type":"hello"}', "bad_frame", 4400),
        ('{"v":1,"type":"hello","client":"","versions":[1]}', "bad_frame", 4400),
        ('{"v":1,"type":"hello","client":"x","versions":[]}', "bad_frame", 4400),
        ('{"v":1,"type":"hello","client":"x","versions":[1],"ack":"sometimes"}', "bad_frame", 4400),
        ('{"v":1,"type":"hello","client":"x","versions":[1],"resume":{"from_seq":0}}', "bad_frame", 4400),
        ('{"v":1,"type":"hello","client":"x","versions":[1],"resume":{"from_seq":-5}}', "bad_frame", 4400),
        ('{"v":1,"type":"hello","client":"x","versions":[1],"resume":{"from_seq":1e99}}', "bad_frame", 4400),
        ('{"v":1,"type":"hello","client":"x","versions":[1],"topics":["agent:"]}', "bad_topic", 4400),
        ('{"v":1,"type":"hello","client":"x","versions":[1],"topics":["moon:1"]}', "bad_topic", 4400),
        ('{"v":1,"type":"hello","client":"x","versions":[1],"topics":["call:a\\r\\nb"]}', "bad_topic", 4400),
        ('{"v":1,"type":"hello","client":"x","versions":[2,3]}', "no_common_version", 4406),
        ('{"v":2,"type":"hello","client":"x","versions":[1]}', "no_common_version", 4406),
        ('{"v":1,"type":"ack","seq":1}', "no_hello", 4408),
    ],
)
async def test_a_bad_beginning_is_named_and_ends_the_connection(
    floor: Floor, serve: Serve, text: str, code: str, closed: int
) -> None:
    client = await serve(floor)
    listener = await connect(client)

    await listener.socket.send_str(text)

    assert await let_go(listener) == (code, closed)


async def test_a_client_that_says_nothing_is_let_go(floor: Floor, serve: Serve) -> None:
    floor.settings = replace(floor.settings, hello_ms_max=30)
    client = await serve(floor)

    assert await let_go(await connect(client)) == ("no_hello", 4408)


async def test_a_binary_frame_is_refused(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    listener = await connect(client)

    await listener.socket.send_bytes(b"\x00\xff")

    assert await let_go(listener) == ("binary_frame", 1003)


async def test_a_frame_beyond_the_limit_ends_the_connection(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    listener = await connect(client)

    await listener.socket.send_str("x" * 70_000)

    assert await listener.closed() == 1009


async def test_an_agents_own_token_reaches_no_other(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)

    for topic in ("agent:bob", "agent:*", "queue:*", "call:c1-1"):
        listener = await greet(client, "ann", topics=[topic])
        assert await let_go(listener) == ("forbidden", 4403)


async def test_a_socket_is_closed_when_its_token_is_revoked(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    listener, other = await greet(client), await greet(client, "wall")
    await listener.until("snapshot")
    await other.until("snapshot")

    floor.tokens.known = [grant for grant in floor.tokens.known if grant.client != "crm"]

    assert await let_go(listener) == ("unauthorized", 4401)
    await floor.play(floor.script.entry(created("c1-1")))
    assert (await other.frame())["type"] == "call.created"


async def test_acknowledging_what_was_not_sent_is_refused(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    await floor.play(floor.script.entry(created("c1-1")))
    listener = await greet(client, ack="batch")
    await listener.until("snapshot")

    await listener.socket.send_json({"v": 1, "type": "ack", "seq": 2})

    assert await let_go(listener) == ("bad_ack", 4409)


async def test_a_second_hello_is_refused(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    listener = await greet(client)

    await listener.socket.send_json(HELLO)

    assert await let_go(listener) == ("second_hello", 4400)


async def test_a_type_of_a_later_day_is_answered_and_the_connection_goes_on(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    listener = await greet(client, later="field")
    await listener.until("snapshot")

    await listener.socket.send_json({"v": 1, "type": "command", "id": "1", "name": "agent.login", "args": {}})
    error = await listener.frame()
    await floor.play(floor.script.entry(created("c1-1")))

    assert (error["data"]["code"], error["data"]["closes"]) == ("unknown_type", False)
    assert (await listener.frame())["type"] == "call.created"


def test_unknown_fields_are_passed_over() -> None:
    said = client_frame('{"v":1,"type":"hello","client":"x","versions":[1,2],"shoe_size":44,"\\ud83d\\ude00":[]}')

    assert said == client_frame('{"v":1,"type":"hello","client":"x","versions":[1,2]}')
