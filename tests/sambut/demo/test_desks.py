"""The agents at their desks, on virtual time: how they take calls, and what they ask for from the phone."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from acd.core.agent_states import AgentState
from kernel.ids import AgentId, DeviceId, InteractionId
from kernel.instants import Instant
from phones.commands import AnyCommand, Dial, PickUp, Refuse
from phones.crowd import Phones
from phones.events import Dialed, Ended, Heard, Ringing
from sambut.demo.desks import AWAY_S, BACK_S, Desk, Seat, Surroundings
from sambut.demo.lines import Errand
from sambut.demo.scripts import DemoCall, FirstOffer, demo_call
from sambut.demo.watch import CallSeen, Offer, Watch
from sambut.settings import Phones as FeatureCodes
from simulator.virtual_time import run_virtually
from tests.cti.fakes import FakeContacts

AGENT, PHONE = AgentId("a1"), DeviceId("phone-1")
CALL = demo_call(1)


class OnePhone(Phones):
    """A phone without a process: it notes what it is asked, and a feature code does what the program would do."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(["nothing"])
        self.watch = watch
        self.asked: list[AnyCommand] = []
        self.does = {
            "*10": (AgentState.AUX, "logged_in"),
            "*12": (AgentState.READY, ""),
            "*131": (AgentState.AUX, "break"),
        }

    async def ask(self, command: AnyCommand) -> None:
        self.asked.append(command)
        if isinstance(command, Dial):
            await self._take(Dialed(at_ms=0, device=PHONE, call="out", target=command.target))
            if command.target in self.does:
                self.becomes(*self.does[command.target])
            # The program speaks on after the state has changed.
            await asyncio.sleep(0.1)
            heard = Heard(file="heard.wav", duration_ms=1, sound_ms=1, tones=())
            await self._take(
                Ended(
                    at_ms=0, device=PHONE, call="out", by="far", how="hung_up", status=None, reason="", talk_ms=1, heard=heard
                )
            )  # fmt: skip

    def becomes(self, state: AgentState, reason: str = "") -> None:
        self.watch.agents[AGENT] = (state, reason)
        self.watch.look_again()

    async def ring(self, call: DemoCall) -> None:
        await self._take(
            Ringing(at_ms=0, device=PHONE, call="in", number=call.shown_number, name="Indonesia", headers={})
        )

    def dialled(self) -> list[str]:
        return [command.target for command in self.asked if isinstance(command, Dial)]

    def answers(self) -> list[str]:
        return [type(command).__name__ for command in self.asked if isinstance(command, PickUp | Refuse)]


class Room:
    """One desk, with a call that is offered to it."""

    def __init__(self, *, call: DemoCall = CALL, offers: int = 1, auto_answer: bool = False, said: bool = True) -> None:
        self.watch = Watch(FakeContacts())
        self.phone = OnePhone(self.watch)
        self.errands: list[Errand] = []
        self.call = call
        seen = CallSeen(number=call.shown_number, ordinal=1, kind=call.kind)
        seen.offers += [Offer(offer_id=f"r{n}", agent_id=AGENT, at=Instant(n)) for n in range(offers)]
        self.watch.calls[InteractionId("c1")] = seen

        async def was_said(_heard: Path, _name: str) -> bool:
            return said

        seat = Seat(
            agent_id=AGENT, login="1001", pin="246810", device=PHONE, tone_hz=800, picks_up_ms=600, auto_answer=auto_answer
        )  # fmt: skip
        around = Surroundings(
            server="127.0.0.1", port=5060, codes=FeatureCodes(), was_said=was_said, folder=Path("phones"), watch=self.watch,
            call_of={call.shown_number: call}.get, tell=self.errands.append,
        )  # fmt: skip
        self.desk = Desk(seat, self.phone, around)

    @asynccontextmanager
    async def at_work(self) -> Any:
        working = asyncio.create_task(self.desk.work())
        await asyncio.sleep(1)
        try:
            yield
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working


def lived(room: Room, story: Callable[[], Coroutine[Any, Any, None]]) -> Room:
    async def whole() -> None:
        async with room.at_work():
            await story()

    run_virtually(whole())
    return room


def rings_for(room: Room, seconds: float = 5) -> Room:
    async def story() -> None:
        await room.phone.ring(room.call)
        await asyncio.sleep(seconds)

    return lived(room, story)


def test_an_agent_logs_in_by_login_and_pin_and_gets_ready() -> None:
    room = rings_for(Room())
    first = next(command for command in room.phone.asked if isinstance(command, Dial))

    assert room.phone.dialled() == ["*10", "*12"]
    assert [press.keys for press in first.press] == ["1001#", "246810#"]
    assert [(errand.what, errand.ok) for errand in room.errands] == [
        ("logs in (*10)", True),
        ("gets ready (*12)", True),
    ]
    assert room.desk.is_settled


@pytest.mark.parametrize(
    ("first_offer", "offers", "answers"),
    [
        (FirstOffer.TAKEN, 1, ["PickUp"]),
        (FirstOffer.DECLINED, 1, ["Refuse"]),
        (FirstOffer.RINGS_OUT, 1, []),
        (FirstOffer.DECLINED, 2, ["PickUp"]),
        (FirstOffer.RINGS_OUT, 2, ["PickUp"]),
    ],
)
def test_only_the_first_agent_does_otherwise_than_pick_up(
    first_offer: FirstOffer, offers: int, answers: Sequence[str]
) -> None:
    room = rings_for(Room(call=replace(CALL, first_offer=first_offer), offers=offers))

    assert room.phone.answers() == answers


def test_a_phone_that_answers_by_itself_is_left_alone() -> None:
    assert rings_for(Room(auto_answer=True)).phone.answers() == []


def test_a_break_that_is_due_is_taken_after_the_talk_and_ends() -> None:
    room = Room()

    async def story() -> None:
        room.desk.break_due = True
        room.phone.becomes(AgentState.TALKING)
        await asyncio.sleep(5)
        assert "*131" not in room.phone.dialled()
        room.phone.becomes(AgentState.WRAP_UP)
        await asyncio.sleep(AWAY_S["break"] - 1)
        assert room.phone.dialled()[-1] == "*131"
        assert not room.desk.is_settled
        await asyncio.sleep(2)

    lived(room, story)
    assert room.phone.dialled() == ["*10", "*12", "*131", "*12"]
    assert room.desk.is_settled


def test_an_agent_who_let_it_ring_comes_back() -> None:
    room = Room()

    async def story() -> None:
        room.phone.becomes(AgentState.AUX, "rona")
        await asyncio.sleep(BACK_S + 1)

    assert lived(room, story).phone.dialled() == ["*10", "*12", "*12"]


def test_an_errand_after_which_nothing_was_heard_did_not_go_well() -> None:
    room = rings_for(Room(said=False))

    assert [errand.problem for errand in room.errands] == ["did not hear agent-login-ok", "did not hear agent-ready"]


def test_an_errand_that_changed_nothing_did_not_go_well() -> None:
    room = Room()
    del room.phone.does["*10"]

    async def story() -> None:
        await asyncio.sleep(20)

    assert lived(room, story).errands[0].problem == "is logged_out (no reason) afterwards"
    assert not room.desk.is_settled
    assert room.desk.unsettled().problem == "is logged_out (no reason)"


def test_whoever_waits_for_an_agent_to_be_done_is_woken_by_the_end_of_the_errand() -> None:
    room = Room()

    async def story() -> None:
        room.phone.becomes(AgentState.AUX, "rona")
        async with asyncio.timeout(60):
            await room.watch.until(lambda: True if room.desk.is_settled else None)

    assert lived(room, story).phone.dialled() == ["*10", "*12", "*12"]
