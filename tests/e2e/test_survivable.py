"""The program is away for longer than callers are kept waiting: Asterisk alone rings the agents (CAP-3, DR-b)."""

from pathlib import Path

import pytest

from sambut.phones.callers import LiveCall
from sambut.phones.events import Answered, Ringing
from tests.e2e.floor import eventually
from tests.e2e.house import AGENT_HZ, open_house
from tests.e2e.sound import heard_at_the_end

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(150)]

BRISK: dict[str, object] = {"survivable_after_s": 2, "heartbeat_ms": 500}
TALK_MS = 1_500
PICKS_UP_MS_MAX = 25_000


async def test_callers_reach_agents_while_the_program_is_dead(tmp_path: Path) -> None:
    """Who waits longest comes first, and who calls now comes too; an agent in aux is left in peace."""
    async with open_house(tmp_path, engine=BRISK) as house:
        await house.begin_talk("a1", "phone-1")
        await house.phones.wait_for(Answered, device="phone-1")
        waiter = await house.call("0812000003", tone_hz=700)
        await house.newcomer([])
        await house.seat("a2", "phone-2", ready=False)
        await house.kill()

        await house.phones.hang_up("phone-1")
        await house.phones.wait_for(Answered, device="phone-1", within_ms=PICKS_UP_MS_MAX)
        newcomer = await house.call("0812000006", tone_hz=800)
        await _talk_for_a_while(waiter)
        await house.phones.wait_for(Answered, device="phone-1", within_ms=PICKS_UP_MS_MAX)
        await _talk_for_a_while(newcomer)
        assert not house.phones.seen(Ringing, device="phone-2")


async def _talk_for_a_while(call: LiveCall) -> None:
    begun_ms = call.answered_ms_ago()

    async def enough() -> bool | None:
        return True if call.answered_ms_ago() > begun_ms + TALK_MS else None

    await eventually(enough, within_s=TALK_MS / 1000 + 5, what="a talk long enough to be heard")
    call.hang_up()
    heard = (await call.outcome()).heard
    assert heard is not None
    assert heard_at_the_end(heard, AGENT_HZ)
