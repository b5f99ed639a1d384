"""The people of the stories on a real Asterisk: agents who register, callers who hear."""

from pathlib import Path

import pytest

from phones.crowd import AgentPhones, Phones, PjsuaPhones
from tests.phones.bench import Bench

AGENT_HZ, CALLER_HZ = 1000, 400
HOSTILE_NAME = 'Budi "${EXTEN}" [did] ]]> 王 \\ ;x=<y>'

Kind = type[AgentPhones] | type[PjsuaPhones]
KINDS = pytest.mark.parametrize("kind", [AgentPhones, PjsuaPhones])


async def register(phones: Phones, bench: Bench, device: str = "1001", *, folder: Path | None = None) -> None:
    await phones.register(
        device,
        password=f"rahasia-{device}",
        server="127.0.0.1",
        port=bench.sip_port,
        tone_hz=AGENT_HZ,
        record_folder=folder,
    )


async def caller(phones: Phones, bench: Bench, name: str = "c1", *, folder: Path | None = None) -> None:
    await phones.make_caller(
        name,
        server="127.0.0.1",
        port=bench.sip_port,
        number="081234567890",
        display_name="Budi 王",
        tone_hz=CALLER_HZ,
        record_folder=folder,
    )
