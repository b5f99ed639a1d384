"""Five hundred phones register in the same moment, as after a power cut: talks and calls go on as if nothing were."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from phones.events import Ended, Ringing
from phones.plans import PicksUp
from sambut.bench.load import PhonesProcess
from sambut.secrets_file import SecretsFile
from telephony.ami.actions import Action
from tests.e2e.brisk import BRISK, caller
from tests.e2e.floor import CallFloor, eventually, open_floor
from tests.e2e.sound import GAP_MS_MAX, longest_gap_ms

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(90)]

PHONES = 500
BACK_S_MAX = 10.0
RING_S_MAX = 2.0
CALLER_HZ, AGENT_HZ = 440, 1000


def name_of(number: int) -> str:
    return f"storm-{number}"


def with_many_phones(sample: str) -> str:
    """The sample with so many phones more."""
    devices = (f'[[devices]]\nid = "{name_of(number)}"\nname = "Storm {number}"\n' for number in range(PHONES))
    return sample + BRISK + "\n" + "\n".join(devices)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[CallFloor]:
    async with open_floor(tmp_path, rewrite=with_many_phones) as opened:
        yield opened


async def test_all_are_back_within_ten_seconds_and_calls_in_progress_and_new_ones_do_not_notice(
    floor: CallFloor, tmp_path: Path
) -> None:
    settings = floor.running.settings
    known = SecretsFile(settings.secrets_file).read()
    secrets = {name_of(number): known[f"device.{name_of(number)}"] for number in range(PHONES)}
    await floor.seat("a1", "phone-1", tone_hz=AGENT_HZ)
    await floor.phones.behave("phone-1", PicksUp(after_ms=100))
    talk = await floor.callers.start(replace(caller("0812000001"), tone_hz=CALLER_HZ, records=True))
    await floor.until("a1", "talking")
    await floor.seat("a2", "phone-2")

    async with PhonesProcess(tmp_path / "storm.log") as storm:
        began_s = time.monotonic()
        registering = asyncio.create_task(storm.register(secrets, settings.asterisk.sip_udp_port, at_once=PHONES))
        newcomer = await floor.callers.start(caller("0812000002"))
        await newcomer.wait_for("answered", within_ms=4_000)
        answered_s = time.monotonic()
        await floor.phones.wait_for(Ringing, device="phone-2", within_ms=5_000)
        rang_s = time.monotonic() - answered_s
        await registering
        await eventually(lambda: all_reachable(floor), within_s=BACK_S_MAX, what="all phones reachable")
        took_s = time.monotonic() - began_s
        newcomer.hang_up()
        await newcomer.outcome()
    await floor.phones.hang_up("phone-1")
    heard_by_caller = (await talk.outcome()).heard
    ended = await floor.phones.wait_for(Ended, device="phone-1")

    assert took_s <= BACK_S_MAX, f"{took_s:.1f} s"
    assert rang_s <= RING_S_MAX, f"{rang_s:.1f} s"
    assert heard_by_caller is not None
    assert longest_gap_ms(heard_by_caller, AGENT_HZ) <= GAP_MS_MAX
    assert ended.heard is not None
    assert ended.heard.heard_ms_of(CALLER_HZ) > ended.talk_ms - 700
    exchange = floor.running.exchange
    assert (exchange.events.counters.losses, exchange.commands.counters.losses) == (0, 0)
    assert exchange.events.counters.overflows == 0


async def all_reachable(floor: CallFloor) -> bool | None:
    """Whether Asterisk holds every one of them to be there."""
    rows = await floor.running.exchange.commands.collect(Action(name="DeviceStateList"), "DeviceStateListComplete")
    there = {row.fields["Device"] for row in rows if row.fields.get("State") == "NOT_INUSE"}
    return True if {f"PJSIP/{name_of(number)}" for number in range(PHONES)} <= there else None
