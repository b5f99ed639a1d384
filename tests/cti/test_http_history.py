"""The REST API: interactions and their timelines."""

import pytest

from cti.ports import TimedFact
from kernel.ids import InteractionId
from tests.cti.asking import get, row
from tests.cti.calls import answered_call
from tests.cti.conftest import NUMBER, Floor, Serve


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
    assert await found("number=081234567890") == ["c1-1"]
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
