"""The program dies of a failure, not by anybody's wish: the next one finds Asterisk and its calls (CAP-3, DR-b)."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from acd.core.inputs import DevicePresenceSeen
from acd.ports import DoorClosed
from kernel.entry import FLOW_STREAM, Entry
from kernel.ids import DeviceId
from kernel.instants import Instant
from sambut.program import run_program
from store.journal import StoreJournal
from tests.e2e.floor import is_ready, put_centre, settings_in

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]


async def test_a_program_that_fails_leaves_asterisk_to_the_next_whatever_it_was_to_do_at_its_end(
    tmp_path: Path,
) -> None:
    settings = settings_in(tmp_path)
    await put_centre(settings)
    async with run_program(settings, stop_asterisk=True) as running:
        await is_ready(running)
        asterisk_pid = running.exchange.process.pid
        # Another writer has taken the next number: the program can write nothing any more.
        other = StoreJournal(running.storage.database)
        seq = await other.last_seq() + 1
        await other.append([Entry(seq=seq, at=Instant(1), stream=FLOW_STREAM, given=None, facts=())])
        with suppress(DoorClosed):
            await running.distributor.submit(
                DevicePresenceSeen(device_id=DeviceId("phone-1"), reachable=True, in_use=True)
            )
        await asyncio.wait([running.tasks], timeout=5)
        assert running.tasks.done()

    async with run_program(settings, stop_asterisk=True) as again:
        await is_ready(again)
        assert again.exchange.process.pid == asterisk_pid is not None
