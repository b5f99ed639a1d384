"""A start that cannot be: one clear sentence, exit code 1, and nothing left running."""

import contextlib
import json
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from sambut import program
from sambut.asterisk_site import read_program, sounds_dir
from sambut.program import run_program
from sambut.settings import Paths, Settings
from tests.e2e.floor import CallFloor, settings_in
from tests.e2e.shell import Said, sambut, write_settings
from tests.e2e.start import processes_of, save_sample_centre

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(60)]


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Settings]:
    """A centre that could be started; nothing of it is left running afterwards."""
    made = settings_in(tmp_path)
    await save_sample_centre(made)
    yield made
    left = processes_of(made.run_dir)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []


async def refused(settings: Settings) -> str:
    """The one sentence with which a start ends."""
    return sentence_of(await sambut(write_settings(settings, settings.base_dir / "sambut.toml"), "up"))


def sentence_of(said: Said) -> str:
    *_, sentence = said.errors.splitlines()
    assert said.code == 1
    assert "Traceback" not in said.errors
    assert sentence.startswith("Not started: ")
    return sentence.removeprefix("Not started: ")


def change(settings: Settings, section: str, **values: object) -> Settings:
    former = getattr(settings, section)
    return msgspec.structs.replace(settings, **{section: msgspec.structs.replace(former, **values)})


@contextlib.contextmanager
def taken_port(kind: socket.SocketKind) -> Iterator[int]:
    """A port that another program has: this one."""
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            holder.listen()
        yield holder.getsockname()[1]


async def test_a_port_of_another_program_is_named_with_who_has_it(settings: Settings) -> None:
    with taken_port(socket.SOCK_DGRAM) as port:
        sentence = await refused(change(settings, "asterisk", sip_udp_port=port))

    who = f"{own_name()} (process {os.getpid()})"
    assert sentence == (
        f"asterisk.sip_udp_port: port {port}/udp at 127.0.0.1 (SIP over UDP) is taken by {who}; "
        "stop that one, or choose another port in the settings"
    )


async def test_every_port_that_is_taken_is_named_at_once(settings: Settings) -> None:
    keys = [("asterisk", "sip_udp_port"), ("asterisk", "sip_tcp_port"), ("asterisk", "ami_port"), ("agi", "port")]
    with contextlib.ExitStack() as held:
        for section, key in (*keys, ("http", "port")):
            kind = socket.SOCK_DGRAM if key == "sip_udp_port" else socket.SOCK_STREAM
            settings = change(settings, section, **{key: held.enter_context(taken_port(kind))})
        sentences = await refused_beside(settings, settings.base_dir / "sambut.toml")

    for section, key in (*keys, ("http", "port")):
        assert f"{section}.{key}: port {getattr(getattr(settings, section), key)}/" in sentences
    assert sentences.count(f"is taken by {own_name()}") == 5


def own_name() -> str:
    return Path("/proc/self/comm").read_text().strip()


async def test_a_missing_module_is_named(settings: Settings) -> None:
    def take_away(folder: Path) -> None:
        (folder / "res_agi.so").unlink()

    sentence = await refused(with_modules(settings, take_away))

    assert "/modules/res_agi.so: the module is missing, and Asterisk does not start without it; " in sentence
    assert sentence.endswith("run `make setup`, which provides one")


async def test_a_module_that_asterisk_cannot_load_ends_the_start_with_its_words(settings: Settings) -> None:
    def break_it(folder: Path) -> None:
        module = folder / "res_agi.so"
        module.unlink()
        module.write_bytes(b"\x7fELF" + bytes(1000))

    sentence = await refused(with_modules(settings, break_it))

    assert "Asterisk ended while it was starting, and said: " in sentence
    assert "res_agi" in sentence


def with_modules(settings: Settings, harm: Callable[[Path], None]) -> Settings:
    """An Asterisk of its own modules folder, in which something was done."""
    installed = read_program(settings)
    folder = settings.base_dir / "modules"
    folder.mkdir()
    for module in installed.modules_dir.glob("*.so"):
        (folder / module.name).symlink_to(module)
    harm(folder)
    record = settings.base_dir / "current.json"
    texts = {"program": list(installed.words), "version": installed.version, "modules_dir": str(folder)}
    for name in ("data_dir", "sounds_dir", "moh_dir"):
        texts[name] = str(getattr(installed, name))
    record.write_text(json.dumps(texts))
    return change(settings, "asterisk", record=str(record))


async def test_a_missing_announcement_is_named(settings: Settings) -> None:
    folder = settings.base_dir / "sounds"
    shutil.copytree(sounds_dir(settings), folder)
    sound = folder / "id" / "welcome.wav"
    sound.unlink()

    sentence = await refused(change(settings, "asterisk", sounds=str(folder)))

    assert sentence == f"{sound}: the announcement welcome of flow main is missing in id; record it and put it there"


async def test_a_start_that_fails_late_leaves_no_asterisk_behind(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        assert processes_of(settings.run_dir) != []
        raise OSError("the port was taken between the look and the use")

    monkeypatch.setattr(program, "_serve", fail)

    with pytest.raises(OSError, match="between the look and the use"):
        async with run_program(settings, stop_asterisk=False):
            raise AssertionError("it must not start")


async def test_a_second_program_is_refused_and_the_first_goes_on(floor: CallFloor, tmp_path: Path) -> None:
    running = floor.running
    asterisk_pid = running.exchange.process.pid

    same = await refused_beside(running.settings, tmp_path / "same.toml")
    elsewhere = msgspec.structs.replace(
        running.settings, paths=Paths(data_dir=str(tmp_path / "2"), run_dir=str(tmp_path / "3"))
    )
    await save_sample_centre(elsewhere)
    other = await refused_beside(elsewhere, tmp_path / "other.toml")

    assert f"another program, process {os.getpid()}, runs with these data" in same
    assert "asterisk.sip_udp_port: port " in other
    assert f"is taken by {name_of(asterisk_pid)} (process {asterisk_pid})" in other
    assert running.exchange.process.pid == asterisk_pid
    assert processes_of(tmp_path / "3") == []
    assert await running.health.problems() == {}


async def refused_beside(settings: Settings, file: Path) -> str:
    """All that a start says that is refused for several reasons; its settings are written into the file."""
    said = await sambut(write_settings(settings, file), "up")
    assert said.code == 1
    assert "Traceback" not in said.errors
    return said.errors


def name_of(pid: int | None) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()
