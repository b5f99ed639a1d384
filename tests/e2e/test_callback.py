"""A caller asks to be called back, hangs up, keeps the place, and is called back; on a real Asterisk (ACD-h, TEL-f)."""

import functools
from pathlib import Path

import pytest

from acd.core.facts import AgentReserved, InteractionAnswered
from acd.core.inputs import SetReady
from kernel.ids import AgentId
from kernel.instants import Instant
from kernel.result_codes import Disposition
from phones.caller_script import CallerScript
from phones.crowd import AgentPhones
from phones.events import Ended, Ringing
from phones.plans import KeyPress, PicksUp
from reports.definitions import total
from tests.e2e.floor import eventually, open_floor
from tests.e2e.heard import plays
from tests.e2e.waiting_centre import CALLED_BACK, with_callbacks
from tests.port_leases import free_ports

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

NUMBER = "081234567891"
CUSTOMER_HZ, AGENT_HZ = 1500, 1000


async def test_scenario_33_a_callback_keeps_the_place_and_joins_customer_and_agent(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    rewrite = functools.partial(with_callbacks, outside_port=port)
    async with open_floor(tmp_path, rewrite=rewrite) as floor, AgentPhones(sip_port=port) as carrier:
        await carrier.make_caller(NUMBER, server="127.0.0.1", port=port, number=NUMBER, tone_hz=CUSTOMER_HZ)
        await carrier.behave(NUMBER, PicksUp(after_ms=500))
        await floor.seat("a1", "phone-1", tone_hz=AGENT_HZ, ready=False)
        await floor.phones.behave("phone-1", PicksUp(after_ms=500, hang_up_after_ms=2_000))
        asked = await floor.callers.call(
            CallerScript(
                number=NUMBER,
                did=CALLED_BACK,
                records=True,
                press=(KeyPress(keys="1", after_ms=1_500), KeyPress(keys="1", after_ms=4_000)),
            )
        )
        assert asked.heard is not None
        assert [play.whole for play in plays(asked.heard.file, "id", "callback-booked")] == [True]

        later = await floor.callers.start(CallerScript(number="081234567892", did=CALLED_BACK))

        async def both_wait() -> bool | None:
            return True if [c.phase for c in floor.running.hub.picture.calls.values()] == ["waiting"] * 2 else None

        await eventually(both_wait, within_s=8, what="the callback and the later caller waiting")
        await floor.running.distributor.submit(SetReady(agent_id=AgentId("a1")))
        called = await carrier.wait_for(Ringing, device=NUMBER, within_ms=8_000)
        assert called.number == "169"
        ringing = await floor.phones.wait_for(Ringing, device="phone-1", within_ms=8_000)
        assert ringing.number == "+6281234567891"
        await carrier.wait_for(Ended, device=NUMBER, within_ms=15_000)
        await later.outcome()
        first, second = await floor.ended_rows(2)
        assert (second.did, second.disposition, second.agent_id) == (CALLED_BACK, Disposition.ANSWERED, "a1")
        assert first.disposition is Disposition.ANSWERED
        reserved = await floor.all_facts(AgentReserved)
        assert [each.interaction_id for each in reserved] == [second.interaction_id, first.interaction_id]
        assert len(await floor.all_facts(InteractionAnswered)) == 2
        sums = total(await floor.running.storage.rows.queue_intervals(Instant(0), Instant(2**60)))
        assert (sums.offered_count, sums.answered_count, sums.left_key_count) == (2, 1, 1)
        assert (sums.callback_booked_count, sums.callback_answered_count, sums.callback_failed_count) == (1, 1, 0)
