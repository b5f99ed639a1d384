"""One Asterisk for a module's stories, and phones and callers for each."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from phones.callers import TrunkCallers
from phones.crowd import AgentPhones, PjsuaPhones
from phones.sipp_program import sipp_words
from tests.phones.bench import Bench, running

DEVICES = ("1001", "1002", "1003")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bench]:
    """A running Asterisk."""
    async with running(tmp_path_factory.mktemp("asterisk"), devices=DEVICES) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def phones(tmp_path: Path) -> AsyncIterator[AgentPhones]:
    """Agents' phones on baresip, none registered yet."""
    async with AgentPhones(errors_path=tmp_path / "agents.err") as crowd:
        yield crowd


@pytest_asyncio.fixture(loop_scope="module")
async def hearing_callers(bench: Bench, tmp_path: Path) -> AsyncIterator[AgentPhones]:
    """Callers on baresip, who call from the trunk's port."""
    async with AgentPhones(sip_port=bench.trunk_ports[-1], errors_path=tmp_path / "callers.err") as crowd:
        yield crowd


@pytest_asyncio.fixture(loop_scope="module")
async def pjsua_phones(tmp_path: Path) -> AsyncIterator[PjsuaPhones]:
    """Phones on pjsua2."""
    async with PjsuaPhones(errors_path=tmp_path / "pjsua.err") as crowd:
        yield crowd


@pytest_asyncio.fixture(loop_scope="module")
async def callers(bench: Bench, tmp_path: Path) -> AsyncIterator[TrunkCallers]:
    """Callers by SIPp."""
    async with TrunkCallers(
        sipp=sipp_words(),
        server="127.0.0.1",
        port=bench.sip_port,
        ports=bench.trunk_ports[:-1],
        folder=tmp_path / "calls",
    ) as trunk:
        yield trunk
