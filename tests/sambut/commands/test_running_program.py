"""apply and export with a program running: over its own API, with the secrets file's token."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from cti.app import make_app
from cti.ports import CentreProblem, CentreResult
from cti.settings import CtiSettings
from sambut.commands.list_keeper import open_lists
from sambut.commands.office import open_office
from sambut.commands.outcome import OfficeClosed, Outcome
from sambut.secrets_file import SecretsFile
from sambut.settings import Http, Paths, Settings
from sambut.storage import ADMIN_SECRET
from tests.cti.conftest import Floor
from tests.cti.fakes import FakeOffice, FakeTokens


async def serve(app: web.Application, port: int) -> TestServer:
    server = TestServer(app, port=port)
    await server.start_server()
    return server


@pytest.fixture
def settings(tmp_path: Path, free_port: int) -> Settings:
    return Settings(base_dir=tmp_path, http=Http(port=free_port), paths=Paths(data_dir="data"))


@pytest.fixture
def floor(settings: Settings, tmp_path: Path) -> Floor:
    token = SecretsFile(settings.secrets_file).ensure([ADMIN_SECRET])[ADMIN_SECRET]
    cti_settings = CtiSettings(tenant="169", recordings_folder=tmp_path, close_ms_max=200)
    return Floor(settings=cti_settings, tokens=FakeTokens(**{token: "admin lists"}))


@pytest.fixture
async def program(floor: Floor, settings: Settings) -> AsyncIterator[FakeOffice]:
    """The API of a program, and the centre behind it."""
    await floor.start()
    server = await serve(make_app(floor.room()), settings.http.port)
    yield floor.office
    await server.close()


async def test_a_running_program_is_asked_and_not_the_database(program: FakeOffice, settings: Settings) -> None:
    async with open_office(settings) as office:
        assert await office.current() == program.text
        asked = await office.apply("name = 'new'", dry_run=True)
        assert asked == Outcome(applied=False, difference=("name changes",), problems=())
        assert program.text != "name = 'new'"

        done = await office.apply("name = 'new'", dry_run=False)

    assert done.applied
    assert program.text == "name = 'new'"
    assert not (settings.data_dir / "sambut.sqlite3").exists()


async def test_the_programs_errors_are_shown_by_line(program: FakeOffice, settings: Settings) -> None:
    async with open_office(settings) as office:
        refused = await office.apply("wrong", dry_run=True)

    assert not refused.applied
    assert refused.problems == ("line 3: queues.sales: unknown skill; define the skill",)


class RefusedBySwitch(FakeOffice):
    """A centre that reads well and that Asterisk does not take."""

    async def apply(self, text: str, dry_run: bool) -> CentreResult:
        problem = CentreProblem(line=0, where="Asterisk", what="an endpoint is missing", how="nothing was changed")
        return CentreResult(applied=False, difference=(), problems=(problem,))


async def test_what_does_not_stand_in_the_file_is_shown_without_a_line(floor: Floor, settings: Settings) -> None:
    floor.office = RefusedBySwitch()
    await floor.start()
    server = await serve(make_app(floor.room()), settings.http.port)
    try:
        async with open_office(settings) as office:
            refused = await office.apply("x", dry_run=False)
    finally:
        await server.close()

    assert refused.problems == ("Asterisk: an endpoint is missing; nothing was changed",)


async def test_a_program_that_does_not_know_our_token_is_told(program: FakeOffice, settings: Settings) -> None:
    settings.secrets_file.unlink()
    SecretsFile(settings.secrets_file).ensure([ADMIN_SECRET])

    async with open_office(settings) as office:
        with pytest.raises(OfficeClosed, match="does not know the token"):
            await office.apply("x", dry_run=False)


async def test_without_a_token_a_program_is_not_bypassed(program: FakeOffice, settings: Settings) -> None:
    settings.secrets_file.unlink()

    with pytest.raises(OfficeClosed, match=r"has no token api\.admin"):
        async with open_office(settings):
            raise AssertionError("nothing may be opened")


async def test_secrets_that_others_can_read_are_not_used(program: FakeOffice, settings: Settings) -> None:
    settings.secrets_file.chmod(0o644)

    with pytest.raises(OfficeClosed, match="chmod 600"):
        async with open_office(settings):
            raise AssertionError("nothing may be opened")


async def test_another_program_on_the_port_is_told(floor: Floor, settings: Settings) -> None:
    server = await serve(web.Application(), settings.http.port)
    try:
        async with open_office(settings) as office:
            with pytest.raises(OfficeClosed, match="is not this program"):
                await office.current()
            with pytest.raises(OfficeClosed, match="is not this program"):
                await office.apply("x", dry_run=False)
    finally:
        await server.close()


async def test_a_program_that_goes_away_in_between_is_told(floor: Floor, settings: Settings) -> None:
    await floor.start()
    server = await serve(make_app(floor.room()), settings.http.port)

    async with open_office(settings) as office:
        await server.close()
        with pytest.raises(OfficeClosed, match="did not answer"):
            await office.apply("x", dry_run=False)


@pytest.mark.usefixtures("program")
async def test_lists_of_a_running_program_are_asked_over_its_api(settings: Settings) -> None:
    async with open_lists(settings) as lists:
        assert list(await lists.show()) == []
        for name in ("vip", "../centre?x=1"):
            with pytest.raises(OfficeClosed, match="refused: There is no"):
                await lists.import_csv(name, b"number\n", replaces=False, dry_run=False)

    assert not (settings.data_dir / "sambut.sqlite3").exists()
