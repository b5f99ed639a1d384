"""The heartbeat: what it tells Asterisk, and that it holds its tongue while the link is down."""

from kernel.instants import Instant
from telephony.heartbeat import Heartbeat
from tests.telephony.ami.fake_asterisk import FakeAsterisk
from tests.telephony.ami.links import link_to
from tests.telephony.waiting import eventually

NOW = Instant(1_795_500_000_999)


async def test_a_beat_tells_the_time_and_which_program_may_join_calls() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        Heartbeat(link, now=lambda: NOW, epoch="e-1").beat()
        await eventually(lambda: len(asterisk.named("Setvar")) == 2)

        told = {action["Variable"]: action["Value"] for action in asterisk.named("Setvar")}
        assert told == {"ACD_BEAT": "1795500000", "ACD_EPOCH": "e-1"}


async def test_a_beat_behind_the_link_that_has_come_up_is_the_first_thing_asterisk_hears() -> None:
    beats: list[Heartbeat] = []
    async with (
        FakeAsterisk(says_booted=False) as asterisk,
        link_to(asterisk, waits_for_up=False, on_up=lambda: beats[0].beat()) as link,
    ):
        beats.append(Heartbeat(link, now=lambda: NOW, epoch="e-1"))
        beats[0].beat()
        await eventually(lambda: asterisk.named("Login") != [])
        asterisk.session.event("FullyBooted", ("Uptime", "1"))
        await eventually(lambda: len(asterisk.named("Setvar")) == 2)

        assert [action["Variable"] for action in asterisk.named("Setvar")] == ["ACD_BEAT", "ACD_EPOCH"]
