"""A link from the first connect to close: what it promises while all goes well, and how it begins and ends."""

import asyncio

import pytest

from telephony.ami.actions import Action
from telephony.ami.connection import AmiLink
from telephony.ami.failures import LinkLost
from telephony.ami.link_state import LinkState
from telephony.line_values import UnsafeValue
from tests.telephony.ami.fake_asterisk import FakeAsterisk
from tests.telephony.ami.links import NOW, link_to, settings_for
from tests.telephony.waiting import eventually

PING = Action(name="Ping")


async def test_a_link_logs_in_and_its_actions_are_answered() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        reply = await link.perform(PING)

    assert reply.ok
    login = asterisk.named("Login")[0]
    assert (login["Username"], login["Secret"], login["Events"]) == ("engine", "secret", "on")
    assert reply.action_id == asterisk.named("Ping")[0]["ActionID"]


async def test_a_link_is_up_only_when_asterisk_is_fully_booted() -> None:
    ups: list[str] = []
    async with (
        FakeAsterisk(says_booted=False) as asterisk,
        link_to(asterisk, waits_for_up=False, on_up=lambda: ups.append("up")) as link,
    ):
        await eventually(lambda: link.state is LinkState.STARTING)
        assert (await link.perform(PING)).ok
        assert ups == []
        asterisk.session.event("FullyBooted", ("Uptime", "1"))
        await eventually(lambda: link.is_up)

        assert ups == ["up"]


async def test_a_link_without_events_is_up_with_its_login() -> None:
    async with (
        FakeAsterisk(says_booted=False) as asterisk,
        link_to(asterisk, events="off", boot_awaited=False) as link,
    ):
        assert (await link.perform(PING)).ok

    assert asterisk.named("Login")[0]["Events"] == "off"


async def test_only_wanted_events_are_queued_and_the_rest_is_counted() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk, wanted_events=frozenset({"Hangup"})) as link:
        for name in ("VarSet", "Hangup", "Newexten"):
            asterisk.session.event(name, ("Uniqueid", "1.1"))
        event = await link.next_event()
        assert (await link.perform(PING)).ok

        assert (event.name, event.fields["Uniqueid"]) == ("Hangup", "1.1")
        assert link.queue_depth == 0
        assert (link.counters.events, link.counters.events_unwanted) == ({"Hangup": 1}, 3)


async def test_ten_thousand_events_come_complete_and_in_order() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk, wanted_events=frozenset({"Newstate"})) as link:
        for number in range(10_000):
            asterisk.session.event("Newstate", ("Channel", f"PJSIP/{number}"), ("CallerIDName", "Café Ñandú 王"))
        got = [await link.next_event() for _ in range(10_000)]

        assert [event.fields["Channel"] for event in got] == [f"PJSIP/{number}" for number in range(10_000)]
        assert {event.fields["CallerIDName"] for event in got} == {"Café Ñandú 王"}
        assert link.counters.overflows == 0


async def test_one_byte_reads_give_whole_events() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk, wanted_events=frozenset({"Newstate"})) as link:
        for byte in "Event: Newstate\r\nCallerIDName: Café Ñandú 王\r\n\r\n".encode():
            asterisk.session.write(bytes([byte]))
            await asterisk.session.writer.drain()
            await asyncio.sleep(0)

        assert (await link.next_event()).fields["CallerIDName"] == "Café Ñandú 王"


async def test_lag_is_told_from_the_timestamp() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk, wanted_events=frozenset({"Hangup"})) as link:
        for seconds in (NOW // 1000 - 3, NOW // 1000 - 1, NOW // 1000 + 9):
            asterisk.session.event("Hangup", ("Timestamp", f"{seconds}.250000"))
        for _ in range(3):
            await link.next_event()

        assert (link.counters.lag_ms_max, link.counters.lag_ms_last) == (2_750, 0)


async def test_a_failure_inside_one_event_does_not_lose_the_next() -> None:
    def broken_clock() -> None:
        raise RuntimeError("no time")

    async with FakeAsterisk() as asterisk:
        settings = settings_for(asterisk, wanted_events=frozenset({"Hangup"}))
        link = AmiLink(settings, now=broken_clock)  # type: ignore[arg-type]  # the mistake under test
        await link.start()
        await eventually(lambda: link.is_up)
        asterisk.session.write(
            b"Event: Hangup\r\nTimestamp: 1795493415.638737\r\n\r\nEvent: Hangup\r\nUniqueid: 2\r\n\r\n"
        )
        event = await link.next_event()
        assert link.is_up
        await link.close()

    assert event.fields["Uniqueid"] == "2"
    assert link.counters.messages_unreadable == 1


async def test_a_failing_callback_does_not_take_the_link_down() -> None:
    def mistake() -> None:
        raise RuntimeError("the owner's mistake")

    async with FakeAsterisk() as asterisk, link_to(asterisk, on_up=mistake, on_down=mistake) as link:
        asterisk.session.reset()
        await eventually(lambda: link.counters.losses == 1 and link.is_up)

        assert (await link.perform(PING)).ok


async def test_messages_that_are_neither_event_nor_reply_are_counted() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        asterisk.session.write(b"Goodbye: x\r\n\r\n:::\r\n\r\n\xff\xfe\r\n\r\n")
        assert (await link.perform(PING)).ok

        assert link.counters.messages_unreadable == 3


async def test_nothing_reaches_asterisk_when_a_value_could_break_out() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        with pytest.raises(UnsafeValue):
            await link.perform(Action(name="Setvar", fields={"Value": "x\r\n\r\nAction: Hangup\r\nChannel: y"}))
        assert (await link.perform(PING)).ok

    assert [action["Action"] for action in asterisk.received] == ["Login", "Ping"]


async def test_close_leaves_no_task_and_no_connection() -> None:
    async with FakeAsterisk() as asterisk:
        async with link_to(asterisk, on_down=lambda: None) as link:
            pending = link.send(PING)
        with pytest.raises(LinkLost):
            await pending
        await eventually(lambda: asterisk.session.writer.is_closing())

        assert link.state is LinkState.STOPPED
        assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("ami ")]
        with pytest.raises(LinkLost):
            await link.perform(PING)


async def test_close_twice_and_close_before_start_are_harmless() -> None:
    async with FakeAsterisk() as asterisk:
        link = AmiLink(settings_for(asterisk), now=lambda: NOW)
        await link.close()
        await link.start()
        await link.start()
        await eventually(lambda: link.is_up)
        await link.close()
        await link.close()

    assert len(asterisk.sessions) == 1


async def test_close_during_a_login_without_answer_ends_at_once() -> None:
    async with FakeAsterisk(silent=True) as asterisk:
        async with link_to(asterisk, waits_for_up=False) as link:
            await eventually(lambda: asterisk.named("Login"))
            assert link.state == "logging_in"

        assert link.state == "stopped"


@pytest.mark.parametrize("field", ["username", "secret", "events"])
async def test_a_login_that_would_break_its_line_is_refused_at_once(field: str) -> None:
    async with FakeAsterisk() as asterisk:
        with pytest.raises(UnsafeValue):
            settings_for(asterisk, **{field: "x\r\nAction: Originate"})


async def test_the_secret_is_never_shown() -> None:
    async with FakeAsterisk() as asterisk:
        assert "hidden-word" not in repr(settings_for(asterisk, secret="hidden-word"))


async def test_the_same_action_has_another_id_on_every_link() -> None:
    async with FakeAsterisk() as asterisk, link_to(asterisk) as one, link_to(asterisk) as other:
        ids = {(await one.perform(PING)).action_id, (await other.perform(PING)).action_id}

    assert len(ids) == 2
