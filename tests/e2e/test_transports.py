"""Phones over TCP, TLS and websockets, on a real Asterisk (TEL-d)."""

import re
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import trustme

from acd.core.inputs import LogOut
from kernel.ids import AgentId
from kernel.result_codes import Disposition
from phones.caller_script import CallerScript
from phones.crowd import PjsuaPhones
from phones.events import Ended
from phones.plans import PicksUp
from sambut.secrets_file import SecretsFile
from sambut.settings import Settings
from tests.e2e.floor import CallFloor, open_floor, settings_in
from tests.e2e.quick_number import QUICK, with_quick_number
from tests.e2e.websocket_phone import websocket_phone
from tests.port_leases import free_ports

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

CALLER_HZ, AGENT_HZ = 440, 1000


def with_tls(settings: Settings, folder: Path) -> Settings:
    """TLS and wss turned on, with a certificate that was made for this."""
    authority = trustme.CA()
    made = authority.issue_cert("127.0.0.1", "localhost")
    certificate, key = folder / "sip.pem", folder / "sip.key"
    certificate.write_bytes(b"".join(part.bytes() for part in made.cert_chain_pems))
    key.write_bytes(made.private_key_pem.bytes())
    authority.cert_pem.write_to_path(folder / "authority.pem")
    tls, wss = free_ports(2)
    asterisk = msgspec.structs.replace(
        settings.asterisk, sip_tls_port=tls, http_port=wss, tls_certificate=str(certificate), tls_key=str(key)
    )
    return msgspec.structs.replace(settings, asterisk=asterisk)


def with_ways(text: str) -> str:
    """The sample's phones 2, 3 and 4 connect in other ways than by UDP."""
    text = with_quick_number(text)
    for phone, way in (("phone-2", "tcp"), ("phone-3", "tls"), ("phone-4", "wss")):
        text = text.replace(f'id = "{phone}"', f'id = "{phone}"\ntransport = "{way}"')
    return text


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[CallFloor]:
    settings = with_tls(settings_in(tmp_path), tmp_path)
    async with open_floor(tmp_path, rewrite=with_ways, settings=settings) as opened:
        yield opened


async def _each_hears_the_other(floor: CallFloor, phone: str) -> None:
    await floor.phones.behave(phone, PicksUp(after_ms=200, hang_up_after_ms=2000))
    call = await floor.callers.start(CallerScript(number="081234567890", did=QUICK, tone_hz=CALLER_HZ, records=True))
    heard = (await floor.phones.wait_for(Ended, device=phone, within_ms=15_000)).heard
    outcome = await call.outcome()
    assert heard is not None
    assert heard.heard_ms_of(CALLER_HZ) > 1200
    assert outcome.heard is not None
    assert outcome.heard.heard_ms_of(AGENT_HZ) > 1200


async def test_a_phone_is_reached_by_the_transport_it_registered_with(floor: CallFloor) -> None:
    asterisk = floor.running.exchange.process
    await floor.seat("a2", "phone-2", tone_hz=AGENT_HZ, way="tcp")
    await _each_hears_the_other(floor, "phone-2")
    await floor.running.distributor.submit(LogOut(agent_id=AgentId("a2")))

    await floor.seat("a3", "phone-3", tone_hz=AGENT_HZ, way="tls")
    await _each_hears_the_other(floor, "phone-3")

    contacts = await asterisk.command("pjsip show contacts")
    assert re.search(r"phone-2/sip:\S+;transport=", contacts)
    shown = await asterisk.command("pjsip show endpoint phone-3")
    assert re.search(r"media_encryption +: sdes", shown)


async def test_a_phone_on_tls_that_does_not_encrypt_its_sound_is_not_connected(floor: CallFloor) -> None:
    async with PjsuaPhones() as plain:
        await floor.seat("a3", "phone-3", phones=plain, way="tls")
        await plain.behave("phone-3", PicksUp(after_ms=100))
        call = await floor.callers.start(CallerScript(number="081234567890", did=QUICK, hang_up_after_ms=2500))
        await call.outcome()
        row = await floor.row_of_call_to(QUICK)
    assert row.disposition is not Disposition.ANSWERED


async def test_a_browsers_phone_registers_over_wss_and_is_offered_a_call_with_encrypted_sound(
    floor: CallFloor, tmp_path: Path
) -> None:
    settings = floor.running.settings
    trusts = ssl.create_default_context(cafile=tmp_path / "authority.pem")
    secret = SecretsFile(settings.secrets_file).read()["device.phone-4"]
    port = settings.asterisk.http_port
    async with websocket_phone(user="phone-4", password="wrong", port=port, trusts=trusts) as stranger:
        assert (await stranger.register()).first.startswith("SIP/2.0 401")
    async with websocket_phone(user="phone-4", password=secret, port=port, trusts=trusts) as browser:
        assert (await browser.register()).first == "SIP/2.0 200 OK"
        await floor.sit_down("a4", "phone-4")
        call = await floor.callers.start(CallerScript(number="081234567890", did=QUICK))
        invite = await browser.until("INVITE")
        await browser.answer(invite, "486 Busy Here")
        call.hang_up()
        await call.outcome()
    assert "UDP/TLS/RTP/SAVPF" in invite.body
    assert "a=fingerprint:SHA-256" in invite.body
    assert "+6281234567890" in invite.headers["from"]
    row = await floor.row_of_call_to(QUICK)
    assert row.reservation_count >= 1
