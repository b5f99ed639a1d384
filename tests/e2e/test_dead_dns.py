"""No name can be looked up, not even the machine's own, and the name server says nothing: calls are set up as ever.

The program and its Asterisk see other ``/etc/resolv.conf`` and ``/etc/hosts`` than everybody else, in a name space of
their own, for which nobody needs to be root. Whoever may not open port 53 has a name server that refuses, not one that
is silent.
"""

import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from phones.events import Ringing
from phones.plans import PicksUp
from tests.e2e.house import DIRECT, House, open_house

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(120)]

SILENT_SERVER = "127.0.0.99"
ANSWERED_MS_MAX = 1_000
RANG_MS_MAX = 1_500
CALLS = 3

FILES = {
    "resolv.conf": f"nameserver {SILENT_SERVER}\noptions timeout:5 attempts:2\n",
    "hosts": "127.0.0.1 localhost\n",
    "nsswitch.conf": "hosts: files dns\npasswd: files\ngroup: files\n",
}


@contextlib.contextmanager
def silent_name_server() -> Iterator[None]:
    """Takes every question, and answers none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        with contextlib.suppress(PermissionError):
            listening.bind((SILENT_SERVER, 53))
        yield


def without_names(folder: Path) -> tuple[str, ...]:
    """Words that run what follows them where no name is known."""
    mounts = []
    for name, text in FILES.items():
        (folder / name).write_text(text)
        mounts.append(f'mount --bind "{folder / name}" /etc/{name}')
    return ("unshare", "-Urm", "sh", "-ec", "\n".join([*mounts, 'exec "$@"']), "sh")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    with silent_name_server():
        async with open_house(tmp_path, before=without_names(tmp_path)) as opened:
            yield opened


async def test_calls_are_answered_and_ring_as_quickly_as_ever(house: House) -> None:
    await house.seat("a1", "phone-1")
    await house.phones.behave("phone-1", PicksUp(after_ms=50, hang_up_after_ms=300))
    for number in range(CALLS):
        call = await house.call(f"081200000{number}", did=DIRECT)
        ringing = await house.phones.wait_for(Ringing, device="phone-1", within_ms=20_000)
        rang_ms = call.answered_ms_ago()
        outcome = await call.outcome()
        await house.agent_is("a1", "wrap_up")
        await house.post("agents/a1/ready")

        assert ringing.device == "phone-1"
        assert outcome.answered_after_ms is not None
        assert outcome.answered_after_ms < ANSWERED_MS_MAX, outcome
        assert rang_ms < RANG_MS_MAX
