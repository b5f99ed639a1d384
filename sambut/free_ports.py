"""Ports of the loopback address that nobody has just now: for a demo or a benchmark beside whatever else runs."""

import contextlib
import socket
from collections.abc import Sequence


def free_ports(liked: Sequence[int]) -> list[int]:
    """As many ports of the loopback address, UDP and TCP alike: those liked, others where they are taken; 0 likes any."""
    found: list[int] = []
    with contextlib.ExitStack() as held:
        for port in liked:
            found.append(_take(held, port) or _take_any(held))
    return found


def _take_any(held: contextlib.ExitStack) -> int:
    while True:
        port = _take(held, 0)
        if port is not None:
            return port


def _take(held: contextlib.ExitStack, port: int) -> int | None:
    try:
        tcp = held.enter_context(socket.socket())
        # As servers do: a port that lingers from a connection of before is no obstacle.
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tcp.bind(("127.0.0.1", port))
        udp = held.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", tcp.getsockname()[1]))
    except OSError:
        return None
    return int(tcp.getsockname()[1])
