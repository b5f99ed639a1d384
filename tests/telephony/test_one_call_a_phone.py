"""What the switch's room does when offers cross: one call a phone, the winner left alone, nobody's offer taken."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from acd.core.effects import CancelRing, RingAgent
from acd.core.inputs import Input
from acd.phone_lines import PhoneLines
from acd.ports import AgentLegPhase
from kernel.contact import Contact
from kernel.ids import AgentId, DeviceId, InteractionId, QueueId, ReservationId
from kernel.instants import Instant
from telephony.leg_names import agent_leg, caller_leg
from telephony.legs import LegTracker
from telephony.perform import AsteriskSwitch, Floor, RingPolicy
from tests.telephony.ami.fake_asterisk import FakeAsterisk, Received, Session
from tests.telephony.ami.links import link_to
from tests.telephony.waiting import eventually

NOW = Instant(1_795_500_000_000)
CALL, OTHER = InteractionId("c1795500000-7"), InteractionId("c1795500000-8")
FIRST, SECOND = ReservationId(f"{CALL}-r1"), ReservationId(f"{OTHER}-r1")
LATER = ReservationId(f"{CALL}-r2")


class NoContacts:
    """Knows nobody."""

    def live(self, interaction_id: InteractionId) -> Contact | None:
        return None


@dataclass
class Room:
    """A switch on a fake Asterisk that says who has won each caller."""

    switch: AsteriskSwitch
    asterisk: FakeAsterisk
    lines: PhoneLines
    looks: list[bool] = field(default_factory=list)

    def rings(self, reservation_id: ReservationId, phone: str = "phone-1") -> None:
        interaction_id = InteractionId(reservation_id.rpartition("-r")[0])
        self.switch.perform(
            RingAgent(
                reservation_id=reservation_id,
                interaction_id=interaction_id,
                queue_id=QueueId("sales"),
                agent_id=AgentId("ann"),
                device_id=DeviceId(phone),
                until=Instant(NOW + 15_000),
                auto_answer=False,
            )
        )

    def rung(self) -> list[str]:
        return [action["ChannelId"] for action in self.asterisk.named("Originate")]

    def ended(self) -> list[str]:
        return [action["Channel"] for action in self.asterisk.named("Hangup")]


@asynccontextmanager
async def a_room(winner: str = "") -> AsyncIterator[Room]:
    def tell(session: Session, asked: Received) -> None:
        value = winner if asked["Variable"] == "ACD_WINNER" else "waiting"
        session.reply(asked, "Success", "", ("Variable", asked["Variable"]), ("Value", value))

    async with FakeAsterisk(answers={"Getvar": tell}) as asterisk, link_to(asterisk) as commands:
        given: list[Input] = []
        lines = PhoneLines()
        switch = AsteriskSwitch(
            commands=commands,
            legs=LegTracker(),
            contacts=NoContacts(),  # type: ignore[arg-type]  # only what ringing asks
            floor=Floor(phones={}, queue_names={}, languages=("id",), music={}),
            policy=RingPolicy(silent_ms_max=3_000, epoch="2-b", record=False),
            now=lambda: NOW,
            post=given.append,
            lines=lines,
        )
        room = Room(switch=switch, asterisk=asterisk, lines=lines)
        switch.in_doubt = lambda: room.looks.append(True)
        try:
            yield room
        finally:
            await switch.close()


async def _settled(there: Callable[[], bool]) -> None:
    await eventually(there)
    await asyncio.sleep(0)


async def test_the_next_call_rings_once_the_last_one_has_left_the_phone() -> None:
    async with a_room() as room:
        room.rings(FIRST)
        await _settled(lambda: room.rung() == [agent_leg(FIRST)])
        room.switch.perform(CancelRing(reservation_id=FIRST, interaction_id=CALL))
        room.rings(SECOND)
        await _settled(lambda: room.ended() == [agent_leg(FIRST)])
        assert room.rung() == [agent_leg(FIRST)]

        room.lines.left(FIRST)

        await _settled(lambda: room.rung() == [agent_leg(FIRST), agent_leg(SECOND)])


async def test_another_phone_does_not_wait() -> None:
    async with a_room() as room:
        room.rings(FIRST)
        room.rings(SECOND, "phone-2")

        await _settled(lambda: room.rung() == [agent_leg(FIRST), agent_leg(SECOND)])


async def test_what_is_cancelled_while_it_waits_for_the_phone_never_rings() -> None:
    async with a_room() as room:
        room.rings(FIRST)
        room.rings(SECOND)
        room.switch.perform(CancelRing(reservation_id=SECOND, interaction_id=OTHER))
        room.lines.left(FIRST)

        await _settled(lambda: room.ended() == [agent_leg(SECOND)])
        assert room.rung() == [agent_leg(FIRST)]


async def test_the_leg_that_has_won_its_caller_is_left_alone_and_all_is_looked_at() -> None:
    async with a_room(winner=FIRST) as room:
        room.rings(FIRST)
        room.switch.perform(CancelRing(reservation_id=FIRST, interaction_id=CALL))

        await _settled(lambda: bool(room.looks))
        assert room.ended() == []


async def test_the_leg_whose_caller_another_has_won_is_ended() -> None:
    async with a_room(winner=LATER) as room:
        room.rings(FIRST)
        room.switch.perform(CancelRing(reservation_id=FIRST, interaction_id=CALL))

        await _settled(lambda: room.ended() == [agent_leg(FIRST)])
        assert room.looks == []


async def test_a_leg_of_nobody_is_ended_and_the_offer_to_another_for_the_same_caller_stays() -> None:
    async with a_room() as room:
        room.switch.take_over({FIRST: AgentLegPhase.RINGING, LATER: AgentLegPhase.RINGING}, {LATER: None})

        await _settled(lambda: room.ended() == [agent_leg(FIRST)])
        emptied = {"Channel": caller_leg(CALL), "Variable": "ACD_OFFER", "Value": ""}
        told = [dict(action.lines) for action in room.asterisk.named("Setvar")]
        assert not any(emptied.items() <= each.items() for each in told)
