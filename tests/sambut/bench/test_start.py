"""What the benchmark of starts puts into the journal is what calls would have left there."""

from collections import Counter
from pathlib import Path

import pytest

from acd.core import facts
from acd.core.engine import Engine
from acd.core.invariants import broken
from acd.recovery import recover
from centre.to_inputs import Configured, configured, inputs_between
from kernel.entry import ENGINE_STREAM, Entry
from sambut.bench.start import fill
from sambut.bench.ways import Ground, make_ground
from sambut.storage import open_storage
from tests.acd.floor import NOON


async def configured_journal(ground: Ground) -> int:
    """The journal of a program that has only been told of its centre."""
    engine = Engine()
    async with open_storage(ground.settings) as storage:
        given = inputs_between(Configured(queues={}, agents={}, devices={}), configured(ground.centre))
        entries = [
            Entry(seq=seq, at=NOON, stream=ENGINE_STREAM, given=one, facts=engine.handle(one, NOON))
            for seq, one in enumerate(given, start=1)
        ]
        await storage.journal.append(entries)
    return len(entries)


@pytest.mark.slow  # a new database, opened four times
async def test_the_journal_grows_to_its_length_by_calls_that_were_queued_and_ended(tmp_path: Path) -> None:
    ground = make_ground(tmp_path, agents=1, queues=1)
    before = await configured_journal(ground)

    assert await fill(ground, before + 30) == before + 30
    assert await fill(ground, before + 7) == before + 30  # long enough already

    engine, kinds = Engine(), Counter[type]()

    async def hear(entry: Entry) -> None:
        kinds.update(map(type, entry.facts))

    async with open_storage(ground.settings) as storage:
        await recover(storage.journal, engine, hear=hear)
    assert broken(engine.state) == ()
    assert (kinds[facts.InteractionQueued], kinds[facts.InteractionEnded], kinds[facts.InputRefused]) == (10, 10, 0)
