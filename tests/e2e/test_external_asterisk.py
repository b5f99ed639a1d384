"""An Asterisk that somebody else starts and stops, and that the program only joins."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from phones.caller_script import CallerScript
from phones.crowd import AgentPhones
from phones.events import Answered, Ended
from phones.plans import PicksUp
from sambut.asterisk_site import read_program
from sambut.program import run_program
from sambut.settings import Settings
from tests.e2e.floor import CallFloor, eventually, is_ready, put_centre, settings_in, trunk_callers
from tests.e2e.quick_number import QUICK, with_quick_number
from tests.e2e.shell import sambut, write_settings

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

CALLER_HZ = 440


@contextlib.asynccontextmanager
async def somebodys_asterisk(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """Started as the operations page says, from the configuration that the program has written."""
    conf = settings.run_dir / "asterisk" / "etc" / "asterisk.conf"

    async def written() -> bool | None:
        return conf.exists() or None

    await eventually(written, within_s=10, what="the configuration")
    words = [*read_program(settings).words, "-C", str(conf), "-f", "-n"]
    silent = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*words, stdin=silent, stdout=silent, stderr=silent)
    try:
        yield process
    finally:
        process.terminate()
        await process.wait()


async def test_the_program_joins_leaves_and_joins_again_an_asterisk_that_is_not_its_own(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings = msgspec.structs.replace(settings, asterisk=msgspec.structs.replace(settings.asterisk, mode="external"))
    file = write_settings(settings, tmp_path / "sambut.toml")
    await put_centre(settings, rewrite=with_quick_number)
    async with contextlib.AsyncExitStack() as opened:
        phones = await opened.enter_async_context(AgentPhones())
        callers = await opened.enter_async_context(trunk_callers(settings, tmp_path))
        async with run_program(settings, stop_asterisk=True) as running:
            assert await running.health.problems() != {}
            asterisk = await opened.enter_async_context(somebodys_asterisk(settings))
            await is_ready(running)
            floor = CallFloor(running=running, phones=phones, callers=callers, folder=tmp_path)
            await floor.seat("a1", "phone-1")
            await phones.behave("phone-1", PicksUp(after_ms=100))
            call = await callers.start(CallerScript(number="081234567890", did=QUICK, tone_hz=CALLER_HZ))
            await phones.wait_for(Answered, device="phone-1", within_ms=10_000)

        # Even --stop-asterisk does not end what is not ours; and what is applied meanwhile waits for the next start.
        assert asterisk.returncode is None
        text = (await sambut(file, "export")).out
        (tmp_path / "centre.toml").write_text(text + '\n[[devices]]\nid = "phone-7"\nname = "Meja 7"\n')
        assert (await sambut(file, "apply", str(tmp_path / "centre.toml"), "--yes")).code == 0

        async with run_program(settings, stop_asterisk=True) as running:
            await is_ready(running)
            floor = CallFloor(running=running, phones=phones, callers=callers, folder=tmp_path)
            assert floor.state_of("a1") == "talking"
            await floor.seat("a2", "phone-7", ready=False)
            call.hang_up()
            await call.outcome()
            heard = (await phones.wait_for(Ended, device="phone-1", within_ms=10_000)).heard
            row = await floor.row_of_call_to(QUICK)
        assert asterisk.returncode is None
    assert heard is not None
    assert heard.heard_ms_of(CALLER_HZ) > heard.duration_ms - 1500
    assert row.agent_id == "a1"
