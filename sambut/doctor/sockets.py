"""Who listens on a port of this machine, as the kernel tells it in /proc. Linux only; elsewhere nobody is found."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

Protocol = Literal["udp", "tcp"]

PROC: Final = Path("/proc")
_LISTENS: Final[dict[Protocol, str]] = {"tcp": "0A", "udp": "07"}
"""The state that a socket is in when it takes what comes from anybody."""


def holders(protocol: Protocol, port: int, proc: Path = PROC) -> dict[int, str]:
    """Process id -> name, of those that listen on the port at any address, as far as we may see them."""
    wanted = {f"socket:[{inode}]" for inode in _inodes(protocol, port, proc)}
    if not wanted:
        return {}
    return {pid: _name(proc / str(pid)) for pid in _pids(proc) if wanted & set(_open_files(proc / str(pid)))}


def _inodes(protocol: Protocol, port: int, proc: Path) -> Iterator[str]:
    for table in (protocol, f"{protocol}6"):
        try:
            lines = (proc / "net" / table).read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            words = line.split()
            if len(words) > 9 and words[3] == _LISTENS[protocol] and int(words[1].rpartition(":")[2], 16) == port:
                yield words[9]


def _pids(proc: Path) -> Iterator[int]:
    try:
        names = [path.name for path in proc.iterdir()]
    except OSError:
        return
    yield from (int(name) for name in names if name.isdecimal())


def _open_files(process: Path) -> Iterator[str]:
    """What a process has open; nothing when it is gone or another user's."""
    try:
        links = [link.path for link in os.scandir(process / "fd")]
    except OSError:
        return
    for link in links:
        try:
            yield os.readlink(link)  # noqa: PTH115  # thousands of them at every start
        except OSError:
            continue


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text("utf-8", "replace").strip() or "?"
    except OSError:
        return "?"
