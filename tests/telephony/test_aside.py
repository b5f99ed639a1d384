"""What Asterisk noted of those whom it served by itself, and how it gives them back."""

import asyncio

from acd.ports import AsideRecord, CallerPlace, CallerSeen
from kernel.ids import DeviceId, Did, InteractionId, QueueId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import EndedBy
from telephony.ami.wire import AmiEvent
from telephony.aside import records_in, strike_off, take_back
from tests.telephony.ami.fake_asterisk import FakeAsterisk, Received, Session
from tests.telephony.ami.links import link_to

CALL = InteractionId("c1795500000-7")
LEG = "1795500000.7"


def row(key: str, value: str) -> AmiEvent:
    fields = {"Key": f"/acd-aside/{key}", "Val": value}
    return AmiEvent(name="DBGetTreeResponse", fields=fields, repeated={})


def test_a_note_says_who_came_who_took_them_and_who_hung_up() -> None:
    found = records_in(
        [
            row(f"{CALL}/in", "1795500030123|1690|carrier|sales|0812"),
            row(f"{CALL}/joined", "1795500031000|phone-1"),
            row(f"{CALL}/left", "1795500090000|agent"),
        ]
    )

    came = CallerSeen(
        leg_id=LEG, did=Did("1690"), trunk_id=TrunkId("carrier"), place=CallerPlace.ASIDE, queue_id=QueueId("sales")
    )
    assert found == {
        CALL: AsideRecord(
            seen=came,
            number="0812",
            arrived_at=Instant(1_795_500_000_000),
            came_at=Instant(1_795_500_030_123),
            taken_by=DeviceId("phone-1"),
            taken_at=Instant(1_795_500_031_000),
            left_by=EndedBy.AGENT,
            left_at=Instant(1_795_500_090_000),
        )
    }


def test_one_who_came_straight_there_arrived_in_that_very_moment() -> None:
    found = records_in([row(f"{CALL}/in", "1795500000456|1690|carrier||")])
    record = found[CALL]
    assert record.arrived_at == record.came_at == Instant(1_795_500_000_456)
    assert record.seen is not None
    assert record.seen.queue_id is None


def test_what_is_no_note_of_ours_is_left_out() -> None:
    rows = [row("nobody/in", "1|2|3|4|5"), row(f"{CALL}/in", "today|1690|carrier||"), row("x", "")]
    assert records_in(rows) == {}


def test_striking_off_takes_all_notes_of_one_caller() -> None:
    assert strike_off(CALL).fields == {"Family": "acd-aside", "Key": CALL}


async def test_the_queue_loses_its_members_phones_stop_ringing_and_talks_go_on() -> None:
    looks = iter((2, 0))
    beats: list[int] = []

    def tell_members(session: Session, asked: Received) -> None:
        session.reply(asked, "Success", "Queue status will follow", ("EventList", "start"))
        session.event("QueueMember", ("ActionID", asked["ActionID"]), ("Location", "PJSIP/phone-1"))
        session.event("QueueStatusComplete", ("ActionID", asked["ActionID"]), ("EventList", "Complete"))

    def tell_channels(session: Session, asked: Received) -> None:
        session.reply(asked, "Success", "Channel status will follow", ("EventList", "start"))
        offered = "aside" if next(looks) else "waiting"
        for fields in (
            (("Uniqueid", LEG), ("Linkedid", LEG), ("ChannelStateDesc", "Up"), ("Variable", f"ACD_STATE={offered}")),
            (("Uniqueid", "1.8"), ("Linkedid", LEG), ("ChannelStateDesc", "Ringing")),
            (("Uniqueid", "1.9"), ("Linkedid", "1.2"), ("ChannelStateDesc", "Up")),
            (("Uniqueid", "1.2"), ("Linkedid", "1.2"), ("Variable", "ACD_STATE=aside_talk")),
        ):
            session.event("Status", ("ActionID", asked["ActionID"]), *fields)
        session.event("StatusComplete", ("ActionID", asked["ActionID"]), ("EventList", "Complete"))

    async def beat() -> None:
        beats.append(1)
        await asyncio.sleep(0)

    answers = {"QueueStatus": tell_members, "Status": tell_channels}
    async with FakeAsterisk(answers=answers) as asterisk, link_to(asterisk) as commands:
        await take_back(commands, beat=beat)

        assert [one["Interface"] for one in asterisk.named("QueueRemove")] == ["PJSIP/phone-1"]
        assert [one["Channel"] for one in asterisk.named("Hangup")] == ["1.8"]
        assert len(beats) == 2
