"""After every gap: one look at the switch, compared, and the legs that nobody asked for ended."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from acd.core import facts
from acd.core.facts import Fact
from acd.core.inputs import AgentLeft, AgentPickedUp, CallerHungUp, CallerLost, DevicePresenceSeen, Input
from acd.core.settings import Channel
from acd.phone_lines import PhoneLines
from acd.ports import AgentLegPhase, CallerPlace, SwitchPicture
from kernel.contact import Contact
from kernel.entry import ENGINE_STREAM, Entry
from kernel.ids import AgentId, CallLegId, DeviceId, Did, InteractionId, QueueId, ReservationId, TrunkId
from kernel.instants import Instant
from kernel.result_codes import EndedBy, ReservationResult
from telephony import listen
from telephony.ami.connection import AmiLink
from telephony.leg_names import agent_leg, caller_leg
from telephony.legs import LegTracker
from telephony.listen import Listener
from telephony.perform import AsteriskSwitch, Floor, RingPolicy
from tests.acd.floor import Floor as EngineFloor
from tests.telephony.ami.fake_asterisk import FakeAsterisk, Received, Session
from tests.telephony.ami.links import link_to
from tests.telephony.waiting import eventually

NOW = Instant(1_795_500_000_000)
CALL = InteractionId("c1795500000-7")
OFFER = ReservationId(f"{CALL}-r1")
FORMER = ReservationId(f"{CALL}-r9")
LOST = InteractionId("c1795500000-3")


class Door:
    """Takes every input, and decides nothing."""

    def __init__(self) -> None:
        self.given: list[Input] = []

    async def submit(self, given: Input) -> tuple[Fact, ...]:
        self.given.append(given)
        return ()

    def post(self, given: Input) -> None:
        self.given.append(given)

    async def note(self, stream: str, facts: Sequence[object]) -> int:
        raise AssertionError("the ear notes nothing")

    def post_note(self, stream: str, facts: Sequence[object]) -> None:
        raise AssertionError("nobody leaves notes here")


class NoContacts:
    """Knows nobody."""

    def live(self, interaction_id: InteractionId) -> Contact | None:
        return None


@dataclass
class Ear:
    """A listener on a fake Asterisk that holds these channels and lost callers."""

    asterisk: FakeAsterisk
    listener: Listener
    door: Door
    events: AmiLink
    pictures: list[SwitchPicture] = field(default_factory=list)

    async def looks(self) -> SwitchPicture:
        """Let it look once more, and wait until it is in step."""
        seen = len(self.pictures)
        self.listener.in_step.clear()
        self.listener.link_up()
        await eventually(lambda: len(self.pictures) > seen and self.listener.in_step.is_set())
        return self.pictures[-1]

    def reserved(self, reservation_id: ReservationId) -> None:
        """A reservation comes into force."""
        self._tell(
            facts.AgentReserved(
                reservation_id=reservation_id,
                interaction_id=CALL,
                queue_id=QueueId("sales"),
                agent_id=AgentId("ann"),
                device_id=DeviceId("phone-1"),
                until=NOW,
                auto_answer=False,
                waited_ms=0,
            )
        )

    def reservation_over(self, result: ReservationResult) -> None:
        """It has ended, one way or the other."""
        self._tell(
            facts.ReservationEnded(
                reservation_id=OFFER,
                interaction_id=CALL,
                queue_id=QueueId("sales"),
                agent_id=AgentId("ann"),
                result=result,
                rang_ms=0,
            )
        )

    def answered(self) -> None:
        """The talk begins."""
        self._tell(
            facts.InteractionAnswered(
                interaction_id=CALL,
                queue_id=QueueId("sales"),
                agent_id=AgentId("ann"),
                reservation_id=OFFER,
                waited_ms=0,
                rang_ms=0,
            )
        )

    def released(self) -> None:
        """The talk is over."""
        self._tell(
            facts.InteractionReleased(
                interaction_id=CALL,
                queue_id=QueueId("sales"),
                agent_id=AgentId("ann"),
                reservation_id=OFFER,
                ended_by=EndedBy.SYSTEM,
                talk_ms=0,
                hold_ms=0,
            )
        )

    def _tell(self, fact: Fact) -> None:
        self.listener.on_entry(Entry(seq=1, at=NOW, stream=ENGINE_STREAM, given=None, facts=(fact,)))

    def done(self, name: str) -> list[dict[str, str]]:
        """Actions of one name, without the words that all have."""
        return [
            {key: value for key, value in action.lines if key not in ("Action", "ActionID")}
            for action in self.asterisk.named(name)
        ]


@asynccontextmanager
async def an_ear(
    channels: Sequence[tuple[tuple[str, str], ...]] = (), lost: dict[str, str] | None = None
) -> AsyncIterator[Ear]:
    def tell(rows: Sequence[tuple[tuple[str, str], ...]], event: str, complete: str) -> Any:
        def answer(session: Session, action: Received) -> None:
            session.reply(action, "Success", "A listing will follow", ("EventList", "start"))
            for row in rows:
                session.event(event, ("ActionID", action["ActionID"]), *row)
            session.event(complete, ("ActionID", action["ActionID"]), ("EventList", "Complete"))

        return answer

    keys = [(("Key", f"/acd-lost/{one}"), ("Val", value)) for one, value in (lost or {}).items()]
    answers = {
        "Status": tell(channels, "Status", "StatusComplete"),
        "DeviceStateList": tell((), "DeviceStateChange", "DeviceStateListComplete"),
        "DBGetTree": tell(keys, "DBGetTreeResponse", "DBGetTreeComplete"),
    }
    async with FakeAsterisk(answers=answers) as asterisk, link_to(asterisk) as events, link_to(asterisk) as commands:
        legs, lines, door, pictures = LegTracker(), PhoneLines(), Door(), list[SwitchPicture]()
        switch = AsteriskSwitch(
            commands=commands,
            legs=legs,
            contacts=NoContacts(),  # type: ignore[arg-type]  # only what ringing asks
            floor=Floor(phones={}, queue_names={}, languages=("id",), music={}),
            policy=RingPolicy(silent_ms_max=3_000, epoch="2-b", record=False),
            now=lambda: NOW,
            post=door.post,
            lines=lines,
        )

        async def reconcile(picture: SwitchPicture) -> None:
            pictures.append(picture)

        listener = Listener(
            events=events,
            commands=commands,
            legs=legs,
            door=door,
            now=lambda: NOW,
            reconcile=reconcile,
            part=switch.part,
            take_over=switch.take_over,
            sound_closed=lambda _: None,
            forwarded=switch.end_forwarded,
            end=switch.end,
            lines=lines,
            lost_sight=lambda: None,
            take_back=lambda: asyncio.sleep(0),
        )
        running = asyncio.create_task(listener.run())
        try:
            yield Ear(asterisk=asterisk, listener=listener, door=door, events=events, pictures=pictures)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            await switch.close()


def leg(reservation_id: ReservationId, *, bridge: str = "") -> tuple[tuple[str, str], ...]:
    return (("Uniqueid", agent_leg(reservation_id)), ("BridgeID", bridge))


def caller(state: str) -> tuple[tuple[str, str], ...]:
    words = {"ACD_CALL": CALL, "ACD_DID": "169", "ACD_TRUNK": "carrier", "ACD_STATE": state, "ACD_QUEUE": "sales"}
    return (("Uniqueid", caller_leg(CALL)), *(("Variable", f"{name}={value}") for name, value in words.items()))


async def test_a_look_says_where_everybody_is_and_who_was_turned_away() -> None:
    async with an_ear([caller("away"), leg(OFFER, bridge="b1")], {LOST: "1690|carrier"}) as ear:
        picture = await ear.looks()

        assert picture.callers[CALL].place is CallerPlace.AWAY
        assert picture.agent_legs == {OFFER: AgentLegPhase.JOINED}
        (lost,) = picture.turned_away.values()
        assert (lost.leg_id, lost.did, lost.trunk_id) == (caller_leg(LOST), "1690", "carrier")
        await eventually(lambda: ear.done("DBDel") == [{"Family": "acd-lost", "Key": LOST}])


async def test_a_look_says_who_calls_unless_it_is_withheld() -> None:
    for number, name in (("0811", "Siti"), ("<unknown>", "<unknown>")):
        row = (*caller("flow"), ("CallerIDNum", number), ("CallerIDName", name))
        async with an_ear([row]) as ear:
            seen = (await ear.looks()).callers[CALL]

            assert (seen.number, seen.name) == (("0811", "Siti") if number == "0811" else ("", ""))


async def test_a_leg_that_rings_for_a_reservation_may_claim_for_the_program_that_found_it() -> None:
    async with an_ear([caller("waiting"), leg(OFFER)]) as ear:
        ear.reserved(OFFER)
        await ear.looks()

        epoch = {"Channel": agent_leg(OFFER), "Variable": "ACD_LEG_EPOCH", "Value": "2-b"}
        await eventually(lambda: ear.done("Setvar") == [epoch])
        assert ear.done("Hangup") == []


async def test_a_leg_that_hangs_up_during_the_look_has_talked_and_its_end_is_the_agents() -> None:
    """It is in no bridge any more, so it looks like one that rings."""
    async with an_ear([caller("answered"), leg(OFFER)]) as ear:
        ear.answered()
        await ear.looks()
        for name in ("HangupRequest", "Hangup"):
            ear.asterisk.sessions[0].event(name, ("Uniqueid", agent_leg(OFFER)), ("Cause", "16"))
        ear.asterisk.sessions[0].event("Hangup", ("Uniqueid", caller_leg(CALL)), ("Cause", "16"))

        await eventually(lambda: ear.door.given != [])
        assert ear.door.given[0] == AgentLeft(reservation_id=OFFER, ended_by=EndedBy.AGENT)


async def test_a_start_from_a_checkpoint_knows_whose_legs_ring_and_which_callers_there_are() -> None:
    floor = EngineFloor(ready=("ann",))
    floor.call(CALL)
    async with an_ear([caller("waiting"), leg(OFFER)]) as ear:
        ear.listener.resume(floor.engine.checkpoint())
        await ear.looks()
        ear.asterisk.sessions[0].event("Hangup", ("Uniqueid", caller_leg(CALL)), ("Cause", "16"))

        epoch = {"Channel": agent_leg(OFFER), "Variable": "ACD_LEG_EPOCH", "Value": "2-b"}
        await eventually(lambda: ear.done("Setvar") == [epoch])
        await eventually(lambda: ear.door.given != [])
        assert ear.door.given == [CallerHungUp(interaction_id=CALL, cause_code=16)]
        assert ear.done("Hangup") == []


async def test_all_is_looked_at_again_and_again_though_no_link_was_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen, "LOOK_S", 0.02)
    async with an_ear([caller("waiting")]) as ear:
        await ear.looks()

        await eventually(lambda: len(ear.pictures) > 3)
        assert ear.listener.in_step.is_set()


async def test_a_leg_that_rings_for_nobody_is_withdrawn_and_ended() -> None:
    async with an_ear([caller("waiting"), leg(OFFER)]) as ear:
        ear.reserved(OFFER)
        ear.reservation_over(ReservationResult.LAPSED)
        await ear.looks()

        await eventually(lambda: [done["Channel"] for done in ear.done("Hangup")] == [agent_leg(OFFER)])
        assert ear.done("Setvar") == [{"Channel": caller_leg(CALL), "Variable": "ACD_OFFER", "Value": ""}]


async def test_a_leg_that_is_joined_against_the_engines_will_is_parted_and_the_caller_waits_on() -> None:
    async with an_ear([caller("answered"), leg(FORMER, bridge="b1")]) as ear:
        await ear.looks()

        await eventually(lambda: [done["Channel"] for done in ear.done("Hangup")] == [agent_leg(FORMER)])
        assert ear.done("Setvar") == [
            {"Channel": agent_leg(FORMER), "Variable": "ACD_WON", "Value": ""},
            {"Channel": caller_leg(CALL), "Variable": "ACD_STATE", "Value": "waiting"},
        ]


async def test_a_leg_that_talks_is_left_alone_until_its_talk_is_over() -> None:
    async with an_ear([caller("answered"), leg(OFFER, bridge="b1")]) as ear:
        ear.reserved(OFFER)
        ear.reservation_over(ReservationResult.ANSWERED)
        await ear.looks()
        assert ear.done("Hangup") == []

        ear.released()
        await ear.looks()
        await eventually(lambda: len(ear.done("Hangup")) == 1)


async def test_the_late_end_of_a_leg_whose_talk_is_over_is_no_news() -> None:
    async with an_ear([caller("answered"), leg(OFFER, bridge="b1")]) as ear:
        ear.reserved(OFFER)
        await ear.looks()
        ear.released()
        ear.asterisk.sessions[0].event("Hangup", ("Uniqueid", agent_leg(OFFER)), ("Cause", "16"))
        ear.asterisk.sessions[0].event("DeviceStateChange", ("Device", "PJSIP/phone-1"), ("State", "NOT_INUSE"))

        await eventually(lambda: ear.door.given != [])
        assert [type(given) for given in ear.door.given] == [DevicePresenceSeen]


async def test_events_of_a_gap_wait_for_the_look_and_change_nothing_twice() -> None:
    async with an_ear([caller("answered"), leg(OFFER, bridge="b1")]) as ear:
        ear.reserved(OFFER)
        session = ear.asterisk.sessions[0]
        session.event("BridgeEnter", ("Uniqueid", agent_leg(OFFER)))
        session.event("Hangup", ("Uniqueid", agent_leg(OFFER)), ("Cause", "16"))
        await eventually(lambda: ear.events.queue_depth >= 1)
        assert ear.door.given == []
        await ear.looks()

        await eventually(lambda: len(ear.door.given) == 1)
        assert not isinstance(ear.door.given[0], AgentPickedUp)


async def test_a_caller_whom_the_dialplan_turns_away_is_lost_and_struck_off_its_list() -> None:
    async with an_ear() as ear:
        await ear.looks()
        created = facts.InteractionCreated(
            interaction_id=CALL,
            channel=Channel.VOICE,
            did=Did("169"),
            trunk_id=TrunkId("carrier"),
            leg_id=CallLegId(caller_leg(CALL)),
        )
        ear.listener.on_entry(Entry(seq=1, at=NOW, stream=ENGINE_STREAM, given=None, facts=(created,)))
        ear.asterisk.sessions[0].event("UserEvent", ("UserEvent", "AcdNoService"), ("Call", CALL))
        ear.asterisk.sessions[0].event("Hangup", ("Uniqueid", caller_leg(CALL)), ("Cause", "41"))

        await eventually(lambda: len(ear.door.given) == 2)
        assert ear.door.given == [
            CallerLost(interaction_id=CALL),
            CallerHungUp(interaction_id=CALL, cause_code=41),
        ]
        await eventually(lambda: ear.done("DBDel") == [{"Family": "acd-lost", "Key": CALL}])
