"""An Asterisk that is only looked at: its words, its modules, and the record that names them."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from sambut.settings import Agi, Asterisk, Http, Paths, Settings
from telephony.config.modules import MODULES
from tests.port_leases import free_ports


@dataclass(frozen=True)
class Installed:
    """``script``: what is run; ``modules``: its folder."""

    script: Path
    modules: Path
    record: Path

    def says(self, words: str) -> None:
        """What it answers to -V."""
        self.script.write_text(f"#!/bin/sh\necho '{words}'\n")
        self.script.chmod(0o700)


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    found = Installed(tmp_path / "asterisk", tmp_path / "modules", tmp_path / "current.json")
    found.modules.mkdir()
    for module in MODULES:
        (found.modules / module.name).write_bytes(b"\x7fELF...")
    found.says("Asterisk 22.10.1")
    texts = {name: str(tmp_path) for name in ("data_dir", "sounds_dir", "moh_dir")}
    record = {"program": [str(found.script)], "version": "22.10.1", "modules_dir": str(found.modules), **texts}
    found.record.write_text(json.dumps(record))
    return found


@pytest.fixture
def settings(tmp_path: Path, installed: Installed) -> Settings:
    """Settings under which all is well."""
    sip, ami, agi, http = free_ports(4)
    return Settings(
        base_dir=tmp_path,
        paths=Paths(data_dir="data", run_dir="run"),
        asterisk=Asterisk(record=str(installed.record), sip_udp_port=sip, sip_tcp_port=sip, ami_port=ami),
        agi=Agi(port=agi),
        http=Http(port=http),
    )
