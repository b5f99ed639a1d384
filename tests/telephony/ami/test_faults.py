"""What a link does when the other side, the network or its own reader fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from telephony.ami.actions import Action, hang_up, originate
from telephony.ami.connection import AmiLink
from telephony.ami.failures import ActionTimedOut, LinkLost
from telephony.ami.link_state import LinkState
from telephony.ami.settings import LinkSettings
from tests.port_leases import free_ports
from tests.telephony.ami.fake_asterisk import FakeAsterisk, Received, Session
from tests.telephony.ami.links import NOW, link_to
from tests.telephony.waiting import eventually

PING = Action(name="Ping")
HANGUP = hang_up(channel="leg-1")
DIAL = originate(channel="Local/s@x", channel_id="leg-1", context="x", extension="s", ring_ms_max=1_000)


def no_answer(_: Session, __: Received) -> None:
    """Read, and say nothing."""


async def lost_and_back(link: AmiLink, losses: int = 1) -> None:
    """Wait until the link has been lost so many times and is up again."""
    await eventually(lambda: link.counters.losses == losses and link.is_up)


async def test_an_action_without_answer_times_out_and_the_link_stays() -> None:
    async with FakeAsterisk(answers={"Hangup": no_answer}) as asterisk, link_to(asterisk) as link:
        with pytest.raises(ActionTimedOut):
            await link.perform(HANGUP, timeout_ms=20)
        assert (await link.perform(PING)).ok

    assert len(asterisk.sessions) == 1
    assert link.counters.actions_timed_out == 1


async def test_unanswered_actions_fail_with_the_link_and_are_never_sent_again() -> None:
    async with FakeAsterisk(answers={"Hangup": no_answer}) as asterisk, link_to(asterisk) as link:
        hanging_up = link.send(HANGUP)
        await eventually(lambda: asterisk.named("Hangup"))
        asterisk.session.reset()
        with pytest.raises(LinkLost):
            await hanging_up
        await eventually(lambda: link.is_up)
        assert (await link.perform(PING)).ok

    assert len(asterisk.sessions) == 2
    assert [action.session for action in asterisk.named("Hangup")] == [0]
    assert link.counters.actions_lost == 1


async def test_an_action_sent_while_the_link_is_down_is_refused_and_not_kept() -> None:
    async with FakeAsterisk(accepts_login=False) as asterisk:
        async with link_to(asterisk, waits_for_up=False, refused_ms=5) as link:
            await eventually(lambda: link.counters.logins_refused)
            with pytest.raises(LinkLost):
                await link.perform(HANGUP)
            with pytest.raises(LinkLost):
                await link.originate(DIAL, outcome_ms_max=60_000).outcome
            asterisk.accepts_login = True
            await eventually(lambda: link.is_up)
            assert (await link.perform(PING)).ok

        assert asterisk.named("Hangup") == asterisk.named("Originate") == []


async def test_a_half_told_list_fails_with_the_link() -> None:
    def half_a_list(session: Session, action: Received) -> None:
        session.reply(action, text="will follow")
        session.event("Row", ("ActionID", action["ActionID"]))
        session.event("Hangup", ("Uniqueid", "1"))

    answers = {"Rows": half_a_list}
    wanted = frozenset({"Hangup"})
    async with FakeAsterisk(answers=answers) as asterisk, link_to(asterisk, wanted_events=wanted) as link:
        rows = asyncio.ensure_future(link.collect(Action(name="Rows"), "RowsComplete"))
        await link.next_event()
        asterisk.session.reset()
        with pytest.raises(LinkLost):
            await rows


async def test_an_outcome_fails_with_the_link() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        dialled = link.originate(DIAL, outcome_ms_max=60_000)
        await dialled.acknowledged
        asterisk.session.reset()
        with pytest.raises(LinkLost):
            await dialled.outcome
        assert link.waiting_count == 0


async def test_the_owner_is_told_of_every_loss_and_every_return() -> None:
    told: list[str] = []
    async with (
        FakeAsterisk() as asterisk,
        link_to(asterisk, on_up=lambda: told.append("up"), on_down=lambda: told.append("down")) as link,
    ):
        for losses in (1, 2):
            asterisk.session.reset()
            await lost_and_back(link, losses)

    assert told == ["up", "down", "up", "down", "up", "down"]


async def test_events_of_a_lost_connection_are_gone_when_it_returns() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk, wanted_events=frozenset({"Hangup"})) as link:
        asterisk.session.event("Hangup", ("Uniqueid", "old"))
        await eventually(lambda: link.queue_depth == 1)
        asterisk.session.reset()
        await lost_and_back(link)
        asterisk.session.event("Hangup", ("Uniqueid", "new"))

        assert (await link.next_event()).fields["Uniqueid"] == "new"


async def test_a_reset_in_mid_frame_does_not_garble_the_next_connection() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk, wanted_events=frozenset({"Hangup"})) as link:
        asterisk.session.event("Hangup", ("Uniqueid", "whole"))
        asterisk.session.write("Event: Hangup\r\nUniqueid: cut\r\nCallerIDName: 王".encode()[:-1])
        assert (await link.next_event()).fields["Uniqueid"] == "whole"
        asterisk.session.reset()
        await lost_and_back(link)
        asterisk.session.event("Hangup", ("Uniqueid", "next"))

        assert (await link.next_event()).fields["Uniqueid"] == "next"
        assert link.counters.messages_unreadable == 0


async def test_a_silent_connection_is_noticed_by_its_pings_and_dropped() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk, ping_ms=50) as link:
        await eventually(lambda: asterisk.named("Ping"))
        assert link.counters.silences == 0
        asterisk.silent = True
        pending = link.send(HANGUP, timeout_ms=60_000)
        with pytest.raises(LinkLost):
            await pending
        asterisk.silent = False
        await eventually(lambda: link.is_up)

        assert link.counters.silences == 1
        assert asterisk.named("Hangup")[0].session == 0
        assert len(asterisk.named("Hangup")) == 1


async def test_a_quiet_connection_that_answers_its_pings_stays() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk, ping_ms=60):
        await eventually(lambda: len(asterisk.named("Ping")) >= 3)

        assert len(asterisk.sessions) == 1


async def test_an_event_of_a_megabyte_is_read() -> None:
    wanted = frozenset({"Big"})
    async with FakeAsterisk() as asterisk, link_to(asterisk, wanted_events=wanted, message_bytes_max=2 << 20) as link:
        asterisk.session.event("Big", ("Body", "x" * (1 << 20)))

        assert len((await link.next_event()).fields["Body"]) == 1 << 20


async def test_a_message_beyond_the_limit_drops_the_link() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        asterisk.session.write(b"Event: Big\r\nBody: " + b"x" * (1 << 20))
        await lost_and_back(link)

        assert link.counters.messages_too_long == 1


async def test_a_full_queue_drops_the_link_and_the_owner_resyncs() -> None:
    told: list[str] = []
    async with (
        FakeAsterisk() as asterisk,
        link_to(
            asterisk, queue_length_max=10, wanted_events=frozenset({"Hangup"}), on_down=lambda: told.append("down")
        ) as link,
    ):
        for number in range(11):
            asterisk.session.event("Hangup", ("Uniqueid", str(number)))
        await lost_and_back(link)
        assert link.queue_depth == 0
        asterisk.session.event("Hangup", ("Uniqueid", "after"))

        assert (await link.next_event()).fields["Uniqueid"] == "after"
        assert (link.counters.overflows, link.counters.queue_depth_max, told) == (1, 10, ["down"])


async def test_a_refused_login_is_seen_and_tried_again_slowly() -> None:
    async with (
        FakeAsterisk(accepts_login=False) as asterisk,
        link_to(asterisk, waits_for_up=False, refused_ms=60_000) as slow,
        link_to(asterisk, waits_for_up=False, refused_ms=15) as quick,
    ):
        await eventually(lambda: quick.counters.logins_refused >= 5)

        assert slow.state is LinkState.REFUSED
        assert (slow.counters.logins_refused, slow.counters.losses) == (1, 0)


async def test_a_refused_login_recovers_when_asterisk_is_put_right() -> None:
    async with (
        FakeAsterisk(accepts_login=False) as asterisk,
        link_to(asterisk, waits_for_up=False, refused_ms=5) as link,
    ):
        await eventually(lambda: link.counters.logins_refused >= 2)
        asterisk.accepts_login = True

        await eventually(lambda: link.is_up)


async def test_close_during_a_reconnect_wait_stops_for_good() -> None:
    async with FakeAsterisk() as asterisk:
        async with link_to(asterisk, reconnect_ms_min=60_000, reconnect_ms_max=60_000) as link:
            asterisk.session.reset()
            await eventually(lambda: link.state is LinkState.WAITING)

        async with link_to(asterisk) as another:
            assert (await another.perform(PING)).ok
        assert len(asterisk.sessions) == 2
        assert link.state is LinkState.STOPPED


async def test_a_link_finds_an_asterisk_that_starts_later_or_again() -> None:
    (free_port,) = free_ports(1)
    settings = LinkSettings(
        host="127.0.0.1", port=free_port, username="u", secret="s", reconnect_ms_min=5, reconnect_ms_max=20
    )
    async with started(settings) as link:
        await eventually(lambda: link.counters.connects_failed >= 2)
        for _ in range(2):
            async with FakeAsterisk(port=free_port):
                await eventually(lambda: link.is_up)
            await eventually(lambda: not link.is_up)


async def test_another_service_on_the_port_is_not_taken_for_asterisk() -> None:
    async with (
        FakeAsterisk(banner=b"SSH-2.0-OpenSSH_9.2\r\n") as asterisk,
        link_to(asterisk, waits_for_up=False) as link,
    ):
        await eventually(lambda: link.counters.connects_failed >= 2)

        assert not link.is_up


async def test_a_login_without_answer_is_given_up() -> None:
    async with (
        FakeAsterisk(silent=True) as asterisk,
        link_to(asterisk, waits_for_up=False, login_ms_max=20) as link,
    ):
        await eventually(lambda: link.counters.connects_failed >= 2)
        asterisk.silent = False

        await eventually(lambda: link.is_up)


async def test_events_behind_an_overflow_in_the_same_read_are_not_queued() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk, queue_length_max=1) as link:
        asterisk.session.write(b"".join(b"Event: Hangup\r\nUniqueid: %d\r\n\r\n" % number for number in range(50)))
        await lost_and_back(link)

        assert link.counters.overflows == 1


async def test_a_caller_whose_number_breaks_an_event_in_two_forges_nothing() -> None:
    number = "12\r\n\r\nEvent: Hangup\r\nPrivilege: call,all\r\nUniqueid: forged"
    async with FakeAsterisk() as asterisk, link_to(asterisk, wanted_events=frozenset({"Hangup"})) as link:
        asterisk.session.event("Newchannel", ("CallerIDNum", number), ("CallerIDName", "x"), ("Uniqueid", "1.1"))
        await lost_and_back(link)
        asterisk.session.event("Hangup", ("CallerIDNum", "0812"), ("Uniqueid", "true"))

        assert (await link.next_event()).fields["Uniqueid"] == "true"
        assert link.counters.events_torn == 1


async def test_a_caller_whose_number_adds_headers_is_not_believed() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk, wanted_events=frozenset({"Hangup"})) as link:
        asterisk.session.event("Hangup", ("CallerIDNum", "12\r\nUniqueid: victim"), ("Uniqueid", "1.1"))
        asterisk.session.event("Hangup", ("CallerIDNum", "0812"), ("Uniqueid", "true"))

        assert (await link.next_event()).fields["Uniqueid"] == "true"
        assert (link.counters.events_forged, link.counters.losses) == (1, 0)


def test_pauses_grow_to_their_limit() -> None:
    settings = LinkSettings(host="h", port=1, username="u", secret="s")

    assert [settings.pause_ms_max(failures=failures) for failures in (0, 1, 2, 5, 6, 10_000)] == [
        400,
        800,
        1_600,
        10_000,
        10_000,
        10_000,
    ]


@asynccontextmanager
async def started(settings: LinkSettings) -> AsyncIterator[AmiLink]:
    link = AmiLink(settings, now=lambda: NOW)
    await link.start()
    try:
        yield link
    finally:
        await link.close()
