"""Whether the program says truly how it is."""

import asyncio
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from sambut.health import Health, Probe


async def _ready(*probes: Probe) -> tuple[int, dict[str, Any]]:
    app = web.Application()
    Health(probes).mount(app)
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/health/ready")
        return response.status, await response.json()


def _well() -> None:
    return None


async def _well_later() -> str | None:
    return None


def _down() -> str:
    return "not connected"


async def test_ready_when_every_probe_is_well() -> None:
    status, answer = await _ready(Probe(name="journal", check=_well), Probe(name="ami", check=_well_later))

    assert (status, answer["status"]) == (200, "ready")
    assert answer["checked"] == ["journal", "ami"]


async def test_every_thing_that_is_wrong_is_listed() -> None:
    async def never() -> str | None:
        await asyncio.Event().wait()
        return None

    def broken() -> str | None:
        raise RuntimeError("secret inside")

    status, answer = await _ready(
        Probe(name="ami", check=_down),
        Probe(name="journal", check=_well),
        Probe(name="asterisk", check=never, wait_ms_max=20),
        Probe(name="agi", check=broken),
    )

    assert (status, answer["status"]) == (503, "not_ready")
    assert answer["problems"] == [
        {"name": "ami", "what": "not connected"},
        {"name": "asterisk", "what": "no answer within 20 ms"},
        {"name": "agi", "what": "the probe failed; the log says why"},
    ]


async def test_alive_even_when_not_ready() -> None:
    app = web.Application()
    Health([Probe(name="ami", check=_down)]).mount(app)
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/health/live")

        assert (response.status, await response.json()) == (200, {"status": "live"})


def test_two_probes_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="one name"):
        Health([Probe(name="ami", check=_well), Probe(name="ami", check=_down)])
