"""What waits for a look at the switch, and for how long."""

import asyncio

from acd.core.inputs import AsideBegan, AsideEnded
from acd.distributor import HOLD_MS_MAX
from acd.ports import AsideRecord, CallerPlace, CallerSeen, SwitchPicture
from kernel.ids import Did, InteractionId, TrunkId
from kernel.instants import after, elapsed_ms
from kernel.result_codes import EndedBy
from simulator.virtual_time import VirtualClock
from tests.acd import makers as m
from tests.acd.desk import READY_ANN, Desk, story


@story
async def test_what_the_switch_did_by_itself_is_told_at_its_own_instant_before_what_waits_in_the_inbox() -> None:
    away = [False]
    desk = Desk(comes_back=lambda: away[0])
    async with desk.open():
        await desk.give(*READY_ANN)
        left_at = after(VirtualClock().now(), 2_000)
        await asyncio.sleep(10)
        away[0] = True
        desk.door.post(m.arrived("c2"))
        await asyncio.sleep(1)
        known = len(desk.journal.entries)
        record = AsideRecord(
            seen=CallerSeen(leg_id="leg-c1", did=Did("169"), trunk_id=TrunkId("carrier"), place=CallerPlace.ASIDE),
            arrived_at=left_at,
            came_at=left_at,
            left_at=left_at,
            left_by=EndedBy.CALLER,
        )
        seen = SwitchPicture(callers={}, agent_legs={}, devices={}, aside={InteractionId("c1"): record})
        await desk.door.reconcile(seen)
        away[0] = False
        await desk.give(m.TIME)

    told = [(entry.given, entry.at) for entry in desk.journal.entries[known:]]
    aside = [
        AsideBegan(),
        m.arrived("c1"),
        m.enter("c1"),
        m.hung_up("c1"),
    ]
    assert told[:4] == [(given, left_at) for given in aside]
    assert [given for given, _ in told[4:]] == [AsideEnded(), m.arrived("c2"), m.TIME]
    assert desk.outside.effects == []


@story
async def test_nobody_waits_for_ever_for_a_look_that_does_not_come() -> None:
    desk = Desk(comes_back=lambda: True)
    began = VirtualClock().now()
    async with desk.open():
        await desk.give(m.arrived("c1"))
    assert elapsed_ms(began, VirtualClock().now()) >= HOLD_MS_MAX
    assert len(desk.journal.entries) == 1


@story
async def test_what_is_configured_need_not_wait_for_a_look() -> None:
    desk = Desk(comes_back=lambda: True)
    began = VirtualClock().now()
    async with desk.open():
        await desk.give(m.queue())
    assert elapsed_ms(began, VirtualClock().now()) < HOLD_MS_MAX
