"""Cables are pulled: an agent's phone in the middle of a talk and another one idle, and a carrier's line in a talk.

A phone that is dead while it rings is in ``test_agent_phones.py``: the next one rings within a second and a half.
"""

import os
import signal
import time

import pytest

from kernel.result_codes import Disposition
from phones.crowd import AgentPhones
from phones.plans import PicksUp
from telephony.ami.actions import Action
from tests.e2e.brisk import caller
from tests.e2e.floor import CallFloor, eventually, trunk_callers

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(120)]

CLOSED_S_MAX = 32.0
"""RTP is missed for 30 s, and then the call is closed."""
NOTICED_S_MAX = 33.0
"""A phone is asked every 30 s whether it is there, and has 3 s to answer."""


async def test_what_is_cut_off_is_closed_in_time_and_its_agents_are_not_ready(brisk_floor: CallFloor) -> None:
    """a1 talks and a2 is idle when their phones go dark; a3 talks to a caller whose line goes dark."""
    floor = brisk_floor
    async with AgentPhones() as doomed, trunk_callers(floor.running.settings, floor.folder / "doomed") as far:
        await floor.plug_in("phone-1", phones=doomed)
        await doomed.behave("phone-1", PicksUp(after_ms=100))
        await floor.sit_down("a1", "phone-1")
        kept = await floor.callers.start(caller("0812000001", stay_ms=80_000))
        await floor.until("a1", "talking")
        await floor.seat("a2", "phone-2", phones=doomed, ready=False)
        await floor.plug_in("phone-3")
        await floor.phones.behave("phone-3", PicksUp(after_ms=100))
        await floor.sit_down("a3", "phone-3")
        cut = await far.start(caller("0812000003", stay_ms=80_000))
        await floor.until("a3", "talking")

        os.kill(doomed.pid, signal.SIGKILL)
        cut.cut_off()
        dark_s = time.monotonic()
        seen: dict[str, float] = {}

        async def all_noticed() -> bool | None:
            now_s = time.monotonic() - dark_s
            for what, is_so in (
                ("idle", floor.state_of("a2") == "unreachable"),
                ("talk", floor.state_of("a1") != "talking"),
                ("trunk", floor.state_of("a3") != "talking"),
            ):
                if is_so:
                    seen.setdefault(what, now_s)
            assert floor.state_of("a1") not in ("ready", "reserved", "alerting")
            assert floor.state_of("a2") not in ("ready", "reserved", "alerting")
            return True if len(seen) == 3 else None

        await eventually(all_noticed, within_s=NOTICED_S_MAX + 7, what=f"all noticed; so far {sorted(seen)}")
        assert seen["talk"] <= CLOSED_S_MAX + 1, seen
        assert seen["trunk"] <= CLOSED_S_MAX + 1, seen
        assert seen["idle"] <= NOTICED_S_MAX + 2, seen
        await kept.outcome()
    await floor.until("a1", "unreachable", within_s=5)
    await floor.until("a3", "ready", within_s=5)

    rows = await floor.ended_rows(2, within_s=10)
    assert {row.disposition for row in rows} == {Disposition.ANSWERED}

    async def nobody_left() -> bool | None:
        channels = await floor.running.exchange.commands.collect(
            Action(name="CoreShowChannels"), "CoreShowChannelsComplete"
        )
        return None if channels or floor.running.hub.picture.calls else True

    await eventually(nobody_left, within_s=5, what="no channel left")
