"""The machine: its clock, its name, its folders."""

import os
from pathlib import Path

import pytest

from kernel.instants import Instant
from sambut.doctor.clock import EARLIEST, look_at_clock
from sambut.doctor.findings import Finding, Level
from sambut.doctor.folders import look_at_folders
from sambut.doctor.host_name import look_at_host_name
from sambut.settings import Settings
from tests.sambut.doctor.changes import CENTRE, centre_with, change

NOW = Instant(EARLIEST + 86_400_000)


def clock(now: Instant = NOW, last_at: Instant | None = None, *, is_kept: bool | None = True) -> Finding:
    found = look_at_clock(now, last_at, None, lambda: is_kept)
    assert len(found) == 1
    return found[0]


def test_a_clock_that_is_kept_and_behind_nothing_is_fine() -> None:
    assert clock(last_at=Instant(NOW - 1)).level is Level.OK
    assert clock().what == "2026-11-02 00:00:00 UTC, kept by a time server"
    assert clock(is_kept=None).what == "2026-11-02 00:00:00 UTC"


def test_a_clock_that_nobody_keeps_is_worth_a_look() -> None:
    assert clock(is_kept=False).level is Level.WARNING


def test_a_clock_before_the_program_was_made_is_wrong() -> None:
    found = clock(Instant(0))

    assert (found.level, found.what) == (Level.WRONG, "it shows 1970-01-01 00:00:00 UTC, before this program was made")


def test_a_journal_that_was_written_in_the_future_is_told() -> None:
    found = clock(last_at=Instant(NOW + 3_600_000))

    assert found.level is Level.WRONG
    assert found.what.endswith("and the journal was last written at 2026-11-02 01:00:00 UTC")


def test_what_is_written_this_very_moment_is_no_future() -> None:
    assert clock(last_at=Instant(NOW + 1_000)).level is Level.OK


@pytest.mark.parametrize("zone", ["Asia/Jakrta", "../etc/passwd", "/etc/localtime", ""])
def test_a_time_zone_that_is_not_known_is_named(zone: str) -> None:
    *_, found = look_at_clock(NOW, None, centre_with(timezone=zone), lambda: True)

    assert (found.level, found.what) == (Level.WRONG, f"{zone} of the centre is not known here")


def test_known_time_zones_are_fine() -> None:
    *_, found = look_at_clock(NOW, None, CENTRE)

    assert found.what == "known: Asia/Jakarta"


async def test_a_name_that_has_an_address_is_fine() -> None:
    (found,) = await look_at_host_name("localhost")

    assert found.level is Level.OK


@pytest.mark.parametrize("name", ["no-such-host.invalid", "x" * 300, "a..b"])
async def test_a_name_without_an_address_is_wrong(name: str) -> None:
    (found,) = await look_at_host_name(name)

    assert (found.level, found.mend) == (Level.WRONG, f'add the line "127.0.1.1 {name}" to /etc/hosts')


def folders(settings: Settings, where: str) -> list[Finding]:
    return [finding for finding in look_at_folders(settings) if finding.where == where]


def test_folders_that_are_not_there_yet_can_be_made(settings: Settings) -> None:
    (found,) = folders(settings, "paths.data_dir")

    assert (found.level, found.what) == (Level.OK, f"{settings.data_dir} can be made")
    assert not settings.data_dir.exists()


def test_a_file_in_the_place_of_a_folder_is_wrong(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    (found,) = folders(settings, "paths.run_dir")

    assert (found.level, found.what) == (Level.WRONG, f"{tmp_path}/run is not a folder")


def test_a_link_that_leads_in_a_circle_is_wrong(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to("data")

    assert [finding.level for finding in look_at_folders(settings)] == [Level.WRONG, Level.OK, Level.WRONG]


def test_a_folder_that_cannot_be_written_is_wrong(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may write everywhere, and tests run as root in places.
    monkeypatch.setattr(os, "access", lambda *_: False)
    (found,) = folders(settings, "paths.run_dir")

    assert (found.level, found.mend) == (Level.WRONG, "give it to the program's user (chown)")


def test_a_data_folder_that_others_can_look_into_is_worth_a_look(settings: Settings) -> None:
    settings.data_dir.mkdir(mode=0o755)
    settings.data_dir.chmod(0o755)
    _, found = folders(settings, "paths.data_dir")

    assert (found.level, found.mend) == (Level.WARNING, f"run: chmod 700 {settings.data_dir}")
    settings.data_dir.chmod(0o700)
    assert len(folders(settings, "paths.data_dir")) == 1


def test_too_little_room_for_recordings_is_wrong(settings: Settings) -> None:
    (found,) = folders(change(settings, "recording", free_disk_bytes_min=10**18), "recording.free_disk_bytes_min")

    assert found.level is Level.WRONG
    assert "less than the 1000000000.0 GB that recordings are to leave" in found.what


def test_room_does_not_matter_when_nothing_is_recorded(settings: Settings) -> None:
    settings = change(settings, "recording", enabled=False, free_disk_bytes_min=10**18)

    assert folders(settings, "recording.free_disk_bytes_min") == []
