"""However long the journal is, a restart is short: it goes on from a checkpoint, and finds its callers (CAP-3, DR-b)."""

import json
from pathlib import Path
from typing import Any

import pytest

from acd.core.engine import Engine
from acd.recovery import recover
from kernel.entry import ENGINE_STREAM, Entry
from sambut.checkpoints import EVERY_ENTRIES
from sambut.storage import open_storage
from tests.acd import makers as m
from tests.e2e.floor import eventually
from tests.e2e.house import House, open_house

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(150)]

CALLS = 10_000
PER_APPEND = 2_000


async def test_after_a_day_of_calls_a_killed_program_is_back_as_soon_as_ever(tmp_path: Path) -> None:
    async with open_house(tmp_path, engine={"survivable_after_s": 60}, log={"format": "json"}) as house:
        _, talking = await house.begin_talk("a1", "phone-1")
        await house.call("0812000003", tone_hz=700)
        waits = await house.newcomer([])
        await house.kill()
        last_seq = await _a_day_passes(house)

        # There is no checkpoint of that day yet: read whole, this once.
        await house.up()
        assert (await _folded(house))[0] < last_seq - 3 * CALLS
        await _keeps_a_checkpoint(house, beyond=last_seq)
        await house.kill()
        await house.up(within_s=10)

        checkpoint_seq, folded_seq = await _folded(house)
        assert folded_seq >= last_seq
        assert folded_seq - checkpoint_seq < EVERY_ENTRIES
        assert await house.live_calls() == {talking: "talking", waits: "waiting"}
        assert await house.line() == [waits]
        await house.phones.hang_up("phone-1")
        row = await house.ended(talking)
        assert (row["disposition"], row["agent_id"]) == ("answered", "a1")
        assert (await house.recording(talking))["agent_id"] == "a1"
        numbers = await house.event_numbers()
        assert numbers == list(range(1, numbers[-1] + 1))


async def _a_day_passes(house: House) -> int:
    """Callers come and hang up, in the journal alone and in no time, so that no talk grows longer by it; its last number."""
    async with open_storage(house.settings) as storage:
        engine = Engine()
        seq = await recover(storage.journal, engine)
        entries: list[Entry] = []
        for number in range(CALLS):
            for given in (m.arrived(f"day-{number}"), m.TIME, m.hung_up(f"day-{number}")):
                seq += 1
                facts = engine.handle(given, engine.now)
                entries.append(Entry(seq=seq, at=engine.now, stream=ENGINE_STREAM, given=given, facts=facts))
            if len(entries) > PER_APPEND or number == CALLS - 1:
                await storage.journal.append(entries)
                entries = []
        return seq


def _said(house: House, event: str) -> list[dict[str, Any]]:
    lines = (house.folder / "program.log").read_text(encoding="utf-8").splitlines()
    return [said for line in lines if line.startswith("{") and (said := json.loads(line))["event"] == event]


async def _folded(house: House) -> tuple[int, int]:
    """Of the last start: the checkpoint's entry, and the last that was read after it."""
    said = _said(house, "journal folded")[-1]
    return said["checkpoint_seq"], said["last_seq"]


async def _keeps_a_checkpoint(house: House, *, beyond: int) -> None:
    async def look() -> bool | None:
        return any(said["seq"] >= beyond for said in _said(house, "checkpoint kept")) or None

    await eventually(look, within_s=20, what="a checkpoint kept")
