"""The ports that we need: free, or held by our own running program and its Asterisk."""

import contextlib
import errno
import os
import socket
from dataclasses import dataclass
from typing import Final, assert_never

from sambut.doctor.findings import Finding, fine, wrong
from sambut.doctor.sockets import Protocol, holders
from sambut.settings import Settings

MEND_TAKEN: Final = "stop that one, or choose another port in the settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """Process ids of our own that run now; None: it does not."""

    program_pid: int | None
    asterisk_pid: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPort:
    """One port. ``setting``: which setting names it; ``asterisks``: Asterisk listens on it, otherwise the program."""

    setting: str
    what: str
    protocol: Protocol
    host: str
    port: int
    asterisks: bool

    @property
    def words(self) -> str:
        """The port, for people."""
        return f"port {self.port}/{self.protocol} at {self.host} ({self.what})"


def wanted_ports(settings: Settings) -> list[WantedPort]:
    """Every port that is on. An Asterisk that somebody else runs has its own, which are not ours to look at."""
    asterisk = settings.asterisk
    asterisks: tuple[tuple[str, str, Protocol, str, int], ...] = (
        ("sip_udp_port", "SIP over UDP", "udp", asterisk.bind_address, asterisk.sip_udp_port),
        ("sip_tcp_port", "SIP over TCP", "tcp", asterisk.bind_address, asterisk.sip_tcp_port),
        ("sip_tls_port", "SIP over TLS", "tcp", asterisk.bind_address, asterisk.sip_tls_port),
        ("http_port", "phones in browsers", "tcp", asterisk.bind_address, asterisk.http_port),
        ("ami_port", "AMI", "tcp", asterisk.ami_host, asterisk.ami_port),
    )
    wanted = [
        WantedPort(setting=f"asterisk.{key}", what=what, protocol=protocol, host=host, port=port, asterisks=True)
        for key, what, protocol, host, port in asterisks
        if port and asterisk.mode == "managed"
    ]
    for section, what in (("agi", "FastAGI"), ("http", "API and CTI socket")):
        host, port = getattr(settings, section).host, getattr(settings, section).port
        wanted.append(
            WantedPort(setting=f"{section}.port", what=what, protocol="tcp", host=host, port=port, asterisks=False)
        )
    return wanted


def look_at_ports(settings: Settings, ours: Ours) -> list[Finding]:
    """One finding for each port. A free one is bound for a moment to see whether it can be."""
    return [_look(wanted, ours) for wanted in wanted_ports(settings)]


def _look(wanted: WantedPort, ours: Ours) -> Finding:
    owner = ours.asterisk_pid if wanted.asterisks else ours.program_pid
    whose = "our Asterisk" if wanted.asterisks else "our program"
    problem = _problem_of_binding(wanted)
    match problem:
        case None if owner is None:
            return fine(wanted.setting, f"{wanted.words} is free")
        case None:
            mend = "look into its log for why, then start it again"
            return wrong(wanted.setting, f"{whose} (process {owner}) does not listen on {wanted.words}", mend)
        case errno.EADDRINUSE:
            found = holders(wanted.protocol, wanted.port)
            if owner is not None and owner in found:
                return fine(wanted.setting, f"{wanted.words} is held by {whose} (process {owner})")
            return wrong(wanted.setting, f"{wanted.words} is taken by {_named(found)}", MEND_TAKEN)
        case errno.EADDRNOTAVAIL:
            return wrong(wanted.setting, f"{wanted.host} is not an address of this machine", "name one that is")
        case errno.EACCES | errno.EPERM:
            what = f"{wanted.words} may not be used by this user"
            return wrong(wanted.setting, what, "choose one above 1023, or let the system give the right to it")
        case int():
            return wrong(wanted.setting, f"{wanted.words} cannot be used ({os.strerror(problem)})", "choose another")
        case _:
            assert_never(problem)


def _named(found: dict[int, str]) -> str:
    if not found:
        return "another program (of another user, or of another container)"
    return " and ".join(f"{name} (process {pid})" for pid, name in sorted(found.items()))


def _problem_of_binding(wanted: WantedPort) -> int | None:
    """The error number with which the port cannot be had; None: it is free. A name that is no address counts as none."""
    kind = socket.SOCK_DGRAM if wanted.protocol == "udp" else socket.SOCK_STREAM
    try:
        found = socket.getaddrinfo(wanted.host, wanted.port, type=kind, flags=socket.AI_PASSIVE)
    except socket.gaierror:
        return errno.EADDRNOTAVAIL
    family, _, _, _, address = found[0]
    with contextlib.closing(socket.socket(family, kind)) as probe:
        if wanted.protocol == "tcp":
            # As servers do: connections that are just ending do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as problem:
            return problem.errno or errno.EIO
    return None
