"""The commands on settings of their own, with nothing listening where they look for a running program."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
import typer
from typer.testing import CliRunner, Result

from sambut.commands import lists, token
from sambut.commands.apply import apply
from sambut.commands.export import export
from sambut.commands.hash_pin import hash_pin
from tests.port_leases import free_ports

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """The command sets up the logs of its process, which is ours here."""
    former, handlers = structlog.get_config(), logging.root.handlers[:]
    yield
    structlog.configure(**former)
    logging.root.handlers[:] = handlers


@pytest.fixture
def free_port() -> int:
    return free_ports(1)[0]


@pytest.fixture
def settings_file(tmp_path: Path, free_port: int) -> Path:
    file = tmp_path / "sambut.toml"
    file.write_text(f'[http]\nport = {free_port}\n[paths]\ndata_dir = "data"\n')
    return file


@pytest.fixture
def run(settings_file: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one command line; nobody sits at its terminal."""
    monkeypatch.setenv("SAMBUT_SETTINGS", str(settings_file))
    app = typer.Typer(pretty_exceptions_enable=False)
    for command in (apply, export, hash_pin):
        app.command()(command)
    app.add_typer(lists.app, name="lists")
    app.add_typer(token.app, name="token")
    runner = CliRunner()

    def invoke(*words: object, typed: str | bytes = "") -> Result:
        return runner.invoke(app, [str(word) for word in words], input=typed, catch_exceptions=False)

    return invoke
