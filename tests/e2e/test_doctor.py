"""The doctor beside a real Asterisk: all is well on a running floor, and what is wrong is named, where and how to mend it."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from sambut.doctor.examination import examine
from sambut.doctor.findings import Finding, Level, all_wrong
from sambut.program import run_program
from sambut.secrets_file import SecretsFile
from telephony.ami.actions import Action
from telephony.ami.failures import ActionRefused
from telephony.config.modules import MODULES
from tests.e2e.floor import CallFloor, eventually, settings_in
from tests.e2e.shell import write_settings
from tests.e2e.start import save_sample_centre, told_by_check

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(60)]


def words(findings: Iterable[Finding], where: str) -> list[str]:
    """What was found at one place."""
    return [finding.what for finding in findings if finding.where == where]


@dataclass(frozen=True)
class Traces:
    """What a visit could leave behind."""

    files: frozenset[str]
    database: bytes


def traces(floor: CallFloor) -> Traces:
    folder = floor.running.settings.data_dir
    files = frozenset(str(path.relative_to(folder)) for path in folder.rglob("*"))
    return Traces(files=files, database=(folder / "secrets.toml").read_bytes())


async def test_all_is_well_beside_a_running_program_and_nothing_is_harmed(floor: CallFloor) -> None:
    settings, process = floor.running.settings, floor.running.exchange.process
    before = traces(floor)

    found = await examine(settings)

    assert all_wrong(found) == []
    assert words(found, "running") == [
        f"the program runs (process {os.getpid()}), Asterisk runs (process {process.pid})",
        "the program says that callers can be served",
    ]
    assert words(found, "http.port")[0].endswith(f"is held by our program (process {os.getpid()})")
    for setting in ("sip_udp_port", "sip_tcp_port", "ami_port"):
        assert words(found, f"asterisk.{setting}")[0].endswith(f"is held by our Asterisk (process {process.pid})")
    assert words(found, "AMI") == [
        "sambut-events may do what it must, and no more",
        "sambut-commands may do what it must, and no more",
    ]
    assert words(found, "modules") == [f"all {len(MODULES)} are loaded, and none that is dangerous"]
    assert traces(floor) == before
    assert await floor.running.health.problems() == {}
    assert floor.running.exchange.events.counters.losses == 0


async def test_asterisk_itself_refuses_what_a_user_has_no_need_of(floor: CallFloor) -> None:
    exchange = floor.running.exchange

    for link, action in (
        (exchange.events, "Originate"),
        (exchange.events, "Setvar"),
        (exchange.events, "ModuleLoad"),
        (exchange.commands, "Command"),
        (exchange.commands, "UpdateConfig"),
    ):
        with pytest.raises(ActionRefused, match="Permission denied"):
            await link.perform(Action(name=action))


async def test_the_command_tells_the_same_and_its_exit_code(floor: CallFloor, tmp_path: Path) -> None:
    file = write_settings(floor.running.settings, tmp_path / "sambut.toml")

    well = await told_by_check(file)
    secrets = floor.running.settings.secrets_file
    changed = secrets.read_text().replace('"ami.events" = "', '"ami.events" = "x')
    secrets.write_text(changed)
    unwell = await told_by_check(file)

    assert (well.exit_code, well.ok) == (0, True)
    assert (unwell.exit_code, unwell.ok) == (1, False)
    (wrong,) = [finding for finding in unwell.findings if finding["level"] == Level.WRONG]
    assert wrong["where"] == "AMI"
    assert wrong["what"].startswith("sambut-events is refused at 127.0.0.1:")
    assert "manager.conf" in wrong["mend"]
    assert await floor.running.health.problems() == {}


async def test_what_a_running_program_lacks_is_told_in_its_own_words(floor: CallFloor) -> None:
    await floor.running.exchange.events.close()

    (found,) = all_wrong(await examine(floor.running.settings))

    assert found.what == "the program says that asterisk is not well: a link to Asterisk is down"


async def test_an_asterisk_that_somebody_else_runs_is_only_asked(floor: CallFloor) -> None:
    settings = floor.running.settings
    external = msgspec.structs.replace(settings.asterisk, mode="external")

    found = await examine(msgspec.structs.replace(settings, asterisk=external))

    assert all_wrong(found) == []
    assert words(found, "asterisk.sip_udp_port") == []
    assert len(words(found, "AMI")) == 2


async def test_an_external_asterisk_that_does_not_answer_is_named(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    await save_sample_centre(settings)
    SecretsFile(settings.secrets_file).ensure(["ami.events", "ami.commands"])
    external = msgspec.structs.replace(settings.asterisk, mode="external")

    (wrong,) = all_wrong(await examine(msgspec.structs.replace(settings, asterisk=external)))

    assert (wrong.where, wrong.what) == (
        "AMI",
        f"127.0.0.1:{settings.asterisk.ami_port}: nobody answers there as Asterisk's manager does",
    )


async def test_an_asterisk_that_was_left_running_is_well_and_is_taken_over(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    await save_sample_centre(settings)
    async with run_program(settings, stop_asterisk=False) as first:
        pid = first.exchange.process.pid

    found = await examine(settings)
    async with run_program(settings, stop_asterisk=True) as second:

        async def ready() -> bool | None:
            return None if await second.health.problems() else True

        await eventually(ready, within_s=20, what="the second program ready")
        taken_over = second.exchange.process.pid

    assert all_wrong(found) == []
    assert words(found, "running") == [f"the program does not run, Asterisk runs (process {pid})"]
    assert taken_over == pid
