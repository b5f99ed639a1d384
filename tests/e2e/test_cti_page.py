"""The worked example of docs/cti.md does what the page says, as it stands there (CTI-t)."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from phones.caller_script import CallerScript
from phones.plans import PicksUp
from sambut.settings import Crm
from tests.e2e.crm import new_token
from tests.e2e.floor import CallFloor, open_floor, settings_in
from tests.e2e.quick_number import QUICK, with_quick_number

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cti.md"
LINE_S_MAX = 10


class Client:
    """The example, running."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def line(self) -> list[str]:
        """The next line it prints, in words."""
        assert self._process.stdout is not None
        async with asyncio.timeout(LINE_S_MAX):
            return (await self._process.stdout.readline()).decode().split()


def example() -> str:
    """The page's Python."""
    (found,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return str(found)


@asynccontextmanager
async def client(floor: CallFloor, token: str) -> AsyncIterator[Client]:
    """A client that is killed at the end, without a word."""
    http = floor.running.settings.http
    more = {"SAMBUT_CTI": f"http://{http.host}:{http.port}/cti/v1/ws", "SAMBUT_TOKEN": token}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", example(), stdout=asyncio.subprocess.PIPE,
        env=os.environ | more | {"SAMBUT_PLACE": str(floor.folder / "place")},
    )  # fmt: skip
    try:
        yield Client(process)
    finally:
        process.kill()
        await process.wait()


async def test_the_example_opens_and_logs_and_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    settings = msgspec.structs.replace(
        settings_in(tmp_path), crm=Crm(pop_url="https://crm.example.id/open?key={key}&call={call_id}")
    )
    async with open_floor(tmp_path, rewrite=with_quick_number, settings=settings) as floor:
        token = (await new_token(floor.running, "read", "pii"))[1]
        await floor.seat("a1", "phone-1")
        await floor.phones.behave("phone-1", PicksUp(after_ms=300))
        async with client(floor, token) as crm:
            async with asyncio.timeout(10):
                while not (tmp_path / "place").exists():  # noqa: ASYNC110  # another process writes it
                    await asyncio.sleep(0.02)
            call = await floor.callers.start(CallerScript(number="081234567890", did=QUICK))
            opened = await crm.line()
        await floor.until("a1", "talking")  # who hangs up when the phone is picked up, but not yet joined, has given up
        call.hang_up()
        await call.outcome()
        async with client(floor, token) as crm:
            logged = await crm.line()
            # At least once: it may have been killed after its work and before it had written that down.
            while logged == opened:
                logged = await crm.line()

    call_id = opened[2].removesuffix("-r1")
    assert opened == ["open", "a1", f"{call_id}-r1", f"https://crm.example.id/open?key=K-77&call={call_id}"]
    assert logged[:3] == ["log", call_id, "answered"]
