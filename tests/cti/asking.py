"""Asking the REST API in tests, and a row for it to show."""

from dataclasses import replace
from typing import Any

from aiohttp.test_utils import TestClient

from cti.http_api import PREFIX
from kernel.ids import AgentId, Did, InteractionId, QueueId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import Disposition, EndedBy
from reports.rows import InteractionRow
from tests.cti.calls import recording_stored, reservation
from tests.cti.conftest import Floor, bearer

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


SOUND = bytes(range(256)) * 8


def shelved(floor: Floor, file_name: str = "2026/11/24/talk.wav") -> None:
    path = floor.settings.recordings_folder / "2026/11/24/talk.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(SOUND)
    floor.archive.rows = [row("c1-1", 1_000)]
    floor.shelf.stored[reservation("c1-1")] = replace(recording_stored("c1-1"), file_name=file_name)
