"""Ports for tests: of this process alone, and out of the system's way.

Asking the system for any free port and letting it go again is a race: before Asterisk binds it, the system may give the
same port to a connection, or another test process may get it. So each test process leases a block below the system's own
range, by a lock that ends with the process, and goes round in it.
"""

import contextlib
import fcntl
import itertools
import os
import socket
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO

FIRST = 22_000
BLOCK = 660
SINGLE = 460
"""So many ports of a block are for servers and phones; the rest is for sound, an Asterisk's RTP range."""
BLOCKS = 16
_held: list[IO[str]] = []


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody has just now, UDP and TCP alike, all different."""
    found: list[int] = []
    for port in itertools.islice(_ring(), SINGLE):
        if len(found) == count:
            break
        if _is_free(port):
            found.append(port)
    assert len(found) == count, f"only {len(found)} ports of this process's block are free"
    return found


def rtp_range() -> tuple[int, int]:
    """The first (even) and the last port for sound. One Asterisk of this process at a time had better use it."""
    return _block() + SINGLE, _block() + BLOCK - 1


@cache
def _block() -> int:
    """The first port of the block that this process holds until it ends."""
    folder = Path(tempfile.gettempdir()) / f"sambut-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for number in range(BLOCKS):
        lease = (folder / f"{number}").open("w")
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _held.append(lease)
            return FIRST + number * BLOCK
        lease.close()
    raise RuntimeError(f"{BLOCKS} test processes run already; end one of them")


@cache
def _ring() -> Iterator[int]:
    """The block's single ports, again and again; one left is taken anew only after all others."""
    return itertools.cycle(range(_block(), _block() + SINGLE))


def _is_free(port: int) -> bool:
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tcp.bind(("127.0.0.1", port))
            udp.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
