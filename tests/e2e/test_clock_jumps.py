"""The machine's clock jumps by an hour, forward and back, in mid-call: nobody's wait, ring or wrap-up notices.

The program counts monotonic time from its start on. Asterisk's dialplan holds the program's heartbeat against Asterisk's
own clock, and does not believe in its age before it has seen it stand still.
"""

import asyncio
import time
from collections.abc import Callable

import pytest

from acd.core.facts import AgentReserved, InteractionAnswered, ReservationEnded
from kernel.result_codes import Disposition
from phones.events import Ended, Ringing
from phones.plans import PicksUp
from telephony.ami.actions import Action
from telephony.heartbeat import BEAT, global_variable
from tests.e2e.brisk import caller
from tests.e2e.floor import CallFloor, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(90)]

HOUR_S = 3_600
LOOK_S = 5.0
"""How often the waiting room looks at the heartbeat."""


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the clock that the program sees so many seconds forward (or, less than 0, back)."""
    off_s = 0.0
    real_time, real_time_ns = time.time, time.time_ns
    monkeypatch.setattr(time, "time", lambda: real_time() + off_s)
    monkeypatch.setattr(time, "time_ns", lambda: real_time_ns() + int(off_s * 1_000_000_000))

    def set_off(by_s: float) -> None:
        nonlocal off_s
        off_s += by_s

    return set_off


async def at_a_phone_that_answers(floor: CallFloor, agent: str, phone: str) -> None:
    """Let an agent sit down, ready, at a phone that picks up."""
    await floor.plug_in(phone)
    await floor.phones.behave(phone, PicksUp(after_ms=100))
    await floor.sit_down(agent, phone)


async def goes_on(floor: CallFloor, agent: str, state: str, *, for_s: float) -> None:
    """An agent's state does not change for so long."""
    until = time.monotonic() + for_s
    while time.monotonic() < until:
        assert floor.state_of(agent) == state
        await asyncio.sleep(0.05)


async def test_a_jump_of_an_hour_ends_no_wait_and_makes_none_negative(
    brisk_floor: CallFloor, jump: Callable[[float], None]
) -> None:
    """An hour forward while the caller waits and while a phone rings, two back in the talk, one forward in the wrap-up."""
    floor = brisk_floor
    call = await floor.callers.start(caller(stay_ms=40_000))
    interaction_id = await floor.queued()
    began_s = time.monotonic()
    jump(HOUR_S)
    await floor.seat("a1", "phone-1")
    await floor.until("a1", "alerting")
    jump(HOUR_S)
    rang = await floor.phones.wait_for(Ringing, device="phone-1")
    stopped = await floor.phones.wait_for(Ended, device="phone-1", within_ms=8_000)
    assert 4_500 <= stopped.at_ms - rang.at_ms <= 6_500, "it rings for its five seconds"
    await at_a_phone_that_answers(floor, "a2", "phone-2")
    await floor.until("a2", "talking")
    waited_s = time.monotonic() - began_s
    jump(-2 * HOUR_S)
    await goes_on(floor, "a2", "talking", for_s=1.5)
    jump(-HOUR_S)
    call.hang_up()
    await floor.until("a2", "wrap_up")
    wrapped_s = time.monotonic()
    jump(HOUR_S)
    await floor.until("a2", "ready", within_s=4)
    assert 1.5 <= time.monotonic() - wrapped_s <= 3.5

    row = await floor.ended_row()
    assert (row.interaction_id, row.disposition, row.agent_id) == (interaction_id, Disposition.ANSWERED, "a2")
    assert 1_000 <= row.talk_ms <= 4_000
    assert abs(row.wait_ms - waited_s * 1000) < 2_000
    (answered,) = await floor.all_facts(InteractionAnswered)
    assert 0 <= answered.rang_ms <= answered.waited_ms == row.wait_ms
    assert all(0 <= fact.rang_ms < 8_000 for fact in await floor.all_facts(ReservationEnded))


async def test_a_heartbeat_that_only_looks_old_sends_nobody_aside(brisk_floor: CallFloor) -> None:
    """As when the clock of Asterisk's machine is set an hour forward: until the next beat the last one looks an hour old."""
    floor = brisk_floor
    commands = floor.running.exchange.commands
    await floor.callers.start(caller(stay_ms=40_000))
    interaction_id = await floor.queued()
    until = time.monotonic() + 2.5 * LOOK_S
    looked_old = 0
    while time.monotonic() < until:
        beat = (await commands.perform(Action(name="Getvar", fields={"Variable": BEAT}))).fields["Value"]
        if int(beat) > time.time() - HOUR_S / 2:
            looked_old += 1
            await commands.perform(global_variable(BEAT, str(int(beat) - HOUR_S)))
        state = await commands.perform(
            Action(
                name="Getvar",
                fields={"Channel": interaction_id.removeprefix("c").replace("-", "."), "Variable": "ACD_STATE"},
            )
        )
        assert state.fields["Value"] == "waiting"
    assert looked_old >= 4, "every beat was made to look old at once"

    await at_a_phone_that_answers(floor, "a1", "phone-1")

    async def joined() -> bool | None:
        return True if floor.state_of("a1") == "talking" else None

    await eventually(joined, within_s=5, what="the agent talking")
    assert len(await floor.all_facts(AgentReserved)) == 1
