"""What the database gives back: journal rows and checkpoints, whatever has become of them."""

import asyncio
import json
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from acd.core.engine import Engine
from kernel.entry import ENGINE_STREAM
from kernel.instants import Instant
from sambut.checkpoints import FORMAT, Checkpoint, newest_checkpoint
from store.checkpoints import StoreCheckpoints, StoredCheckpoint
from store.fact_json import FactJson, FactJsonError, interactions_of
from tests.cti.fakes import MemoryCtiLog
from tests.fuzz.target import Feed, Target
from tests.sambut.bare_program import Kit, random_entries
from tests.store.samples import GOLDEN

SEQ = 7
CODEC = FactJson()


class Shelf(StoreCheckpoints):
    """One checkpoint, whose digest is right."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def newest_first(self) -> Sequence[StoredCheckpoint]:
        return [StoredCheckpoint(seq=SEQ, made_at=Instant(0), format=FORMAT, body=self._body)]


def take(data: bytes) -> None:
    """The first byte chooses what is read."""
    feed = Feed(data)
    match feed.number(5):
        case 0:
            _row(feed.rest().decode("utf-8", "surrogateescape"))
        case 1:
            _facts(feed.rest().decode("utf-8", "surrogateescape"))
        case 2:
            asyncio.run(_checkpoint(zlib.compress(feed.rest(), 1)))
        case 3:
            asyncio.run(_checkpoint(feed.rest()))
        case _:
            asyncio.run(_checkpoint(zlib.compress(_bent(feed), 1)))


def _bent(feed: Feed) -> bytes:
    """A true checkpoint in which a few things were taken away, or stand where others belong."""
    whole = json.loads(some_checkpoint())
    for _ in range(1 + feed.number(4)):
        place = whole
        while (children := _children(place)) and feed.number(6):
            key = children[feed.number(len(children))]
            if not _children(place[key]) or not feed.number(3):
                break
            place = place[key]
        children = _children(place)
        if children:
            _bend(place, children[feed.number(len(children))], feed)
    return json.dumps(whole).encode()


def _children(place: Any) -> list[Any]:
    if isinstance(place, dict):
        return list(place)
    return list(range(len(place))) if isinstance(place, list) else []


def _bend(place: Any, key: Any, feed: Feed) -> None:
    match feed.number(5):
        case 0:
            del place[key]
        case 1:
            place[key] = place[_children(place)[feed.number(len(place))]]
        case 2:
            place[key] = feed.number(256)
        case 3:
            place[key] = feed.part().decode("latin-1")
        case _:
            place[key] = None


def _row(text: str) -> None:
    try:
        value = CODEC.load(text)
    except FactJsonError:
        return
    assert CODEC.load(CODEC.dump(value)) == value
    interactions_of(value)


def _facts(text: str) -> None:
    try:
        values = CODEC.load_all(text)
    except FactJsonError:
        return
    assert CODEC.load_all(CODEC.dump_all(values)) == values


async def _checkpoint(body: bytes) -> None:
    seq, checkpoint = await newest_checkpoint(Shelf(body), SEQ)
    if checkpoint is None:
        assert seq == 0
        return
    assert seq == SEQ
    engine = Engine()
    engine.resume(checkpoint.engine)
    engine.next_deadline()
    assert msgspec.json.decode(msgspec.json.encode(checkpoint), type=Checkpoint) == checkpoint


@cache
def some_checkpoint() -> bytes:
    """What is known after the first steps of a random day."""
    kit, engine = Kit(Path(), MemoryCtiLog()), Engine()
    for entry in random_entries(11, 30):
        for follower in (kit.floor, kit.numbers, kit.hub):
            follower.on_entry(entry)
        if entry.stream == ENGINE_STREAM:
            engine.fold(entry.facts, entry.at)  # type: ignore[arg-type]  # the engine's own stream
    kit.close()
    return msgspec.json.encode(kit.checkpoint(engine.checkpoint()))


def seeds() -> Iterator[bytes]:
    """Every class of the journal, and a checkpoint."""
    checkpoint = some_checkpoint()
    golden = json.loads(GOLDEN.read_text("utf-8"))
    for line in golden.values():
        yield b"\0" + json.dumps(line).encode()
    yield b"\1" + json.dumps(list(golden.values())[:3]).encode()
    yield b"\2" + checkpoint
    yield b"\3" + zlib.compress(checkpoint, 1)
    for number in range(8):
        yield bytes([4, number, 5, number, 2, 1, number, 4, 1, 2, 3])


TARGET = Target(take=take, seeds=seeds, bytes_max=30_000)
