"""The event socket: what a client gets, and in which order."""

import asyncio

from cti.translate import Translator
from tests.cti.calls import answered_call, created, open_floor
from tests.cti.conftest import NUMBER, Floor, Serve, greet


async def test_a_new_client_is_given_a_snapshot_and_then_what_happens(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    open_floor(floor.script)
    await floor.play(*floor.script.entries)

    listener = await greet(client)
    opening = await listener.until("snapshot")
    await floor.play(floor.script.entry(created("c1-1")))
    happened = await listener.frame()

    assert [frame["type"] for frame in opening] == ["welcome", "resync", "snapshot"]
    assert opening[1]["data"] == {"reason": "fresh", "snapshot_seq": 6}
    assert [agent["state"] for agent in opening[2]["data"]["agents"]] == ["ready", "ready"]
    assert (happened["type"], happened["seq"]) == ("call.created", 7)
    assert happened["data"]["ani"] == {"e164": NUMBER, "raw": "081234567890", "privacy": "open"}
    assert listener.socket.protocol == "acd.cti.v1+json"


async def test_a_client_that_resumes_is_given_exactly_what_it_missed(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    open_floor(floor.script)
    answered_call(floor.script)
    await floor.play(*floor.script.entries)

    listener = await greet(client, resume={"from_seq": 5})
    frames = await listener.until("replay.end")

    head = floor.hub.head_seq
    assert frames[1]["data"] == {"from_seq": 5, "to_seq": head}
    assert [frame["seq"] for frame in frames[2:-1]] == list(range(5, head + 1))


async def test_resuming_under_load_leaves_no_gap_and_gives_nothing_twice(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    for number in range(60):
        answered_call(floor.script, call=f"c{number}-1")
    translator = Translator()
    total = sum(len(translator.take(entry)) for entry in floor.script.entries)
    entries = iter(floor.script.entries)
    await floor.play(*(next(entries) for _ in range(200)))

    async def load() -> None:
        for entry in entries:
            await floor.play(entry)
            await asyncio.sleep(0)

    async def listen(from_seq: int) -> list[int]:
        listener = await greet(client, resume={"from_seq": from_seq})
        seqs: list[int] = []
        while not seqs or seqs[-1] < total:
            frame = await listener.frame()
            seqs += [frame["seq"]] if "seq" in frame else []
        await listener.socket.close()
        return seqs

    loading = asyncio.create_task(load())
    heard = await asyncio.gather(*(listen(start) for start in (1, 50, 150, 199)))
    await loading

    for start, seqs in zip((1, 50, 150, 199), heard, strict=True):
        assert seqs == list(range(start, total + 1))
