"""What runs, and what a running program says of itself."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from sambut.doctor.findings import Level
from sambut.doctor.port_owners import Ours
from sambut.doctor.running import look_at_running
from sambut.health import Check, Health, Probe
from sambut.settings import Settings
from tests.sambut.doctor.changes import change

RUNS = Ours(program_pid=os.getpid(), asterisk_pid=None)


@asynccontextmanager
async def serving(settings: Settings, app: web.Application) -> AsyncIterator[None]:
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, settings.http.host, settings.http.port).start()
    yield
    await runner.cleanup()


def saying(wrong: str | None) -> Check:
    return lambda: wrong


def program(**problems: str | None) -> web.Application:
    app = web.Application()
    Health([Probe(name=name, check=saying(wrong)) for name, wrong in problems.items()]).mount(app)
    return app


async def test_a_program_that_does_not_run_is_not_asked(settings: Settings) -> None:
    (found,) = await look_at_running(settings, Ours(program_pid=None, asterisk_pid=7))

    assert (found.level, found.what) == (Level.OK, "the program does not run, Asterisk runs (process 7)")


async def test_of_an_asterisk_that_somebody_else_runs_nothing_is_said(settings: Settings) -> None:
    external = change(settings, "asterisk", mode="external")
    (found,) = await look_at_running(external, Ours(program_pid=None, asterisk_pid=None))

    assert found.what == "the program does not run"


async def test_a_program_that_is_well_says_so(settings: Settings) -> None:
    async with serving(settings, program(journal=None)):
        _, found = await look_at_running(settings, RUNS)

    assert found.level is Level.OK


async def test_everything_that_a_program_lacks_is_told(settings: Settings) -> None:
    async with serving(settings, program(journal="no answer", fastagi=None, asterisk="a link is down")):
        _, *found = await look_at_running(settings, RUNS)

    assert [(one.level, one.what) for one in found] == [
        (Level.WRONG, "the program says that journal is not well: no answer"),
        (Level.WRONG, "the program says that asterisk is not well: a link is down"),
    ]


async def test_a_program_that_runs_and_does_not_answer_is_wrong(settings: Settings) -> None:
    _, found = await look_at_running(settings, RUNS)

    assert found.level is Level.WRONG
    assert "(ClientConnectorError)" in found.what


@pytest.mark.parametrize("body", ["", "<html>", '{"problems": 3}'])
async def test_something_else_that_answers_is_wrong(settings: Settings, body: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=body)

    app = web.Application()
    app.router.add_get("/health/ready", answer)
    async with serving(settings, app):
        _, found = await look_at_running(settings, RUNS)

    assert found.level is Level.WRONG
