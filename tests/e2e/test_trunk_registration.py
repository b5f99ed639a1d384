"""A trunk that registers with its carrier, and is sent calls there (TEL-e)."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kernel.result_codes import Disposition
from phones import g711, tones
from phones.events import Ended
from phones.plans import PicksUp
from phones.rtp_voice import RtpVoice
from sambut.secrets_file import SecretsFile
from sambut.settings import Settings
from tests.e2e.carrier import Carrier, carrier
from tests.e2e.floor import open_floor, settings_in
from tests.e2e.quick_number import QUICK, QUICK_TEXT, with_quick_number
from tests.e2e.shell import sambut, write_settings

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

USER, PASSWORD = "layanan.169", "Rahasia-Sekali-99"
CALLER_HZ = 440


@pytest.fixture
async def provider() -> AsyncIterator[Carrier]:
    async with carrier(user=USER, password=PASSWORD) as opened:
        yield opened


def with_registration(text: str, port: int, match: str) -> str:
    """The sample with a second trunk that registers. ``match``: networks by which it is also known."""
    return with_quick_number(text) + (
        f'\n[[trunks]]\nid = "registered"\nhost = "127.0.0.1"\nport = {port}\nregister_user = "{USER}"\n'
        f"match = [{match}]\n"
    )


def give_password(settings: Settings) -> None:
    """Write the carrier's password where an administrator does."""
    SecretsFile(settings.secrets_file).ensure(["trunk.registered"])
    text = settings.secrets_file.read_text()
    settings.secrets_file.write_text(re.sub(r'("trunk.registered" = )".*"', rf'\1"{PASSWORD}"', text))


@pytest.mark.parametrize(
    ("match", "to_contact"),
    [
        pytest.param("", True, id="told by the registration, the number in To"),
        pytest.param('"127.0.0.1"', False, id="told by the address, registered all the same"),
    ],
)
async def test_a_trunk_registers_and_takes_a_call(
    provider: Carrier, tmp_path: Path, match: str, to_contact: bool
) -> None:
    # The sample's own trunk must not claim the loopback here.
    def rewrite(sample: str) -> str:
        return with_registration(sample.replace('["127.0.0.1"]', '["127.0.0.2"]'), provider.port, match)

    settings = settings_in(tmp_path)
    give_password(settings)
    async with open_floor(tmp_path, rewrite=rewrite, settings=settings) as floor:
        async with asyncio.timeout(10):
            await provider.registered.wait()
        assert provider.refused == 0
        await floor.seat("a1", "phone-1")
        await floor.phones.behave("phone-1", PicksUp(after_ms=200, hang_up_after_ms=1500))
        sound = g711.encode(tones.tone(CALLER_HZ, duration_ms=1000), "alaw")
        voice = RtpVoice(sound=sound, press=(), law="alaw", record_path=None)
        await voice.open("127.0.0.1")
        call = await provider.call(number="081234567890", called=QUICK, rtp_port=voice.port, to_contact=to_contact)
        voice.begin(call.sound_goes_to)
        await provider.until("BYE")
        await voice.close()
        heard = (await floor.phones.wait_for(Ended, device="phone-1", within_ms=10_000)).heard
        row = await floor.row_of_call_to(QUICK)
    assert (row.trunk_id, row.agent_id, row.disposition) == ("registered", "a1", Disposition.ANSWERED)
    assert heard is not None
    assert heard.heard_ms_of(CALLER_HZ) > 1000


async def test_without_the_carriers_password_a_trunk_that_registers_is_refused(
    provider: Carrier, tmp_path: Path
) -> None:
    async with open_floor(tmp_path, rewrite=with_quick_number) as floor:
        settings = floor.running.settings
        file = write_settings(settings, tmp_path / "sambut.toml")
        text = (await sambut(file, "export")).out
        (tmp_path / "centre.toml").write_text(with_registration(text, provider.port, "").replace(QUICK_TEXT, "", 1))

        refused = await sambut(file, "apply", str(tmp_path / "centre.toml"), "--yes")

        assert refused.code == 2
        assert f'add the line "trunk.registered" = "..." to {settings.secrets_file}' in refused.errors
        assert (await sambut(file, "export")).out == text
        give_password(settings)
        assert (await sambut(file, "apply", str(tmp_path / "centre.toml"), "--yes")).code == 0
        async with asyncio.timeout(10):
            await provider.registered.wait()
