"""Ports: free, ours, somebody's, or not to be had."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sambut.doctor.findings import Finding, Level
from sambut.doctor.port_owners import Ours, look_at_ports, wanted_ports
from sambut.doctor.rtp import look_at_rtp
from sambut.doctor.sockets import holders
from sambut.settings import Settings
from tests.sambut.doctor.changes import CENTRE, change

NOBODY = Ours(program_pid=None, asterisk_pid=None)
ME = os.getpid()


@contextmanager
def held(
    kind: socket.SocketKind, host: str = "127.0.0.1", family: socket.AddressFamily = socket.AF_INET
) -> Iterator[int]:
    with socket.socket(family, kind) as holder:
        holder.bind((host, 0))
        if kind is socket.SOCK_STREAM:
            holder.listen()
        yield holder.getsockname()[1]


def at(setting: str, settings: Settings, ours: Ours = NOBODY) -> Finding:
    return next(finding for finding in look_at_ports(settings, ours) if finding.where == setting)


def test_every_port_that_is_on_is_looked_at(settings: Settings) -> None:
    settings = change(settings, "asterisk", sip_tls_port=5061, http_port=8089)

    assert [(port.setting, port.protocol) for port in wanted_ports(settings)] == [
        ("asterisk.sip_udp_port", "udp"),
        ("asterisk.sip_tcp_port", "tcp"),
        ("asterisk.sip_tls_port", "tcp"),
        ("asterisk.http_port", "tcp"),
        ("asterisk.ami_port", "tcp"),
        ("agi.port", "tcp"),
        ("http.port", "tcp"),
    ]


def test_an_asterisk_that_somebody_else_runs_has_its_own_ports(settings: Settings) -> None:
    wanted = wanted_ports(change(settings, "asterisk", mode="external", sip_tcp_port=0))

    assert [port.setting for port in wanted] == ["agi.port", "http.port"]


def test_free_ports_are_fine_while_nothing_of_ours_runs(settings: Settings) -> None:
    assert {finding.level for finding in look_at_ports(settings, NOBODY)} == {Level.OK}


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_a_port_of_another_is_named_with_who_has_it(settings: Settings, host: str) -> None:
    with held(socket.SOCK_DGRAM, host) as port:
        found = at("asterisk.sip_udp_port", change(settings, "asterisk", sip_udp_port=port))

    assert found.level is Level.WRONG
    assert f"port {port}/udp at 127.0.0.1 (SIP over UDP) is taken by " in found.what
    assert f"(process {ME})" in found.what


def test_udp_and_tcp_do_not_stand_in_each_others_way(settings: Settings) -> None:
    with held(socket.SOCK_DGRAM) as port:
        assert at("http.port", change(settings, "http", port=port)).level is Level.OK


def test_a_port_that_our_running_program_has_is_fine(settings: Settings) -> None:
    with held(socket.SOCK_STREAM) as port:
        settings = change(settings, "http", port=port)

        assert at("http.port", settings, Ours(program_pid=ME, asterisk_pid=None)).level is Level.OK
        assert at("http.port", settings, Ours(program_pid=1, asterisk_pid=ME)).level is Level.WRONG


def test_a_running_asterisk_that_does_not_listen_is_wrong(settings: Settings) -> None:
    found = at("asterisk.sip_tcp_port", settings, Ours(program_pid=None, asterisk_pid=ME))

    assert found.level is Level.WRONG
    assert f"our Asterisk (process {ME}) does not listen on port" in found.what


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_wrong(settings: Settings, host: str) -> None:
    found = at("http.port", change(settings, "http", host=host))

    assert (found.level, found.what) == (Level.WRONG, f"{host} is not an address of this machine")


def test_holders_are_found_by_what_the_kernel_tells(tmp_path: Path) -> None:
    lines = [
        "  sl  local_address rem_address   st",
        "   0: 0100007F:13C4 00000000:0000 0A 0:0 0:0 0 0 0 77 1",
        "   1: 0100007F:13C4 0100007F:9C40 01 0:0 0:0 0 0 0 79 1",  # a call that came in: it only has the same port
    ]
    (tmp_path / "net").mkdir()
    (tmp_path / "net/tcp").write_text("\n".join([*lines, "torn"]))
    for pid, inode in (("12", 77), ("13", 78), ("14", 79)):
        (tmp_path / pid / "fd").mkdir(parents=True)
        (tmp_path / pid / "fd/4").symlink_to(f"socket:[{inode}]")
        (tmp_path / pid / "comm").write_text("kamailio\n")

    assert holders("tcp", 5060, tmp_path) == {12: "kamailio"}
    assert holders("tcp", 5061, tmp_path) == {}
    assert holders("udp", 5060, tmp_path) == {}
    assert holders("tcp", 5060, tmp_path / "no-proc") == {}


def test_sound_has_ports_of_its_own(settings: Settings, tmp_path: Path) -> None:
    system = tmp_path / "range"
    system.write_text("32768\t60999\n")

    def look(**values: int) -> list[Finding]:
        return look_at_rtp(change(settings, "asterisk", sip_udp_port=5060, **values), CENTRE, system)

    (well,) = look(rtp_port_min=10_000, rtp_port_max=10_099)
    assert (well.level, well.what) == (Level.OK, "ports 10000-10099 have room for 50 legs")
    (inside,) = look(rtp_port_min=5_000, rtp_port_max=6_000)
    assert (inside.level, inside.what) == (Level.WRONG, "ports 5000-6000 hold 5060, the port of SIP over UDP")
    (shared,) = look(rtp_port_min=32_000, rtp_port_max=33_000)
    assert shared.level is Level.WARNING
    (narrow,) = look(rtp_port_min=10_000, rtp_port_max=10_059)
    assert (narrow.level, narrow.mend) == (Level.WARNING, "widen the range to 62 ports or more")
    system.write_text("?")
    assert look(rtp_port_min=32_000, rtp_port_max=33_000)[0].level is Level.OK
