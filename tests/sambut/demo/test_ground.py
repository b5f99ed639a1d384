"""The demo's ground: its own, begun afresh, and never somebody else's."""

import socket
from pathlib import Path

import pytest

from sambut.demo.ground import LIKED_PORTS, MARK, NoGround, demo_ground
from sambut.free_ports import free_ports
from sambut.settings import Settings, contradictions


@pytest.fixture(autouse=True)
def asterisk_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record of an Asterisk that is never started."""
    record = tmp_path / "cache" / "sambut" / "asterisk"
    record.mkdir(parents=True)
    folders = ", ".join(f'"{name}": "/"' for name in ("modules_dir", "data_dir", "sounds_dir", "moh_dir"))
    (record / "current.json").write_text(f'{{"program": ["/bin/true"], "version": "22", {folders}}}')
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


async def test_a_demo_begins_with_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    async with demo_ground(folder) as settings:
        settings.data_dir.mkdir()
        (settings.data_dir / "left").touch()
        (settings.run_dir / "left").touch()

    async with demo_ground(folder) as settings:
        assert not settings.data_dir.exists()
        assert list(settings.run_dir.iterdir()) == []


async def test_it_meets_no_other_centre_of_this_machine(tmp_path: Path) -> None:
    production = Settings()
    async with demo_ground(tmp_path / "demo") as settings:
        assert contradictions(settings) == []
        theirs = {
            production.asterisk.sip_udp_port,
            production.asterisk.ami_port,
            production.agi.port,
            production.http.port,
        }
        ours = {settings.asterisk.sip_udp_port, settings.asterisk.ami_port, settings.agi.port, settings.http.port}
        assert not theirs & ours
        assert settings.asterisk.rtp_port_min > production.asterisk.rtp_port_max
        assert settings.data_dir.is_relative_to(tmp_path / "demo")
        assert (tmp_path / "demo").stat().st_mode & 0o077 == 0


async def test_two_demos_do_not_share_a_folder(tmp_path: Path) -> None:
    async with demo_ground(tmp_path / "demo"):
        with pytest.raises(NoGround, match="another demo runs"):
            async with demo_ground(tmp_path / "demo"):
                pass


async def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "precious").touch()

    with pytest.raises(NoGround, match="not a demo's"):
        async with demo_ground(tmp_path):
            pass
    assert (tmp_path / "data" / "precious").exists()
    assert not (tmp_path / MARK).exists()


def test_a_taken_port_gives_way_to_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = free_ports([port, 0, 0])

    assert port not in found
    assert len(set(found)) == 3
    assert all(found)
    assert len(set(LIKED_PORTS.values())) == len(LIKED_PORTS)
