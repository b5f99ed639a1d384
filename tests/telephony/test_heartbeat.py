"""The heartbeat: what it tells Asterisk, when, and whom it gives way to."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import pytest

from kernel.instants import Instant, after
from telephony.ami.connection import AmiLink
from telephony.heartbeat import Heartbeat, Superseded, began_at
from tests.telephony.ami.fake_asterisk import FakeAsterisk, Received, Session
from tests.telephony.ami.links import link_to
from tests.telephony.waiting import eventually

NOW = Instant(1_795_500_000_999)
OURS = "1795500000000-ab"
ASTERISKS_SECONDS = "1795503600"
"""An hour ahead of ours: the machine's clock has jumped since we started."""


@dataclass
class Clock:
    """A clock that a test sets."""

    now: Instant = NOW


def heartbeat(link: AmiLink, *, every_ms: int = 60_000) -> Heartbeat:
    return Heartbeat(link, every_ms=every_ms, lease_ms=60_000, now=lambda: NOW, epoch=OURS)


def in_force(epoch: str) -> FakeAsterisk:
    def tell(session: Session, asked: Received) -> None:
        value = ASTERISKS_SECONDS if asked["Variable"] == "EPOCH" else epoch
        session.reply(asked, "Success", "", ("Variable", asked["Variable"]), ("Value", value))

    return FakeAsterisk(answers={"Getvar": tell})


def told(asterisk: FakeAsterisk) -> dict[str, str]:
    return {action["Variable"]: action["Value"] for action in asterisk.named("Setvar")}


@pytest.mark.parametrize("epoch", ["", "no epoch", "1795499999999-zz", OURS])
async def test_a_beat_tells_the_time_and_which_program_may_join_calls(epoch: str) -> None:
    async with in_force(epoch) as asterisk, link_to(asterisk) as link:
        await heartbeat(link).beat()

        assert told(asterisk) == {"ACD_BEAT": ASTERISKS_SECONDS, "ACD_EPOCH": OURS}


async def test_scenario_19_a_program_gives_way_to_one_that_started_later() -> None:
    async with in_force("1795500000001-aa") as asterisk, link_to(asterisk) as link:
        beating = heartbeat(link)
        with pytest.raises(Superseded):
            await beating.beat()

        assert told(asterisk) == {}
        assert beating.superseded


async def test_an_asterisk_that_has_never_heard_of_us_is_noticed_once() -> None:
    async with in_force("") as asterisk, link_to(asterisk) as link:
        beating = heartbeat(link)
        assert not beating.take_found_new()
        await beating.beat()
        assert beating.take_found_new()
        assert not beating.take_found_new()


async def test_it_beats_as_soon_as_the_link_is_up_and_holds_its_tongue_before() -> None:
    beats: list[Heartbeat] = []
    async with (
        FakeAsterisk(says_booted=False) as asterisk,
        link_to(asterisk, waits_for_up=False, on_up=lambda: beats[0].link_up()) as link,
    ):
        beats.append(heartbeat(link))
        running = asyncio.create_task(beats[0].run())
        try:
            await eventually(lambda: asterisk.named("Login") != [])
            assert told(asterisk) == {}
            asterisk.session.event("FullyBooted", ("Uptime", "1"))
            await eventually(lambda: len(asterisk.named("Setvar")) == 2)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


@pytest.mark.parametrize(("epoch", "at"), [("17-ab", 17), ("", -1), ("-ab", -1), ("x7-ab", -1), ("17", 17)])
def test_an_epoch_says_when_its_program_began(epoch: str, at: int) -> None:
    assert began_at(epoch) == at


async def test_a_program_that_has_not_beaten_for_too_long_is_not_counted_on_until_it_has_compared() -> None:
    clock, lapses = Clock(), list[int]()
    async with in_force(OURS) as asterisk, link_to(asterisk) as link:
        beating = Heartbeat(
            link,
            every_ms=10,
            lease_ms=2_000,
            now=lambda: clock.now,
            epoch=OURS,
            on_lapse=lambda: lapses.append(clock.now),
        )
        await beating.beat()
        standing = [beating.in_force]
        beating.renew()
        clock.now = after(NOW, 2_000)
        standing.append(beating.in_force)
        assert standing == [False, True]

        clock.now = after(NOW, 2_001)
        standing.append(beating.in_force)
        assert standing == [False, True, False]
        beats = len(asterisk.named("Setvar"))
        running = asyncio.create_task(beating.run())
        try:
            await eventually(lambda: lapses != [])
            assert len(asterisk.named("Setvar")) == beats
            await beating.beat()
            standing = [beating.in_force]
            beating.renew()
            assert [*standing, beating.in_force] == [False, True]
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
