"""The REST API: the centre's description."""

from typing import Any

import pytest

from cti.http_api import PREFIX
from tests.cti.conftest import Floor, Serve, bearer


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
