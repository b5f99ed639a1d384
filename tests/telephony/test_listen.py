"""The ear on Asterisk where the order of events is not what it seems: lost hang-ups, lost claims, phones that forward."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from acd.core.facts import Fact
from acd.core.inputs import AgentLeft, AgentLegFailed, AgentPickedUp, CallerHungUp, DevicePresenceSeen, Input
from acd.phone_lines import PhoneLines
from acd.ports import SwitchPicture
from kernel.ids import DeviceId, InteractionId, ReservationId
from kernel.instants import Instant
from kernel.result_codes import EndedBy, ReservationResult
from telephony import listen
from telephony.leg_names import agent_leg, caller_leg
from telephony.legs import LegTracker
from telephony.listen import Listener
from tests.telephony.ami.fake_asterisk import FakeAsterisk
from tests.telephony.ami.links import link_to
from tests.telephony.waiting import eventually

CALL = InteractionId("c1764000000-12")
OFFER = ReservationId("c1764000000-12-r1")
SOON_S = 0.05


class Door:
    """Takes every input."""

    def __init__(self) -> None:
        self.inputs: list[Input] = []

    def post(self, given: Input) -> None:
        self.inputs.append(given)

    async def submit(self, given: Input) -> tuple[Fact, ...]:
        self.inputs.append(given)
        return ()

    async def note(self, stream: str, facts: Sequence[object]) -> int:
        return 1

    def post_note(self, stream: str, facts: Sequence[object]) -> None:
        raise AssertionError("nobody leaves notes here")


@dataclass(slots=True, kw_only=True)
class Room:
    """A listener with an offer that rings, and what it did."""

    asterisk: FakeAsterisk
    door: Door = field(default_factory=Door)
    ended: list[str] = field(default_factory=list)
    forwarded: list[bool] = field(default_factory=list)

    def says(self, name: str, **fields: str) -> None:
        self.asterisk.session.event(name, *fields.items())


async def compared(picture: SwitchPicture) -> None:
    """Nothing to compare with."""


@pytest.fixture
async def room(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    monkeypatch.setattr(listen, "NOBODY_THERE_S", SOON_S)
    monkeypatch.setattr(listen, "LINGERS_S", SOON_S)
    async with FakeAsterisk() as asterisk, link_to(asterisk) as link:
        room = Room(asterisk=asterisk)
        legs = LegTracker()
        legs.caller_known(CALL)
        legs.ring_started(OFFER, CALL)
        lines = PhoneLines()
        lines.reserved(OFFER, DeviceId("phone-1"))
        listener = Listener(
            events=link,
            commands=link,
            legs=legs,
            door=room.door,
            now=lambda: Instant(0),
            reconcile=compared,
            part=lambda interaction_id, reservation_id: None,
            take_over=lambda found, in_force: None,
            sound_closed=lambda reservation_id: None,
            forwarded=lambda: room.forwarded.append(True),
            end=room.ended.append,
            lines=lines,
            lost_sight=lambda: None,
            take_back=lambda: asyncio.sleep(0),
        )
        listener.in_step.set()
        listener.hearing.set()
        hearing = asyncio.create_task(listener.run())
        yield room
        hearing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hearing


async def test_a_leg_whose_hangup_never_comes_is_ended_once_more(room: Room) -> None:
    room.says("HangupRequest", Uniqueid=agent_leg(OFFER))
    room.says("Hangup", Uniqueid=agent_leg(OFFER), Cause="21")
    room.says("HangupRequest", Uniqueid=caller_leg(CALL))

    await eventually(lambda: room.ended)

    assert room.ended == [caller_leg(CALL)]


@pytest.mark.parametrize("how", ["no claim", "no bridge"])
async def test_who_finds_nobody_to_join_does_not_bring_the_leaving_caller_another_offer(room: Room, how: str) -> None:
    if how == "no claim":
        room.says("UserEvent", UserEvent="AcdClaim", Reservation=OFFER)
    else:
        room.says("Hangup", Uniqueid=agent_leg(OFFER), Cause="16")
    room.says("Hangup", Uniqueid=caller_leg(CALL), Cause="16")

    await eventually(lambda: len(room.door.inputs) == 2)

    assert room.door.inputs[0] == CallerHungUp(interaction_id=CALL, cause_code=16)


async def test_a_phone_that_forwards_has_failed_at_once_and_what_it_named_is_ended(room: Room) -> None:
    room.says("HangupRequest", Uniqueid=agent_leg(OFFER), Cause="23")

    await eventually(lambda: room.door.inputs)

    assert room.door.inputs == [AgentLegFailed(reservation_id=OFFER, result=ReservationResult.LAPSED)]
    assert room.forwarded == [True]


async def test_a_phone_that_fell_silent_is_asked_and_not_believed_to_be_there_meanwhile(room: Room) -> None:
    room.says("BridgeEnter", Uniqueid=agent_leg(OFFER))
    room.says("Hangup", Uniqueid=agent_leg(OFFER), Cause="44")
    room.says("DeviceStateChange", Device="PJSIP/phone-1", State="NOT_INUSE")
    room.says("DeviceStateChange", Device="PJSIP/phone-1", State="UNAVAILABLE")

    await eventually(lambda: len(room.door.inputs) == 3)
    (asked,) = room.asterisk.named("PJSIPQualify")

    assert asked["Endpoint"] == "phone-1"
    assert set(room.door.inputs) == {
        AgentPickedUp(reservation_id=OFFER),
        AgentLeft(reservation_id=OFFER, ended_by=EndedBy.SYSTEM, phone_silent=True),
        DevicePresenceSeen(device_id=DeviceId("phone-1"), reachable=False, in_use=False),
    }
