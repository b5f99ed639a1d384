"""The whole examination of a program that does not run, and what a start refuses."""

from pathlib import Path

import pytest

from kernel.instants import Instant
from sambut.doctor.examination import NotStartable, examine, refuse_hopeless_start
from sambut.doctor.findings import all_wrong
from sambut.one_program import AlreadyRunning, hold_place
from sambut.program import NoCentre, run_program
from sambut.secrets_file import SecretsFile
from sambut.settings import Settings
from sambut.storage import open_storage
from tests.sambut.doctor.changes import CENTRE, change
from tests.sambut.doctor.conftest import Installed


async def save(settings: Settings) -> None:
    async with open_storage(settings) as storage:
        await storage.directory.save(CENTRE, Instant(0))
    SecretsFile(settings.secrets_file).ensure(["trunk.carrier"])


def everything_in(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in folder.rglob("*")
    }


async def test_a_program_that_can_be_started_is_well_and_nothing_is_touched(settings: Settings, tmp_path: Path) -> None:
    await save(settings)
    before = everything_in(tmp_path)

    found = await examine(settings)

    assert all_wrong(found) == []
    assert "the program does not run, Asterisk does not run" in [finding.what for finding in found]
    assert everything_in(tmp_path) == before
    assert (await refuse_hopeless_start(settings, CENTRE)).version == "22.10.1"


async def test_everything_wrong_is_told_at_once(settings: Settings, installed: Installed) -> None:
    installed.says("Asterisk 18.0.0")
    (installed.modules / "res_agi.so").unlink()
    settings = change(settings, "asterisk", sounds="nowhere", bind_address="203.0.113.7", sip_tcp_port=0)
    settings = change(settings, "recording", free_disk_bytes_min=10**18)

    wheres = [finding.where.rpartition("/")[2] for finding in all_wrong(await examine(settings))]

    assert wheres == [
        "centre", "asterisk", "res_agi.so", "asterisk.sip_udp_port", "asterisk.sounds", "recording.free_disk_bytes_min",
    ]  # fmt: skip
    with pytest.raises(NotStartable) as refused:
        await refuse_hopeless_start(settings, CENTRE)
    # The carrier's password as well, now that there is a centre; but not the room, which only recordings need.
    assert len(str(refused.value).splitlines()) == 5


async def start(settings: Settings) -> None:
    async with run_program(settings, stop_asterisk=True):
        raise AssertionError("it must not start")


async def test_a_start_without_a_centre_is_refused(settings: Settings) -> None:
    with pytest.raises(NoCentre, match="`sambut apply FILE` makes one"):
        await start(settings)


async def test_a_start_without_asterisk_is_refused(settings: Settings) -> None:
    await save(settings)

    with pytest.raises(NotStartable, match="no record of an Asterisk; run `make setup` once"):
        await start(change(settings, "asterisk", record="none.json"))


async def test_a_start_without_the_carriers_password_is_refused_and_none_is_made_up(settings: Settings) -> None:
    await save(settings)
    settings.secrets_file.unlink()

    with pytest.raises(
        NotStartable, match=r"secrets\.toml: the carrier's password is missing: trunk\.carrier; add the line"
    ):
        await start(settings)
    assert not settings.secrets_file.exists()


async def test_a_start_with_secrets_that_others_can_read_is_refused(settings: Settings) -> None:
    await save(settings)
    settings.secrets_file.chmod(0o644)

    with pytest.raises(NotStartable, match=r"secrets\.toml: its mode is 644, so others can use it; run: chmod 600"):
        await start(settings)


async def test_a_start_beside_another_with_the_same_data_is_refused(settings: Settings) -> None:
    await save(settings)

    with hold_place(settings), pytest.raises(AlreadyRunning):
        await start(settings)
    assert not settings.run_dir.exists()
