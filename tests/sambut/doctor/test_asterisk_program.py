"""The Asterisk that would be started: there, running, new enough, whole."""

import pytest

from sambut.doctor.asterisk_program import look_at_asterisk
from sambut.doctor.findings import Finding, Level, all_wrong
from sambut.settings import Settings
from telephony.config.modules import MODULES
from tests.sambut.doctor.changes import change
from tests.sambut.doctor.conftest import Installed


async def look(settings: Settings) -> list[Finding]:
    return (await look_at_asterisk(settings))[0]


async def test_one_that_is_whole_and_new_enough_is_fine(settings: Settings, installed: Installed) -> None:
    found, program = await look_at_asterisk(settings)

    assert [finding.what for finding in found] == ["Asterisk 22.10.1", f"all {len(MODULES)} modules are there"]
    assert program is not None
    assert program.modules_dir == installed.modules


@pytest.mark.parametrize(
    "said", ["Asterisk 22.10.1", "Asterisk 23.0.0", "Asterisk 22.10.1~dfsg+~cs6.15", "Asterisk certified/24.1.0"]
)
async def test_what_is_new_enough(settings: Settings, installed: Installed, said: str) -> None:
    installed.says(said)

    assert all_wrong(await look(settings)) == []


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Asterisk 22.9.0", "it is Asterisk 22.9.0, older than 22.10.1"),
        ("Asterisk 20.15.2", "it is Asterisk 20.15.2, older than 22.10.1"),
        ("FreeSWITCH 1.10", "it does not run, or is no Asterisk (it says 'FreeSWITCH 1.10')"),
        ("", "it does not run, or is no Asterisk (it says '')"),
    ],
)
async def test_what_is_old_or_something_else_is_named(
    settings: Settings, installed: Installed, said: str, words: str
) -> None:
    installed.says(said)
    (found,) = all_wrong(await look(settings))

    assert (found.where, found.what) == (str(installed.script), words)


async def test_one_that_may_not_be_run_is_named(settings: Settings, installed: Installed) -> None:
    installed.script.chmod(0o600)
    (found,) = all_wrong(await look(settings))

    assert found.what == "it does not run, or is no Asterisk (it says 'Permission denied')"


async def test_one_that_is_gone_is_named_by_its_record(settings: Settings, installed: Installed) -> None:
    installed.script.unlink()
    (found,) = await look(settings)

    assert str(found) == f"{installed.record}: {installed.script} is not there; run `make setup` again"


@pytest.mark.parametrize("record", ["{", "[]", '{"program": []}', "\x00"])
async def test_a_record_that_cannot_be_read_is_named(settings: Settings, installed: Installed, record: str) -> None:
    installed.record.write_text(record)
    (found,) = await look(settings)

    assert (found.level, found.where) == (Level.WRONG, str(installed.record))
    assert found.mend == "run `make setup` again"


async def test_without_a_record_it_is_told_how_to_get_one(settings: Settings) -> None:
    (found,) = await look(change(settings, "asterisk", record="none.json"))

    assert str(found) == "none.json: no record of an Asterisk; run `make setup` once"


@pytest.mark.parametrize(("name", "level"), [("res_agi.so", Level.WRONG), ("app_chanspy.so", Level.WARNING)])
async def test_a_missing_module_is_named(settings: Settings, installed: Installed, name: str, level: Level) -> None:
    (installed.modules / name).unlink()
    found = (await look(settings))[-1]

    assert (found.level, found.where) == (level, str(installed.modules / name))
    assert "is missing" in found.what


@pytest.mark.parametrize("content", [b"", b"garbage"])
async def test_a_module_that_is_no_library_is_named(settings: Settings, installed: Installed, content: bytes) -> None:
    (installed.modules / "chan_pjsip.so").write_bytes(content)
    (found,) = all_wrong(await look(settings))

    assert found.where.endswith("/chan_pjsip.so")
    assert "is no library" in found.what
