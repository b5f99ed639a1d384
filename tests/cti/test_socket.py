"""The event socket: what a client gets, and in which order."""

import asyncio
from dataclasses import replace

import pytest

from cti.translate import Translator
from kernel.ids import InteractionId
from tests.cti.calls import answered_call, created, open_floor, queued
from tests.cti.conftest import NUMBER, Floor, Serve, connect, contact, eventually, greet
from tests.cti.day import whole_day


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
    whole_day(floor.script)
    await floor.play(*floor.script.entries)

    listener = await greet(client, resume={"from_seq": 5})
    frames = await listener.until("replay.end")

    head = floor.hub.head_seq
    assert frames[1]["data"] == {"from_seq": 5, "to_seq": head}
    assert [frame["seq"] for frame in frames[2:-1]] == list(range(5, head + 1))


async def test_a_client_that_missed_nothing_is_told_so(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    whole_day(floor.script)
    await floor.play(*floor.script.entries)

    listener = await greet(client, resume={"from_seq": floor.hub.head_seq + 1})

    assert [frame["type"] for frame in await listener.until("replay.end")] == ["welcome", "replay.begin", "replay.end"]


@pytest.mark.parametrize(("from_seq", "reason"), [(1, "too_old"), (5_000, "ahead")])
async def test_a_number_that_cannot_be_resumed_from_gives_a_snapshot(
    floor: Floor, serve: Serve, from_seq: int, reason: str
) -> None:
    floor.settings = replace(floor.settings, ring_length=5)
    client = await serve(floor)
    whole_day(floor.script)
    await floor.play(*floor.script.entries)

    listener = await greet(client, resume={"from_seq": from_seq})
    frames = await listener.until("snapshot")

    assert frames[1]["data"] == {"reason": reason, "snapshot_seq": floor.hub.head_seq}


async def test_resuming_over_a_restart_gives_the_same_events(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    whole_day(floor.script)
    await floor.play(*floor.script.entries)
    before = (await (await greet(client, resume={"from_seq": 1})).until("replay.end"))[2:-1]
    await floor.hub.write()

    client = await serve(floor)
    after = (await (await greet(client, resume={"from_seq": 1})).until("replay.end"))[2:-1]

    assert len(before) == floor.hub.head_seq
    assert after == before


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

    starts = (1, 50, 150, 199)
    loading = asyncio.create_task(load())
    heard = await asyncio.gather(*(listen(start) for start in starts))
    await loading

    for start, seqs in zip(starts, heard, strict=True):
        assert seqs == list(range(start, total + 1))


async def test_a_desk_hears_only_its_own_agent(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    whole_day(floor.script)
    await floor.play(*floor.script.entries)

    listener = await greet(client, "ann", resume={"from_seq": 1})
    frames = (await listener.until("replay.end"))[2:-1]

    types = [frame["type"] for frame in frames]
    assert {frame["data"]["agent_id"] for frame in frames} == {"ann"}
    assert types.count("call.offered") == 1
    assert "call.created" not in types


async def test_types_can_be_chosen(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    whole_day(floor.script)
    await floor.play(*floor.script.entries)

    listener = await greet(
        client, topics=["queue:sales"], filter={"types": ["call.offered", "call.ended"]}, resume={"from_seq": 1}
    )
    frames = (await listener.until("replay.end"))[2:-1]

    assert [frame["type"] for frame in frames] == ["call.offered", "call.ended", "call.offered", "call.ended"]


async def test_without_the_right_to_see_them_numbers_are_masked_and_nothing_personal_is_shown(
    floor: Floor, serve: Serve
) -> None:
    client = await serve(floor)
    open_floor(floor.script)
    answered_call(floor.script)
    await floor.play(*floor.script.entries)

    listener = await greet(client, "wall", resume={"from_seq": 1})
    frames = await listener.until("replay.end")

    offered = next(frame["data"] for frame in frames if frame["type"] == "call.offered")
    assert offered["ani"] == {"e164": "+6281xxxxxxx90", "raw": "08123xxxxx90", "privacy": "masked"}
    assert (offered["name"], offered["ivr_attributes"], offered["pop"]) == ("", {}, None)
    assert "Budi" not in str(frames)
    assert "K-77" not in str(frames)


async def test_an_erased_caller_is_erased_in_what_is_replayed_too(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    open_floor(floor.script)
    answered_call(floor.script)
    await floor.play(*floor.script.entries)
    first = await (await greet(client, resume={"from_seq": 1})).until("replay.end")

    floor.contacts.erase(InteractionId("c1-1"))
    second = await (await greet(client, resume={"from_seq": 1})).until("replay.end")

    assert NUMBER in str(first)
    assert NUMBER not in str(second)
    offered = next(frame["data"] for frame in second if frame["type"] == "call.offered")
    assert offered["ani"]["privacy"] == "erased"


async def test_a_caller_of_an_earlier_run_is_looked_up(floor: Floor, serve: Serve) -> None:
    floor.contacts.erase(InteractionId("c1-1"))
    floor.contacts.older[InteractionId("c1-1")] = contact("c1-1", number="+62211500169")
    client = await serve(floor)
    await floor.play(floor.script.entry(created("c1-1")))

    frames = await (await greet(client, resume={"from_seq": 1})).until("replay.end")

    assert frames[2]["data"]["ani"]["e164"] == "+62211500169"


async def test_the_snapshot_shows_calls_with_their_numbers(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    open_floor(floor.script)
    await floor.play(*floor.script.entries, floor.script.entry(created("c1-1")), floor.script.entry(queued("c1-1")))

    shown = (await (await greet(client)).until("snapshot"))[-1]["data"]
    masked = (await (await greet(client, "wall")).until("snapshot"))[-1]["data"]

    assert (shown["calls"][0]["phase"], shown["calls"][0]["ani"]["e164"]) == ("waiting", NUMBER)
    assert shown["queues"][0]["counts"]["waiting"] == 1
    assert masked["calls"][0]["ani"]["privacy"] == "masked"


async def test_a_client_that_acknowledges_is_sent_no_more_than_its_window(floor: Floor, serve: Serve) -> None:
    floor.settings = replace(floor.settings, unacked_max=4)
    client = await serve(floor)
    whole_day(floor.script)
    await floor.play(*floor.script.entries)

    listener = await greet(client, resume={"from_seq": 1}, ack="batch")
    got = [await listener.frame() for _ in range(6)]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(listener.socket.receive(), 0.05)
    await listener.socket.send_json({"v": 1, "type": "ack", "seq": 3})
    got += [await listener.frame() for _ in range(3)]

    assert [frame["seq"] for frame in got[2:]] == [1, 2, 3, 4, 5, 6, 7]


async def test_a_client_that_does_not_acknowledge_is_let_go_and_resumes(floor: Floor, serve: Serve) -> None:
    floor.settings = replace(floor.settings, unacked_max=2, pending_max=5)
    client = await serve(floor)
    listener = await greet(client, ack="batch")
    await listener.until("snapshot")
    await eventually(lambda: floor.hub.listener_count == 1)
    for number in range(20):
        await floor.play(floor.script.entry(created(f"c{number}-1")))
        await asyncio.sleep(0)

    error = (await listener.until("error"))[-1]
    assert error["data"]["code"] == "too_slow"
    assert await listener.closed() == 4429
    assert floor.hub.listener_count == 0
    frames = await (await greet(client, resume={"from_seq": 3})).until("replay.end")
    assert [frame["seq"] for frame in frames[2:-1]] == list(range(3, 21))


async def test_a_client_that_does_not_read_is_let_go_and_others_are_not_held_up(floor: Floor, serve: Serve) -> None:
    floor.settings = replace(floor.settings, pending_max=200, close_ms_max=50)
    client = await serve(floor)
    # A bare stream: it takes in a little by itself, and then nothing until somebody reads.
    reader, writer = await asyncio.open_connection(client.host, client.port)
    hello = b'{"v":1,"type":"hello","client":"stuck","versions":[1]}'
    writer.write(
        b"GET /cti/v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: Bearer crm\r\n\r\n"
    )
    assert b" 101 " in await reader.readline()
    # One masked text frame; a mask of zeros leaves the text as it is.
    writer.write(bytes([0x81, 0x80 | len(hello), 0, 0, 0, 0]) + hello)
    await eventually(lambda: floor.hub.listener_count == 1)

    for first in range(0, 60_000, 100):
        await floor.play(*(floor.script.entry(created(f"c{first + each}-1")) for each in range(100)))
        await asyncio.sleep(0)
        if not floor.hub.listener_count:
            break

    assert floor.hub.listener_count == 0
    lively = await greet(client, resume={"from_seq": floor.hub.head_seq - 2})
    assert len(await lively.until("replay.end")) == 6
    writer.close()


async def test_a_silent_time_is_filled_with_heartbeats_that_may_be_resumed_after(floor: Floor, serve: Serve) -> None:
    floor.settings = replace(floor.settings, heartbeat_ms=50)
    client = await serve(floor)
    listener = await greet(client, topics=["agent:ann"])
    await listener.until("snapshot")
    await floor.play(floor.script.entry(created("c1-1")), floor.script.entry(created("c2-1")))

    beats = [await listener.frame() for _ in range(3)]

    assert {frame["type"] for frame in beats} == {"heartbeat"}
    assert beats[-1]["data"]["seq"] == 2


async def test_at_the_end_clients_are_told_to_come_back(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    listener = await greet(client)
    await listener.until("snapshot")

    closing = asyncio.create_task(client.server.close())

    assert await listener.closed() == 1001
    await closing


async def test_a_client_that_vanishes_leaves_nothing_behind(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    listener = await greet(client)
    await listener.until("snapshot")
    await eventually(lambda: floor.hub.listener_count == 1)

    await listener.socket.close()

    await eventually(lambda: not floor.hub.listener_count)
    again = await connect(client)
    await again.socket.close()


async def test_a_contact_book_that_fails_ends_the_socket_and_nothing_else(floor: Floor, serve: Serve) -> None:
    client = await serve(floor)
    listener = await greet(client)
    await listener.until("snapshot")
    floor.contacts.broken = True

    await floor.play(floor.script.entry(created("c1-1")))

    assert await listener.closed() == 1011
    floor.contacts.broken = False
    assert len(await (await greet(client, resume={"from_seq": 1})).until("replay.end")) == 4


async def test_what_was_not_asked_for_may_be_acknowledged_with_the_end_of_the_replay(
    floor: Floor, serve: Serve
) -> None:
    client = await serve(floor)
    whole_day(floor.script)
    await floor.play(*floor.script.entries)
    listener = await greet(client, topics=["agent:ann"], resume={"from_seq": 1}, ack="batch")
    end = (await listener.until("replay.end"))[-1]["data"]["seq"]

    await listener.socket.send_json({"v": 1, "type": "ack", "seq": end})
    await listener.socket.send_json({"v": 1, "type": "unknown"})

    assert end == floor.hub.head_seq
    assert (await listener.frame())["data"]["code"] == "unknown_type"
