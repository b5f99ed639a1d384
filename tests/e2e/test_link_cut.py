"""The links to Asterisk are cut while calls go on: what happened in the gap is known after it (CAP-3)."""

import pytest

from acd.core.facts import AgentReserved
from kernel.ids import InteractionId
from kernel.result_codes import Disposition
from phones.callers import LiveCall
from phones.events import Answered, Ringing
from phones.plans import PicksUp
from reports.rows import InteractionRow
from tests.e2e.brisk import caller
from tests.e2e.floor import CallFloor, eventually

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(90)]


async def test_what_happens_while_the_links_are_cut_is_known_after_it(brisk_floor: CallFloor) -> None:
    """An agent hangs up, another picks up, and one who waits gives up."""
    floor, exchange = brisk_floor, brisk_floor.running.exchange
    await floor.seat("a1", "phone-1")
    await floor.phones.behave("phone-1", PicksUp(after_ms=100))
    talker = await floor.callers.start(caller("0812000001"))
    await floor.until("a1", "talking")
    leaves, left = await _one_more_waits(floor, "0812000003")
    _, stays = await _one_more_waits(floor, "0812000004")
    await floor.seat("a2", "phone-2", tone_hz=1200)
    offered = (await floor.phones.wait_for(Ringing, device="phone-2", within_ms=8_000)).headers
    assert left in offered.values()
    await floor.seat("a3", "phone-3")
    await floor.phones.wait_for(Ringing, device="phone-3", within_ms=8_000)

    await exchange.events.close()
    await exchange.commands.close()
    assert "asterisk" in await floor.running.health.problems()
    await floor.phones.hang_up("phone-1")
    await talker.outcome()
    leaves.hang_up()
    await leaves.outcome()
    await floor.phones.pick_up("phone-3")
    await floor.phones.wait_for(Answered, device="phone-3")
    await _sound_is_kept(floor, stays)
    await exchange.events.start()
    await exchange.commands.start()

    async def in_step() -> bool | None:
        return None if await floor.running.health.problems() else True

    await eventually(in_step, within_s=10, what="in step again")
    await floor.until("a1", "wrap_up")
    await floor.until("a2", "ready")
    await floor.until("a3", "talking")
    assert floor.running.hub.picture.calls.keys() == {stays}
    dispositions = {row.interaction_id: row.disposition for row in await _ended(floor, 2)}
    assert dispositions.pop(left) in (Disposition.ABANDONED, Disposition.SHORT_ABANDONED)
    assert list(dispositions.values()) == [Disposition.ANSWERED]
    await floor.phones.hang_up("phone-3")
    await floor.until("a3", "wrap_up")
    assert len(await floor.all_facts(AgentReserved)) == 3


async def _one_more_waits(floor: CallFloor, number: str) -> tuple[LiveCall, InteractionId]:
    known = set(floor.running.hub.picture.calls)
    call = await floor.callers.start(caller(number, stay_ms=60_000))

    async def look() -> InteractionId | None:
        calls = floor.running.hub.picture.calls.values()
        return next(
            (one.interaction_id for one in calls if one.phase == "waiting" and one.interaction_id not in known), None
        )

    return call, await eventually(look, within_s=8, what="one more waiting")


async def _sound_is_kept(floor: CallFloor, interaction_id: InteractionId) -> None:
    """Wait until Asterisk has written sound of the talk: then the two are joined, whoever sees it."""

    async def look() -> bool | None:
        files = list(floor.running.exchange.spool.glob(f"{interaction_id}-*-agent.wav"))
        return True if files and files[0].stat().st_size > 1_000 else None

    await eventually(look, within_s=5, what="sound of the talk")


async def _ended(floor: CallFloor, count: int) -> list[InteractionRow]:
    async def look() -> list[InteractionRow] | None:
        rows = await floor.running.storage.rows.find_interactions()
        ended = [row for row in rows if row.disposition is not None]
        return ended if len(ended) == count else None

    return await eventually(look, within_s=5, what=f"{count} ended interactions")
