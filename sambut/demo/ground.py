"""The demo's own ground: a folder and ports of its own, so that it meets neither a production centre nor another demo."""

import contextlib
import fcntl
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from sambut.asterisk_site import make_site, read_program
from sambut.free_ports import free_ports
from sambut.settings import Agi, Asterisk, Http, Paths, Settings
from telephony.process import AsteriskProcess

FOLDER_DEFAULT = Path("var/demo")
MARK = ".sambut-demo"
LIKED_PORTS = {"sip": 15_060, "ami": 15_038, "agi": 14_573, "http": 18_169}
"""Beside those that a centre has by itself; another free one is taken where one of these is taken."""
RTP_PORTS = (21_000, 22_999)


class NoGround(Exception):
    """The demo cannot have its folder; the text says why and what to do."""


@asynccontextmanager
async def demo_ground(folder: Path) -> AsyncIterator[Settings]:
    """Settings of a centre that begins with nothing, in ``folder``; what an earlier demo left there is removed.

    Raises NoGround, AsteriskNotFound, OSError.
    """
    with _held(folder) as ours:
        settings = _settings_in(ours)
        program = read_program(settings)
        # A demo that was killed could not stop its Asterisk.
        await AsteriskProcess(program=program.words, site=make_site(settings, program)).stop()
        for left in (settings.data_dir, settings.run_dir):
            shutil.rmtree(left, ignore_errors=True)
        settings.run_dir.mkdir(parents=True)
        yield settings


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[Path]:
    """The folder, by its whole path, ours alone."""
    folder = folder.resolve()
    mark = folder / MARK
    if folder.is_dir() and not mark.exists() and any(folder.iterdir()):
        raise NoGround(f"{folder} holds something that is not a demo's: name an empty folder with --folder")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with mark.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NoGround(f"another demo runs in {folder}: stop it, or name another folder with --folder") from None
        yield folder


def _settings_in(folder: Path) -> Settings:
    sip, ami, agi, http = free_ports(list(LIKED_PORTS.values()))
    rtp_min, rtp_max = RTP_PORTS
    return Settings(
        paths=Paths(data_dir=str(folder / "data"), run_dir=str(folder / "run")),
        asterisk=Asterisk(sip_udp_port=sip, sip_tcp_port=sip, ami_port=ami, rtp_port_min=rtp_min, rtp_port_max=rtp_max),
        agi=Agi(port=agi),
        http=Http(port=http),
        base_dir=folder,
    )
