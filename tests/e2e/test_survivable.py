"""The program is away for longer than callers are kept waiting: Asterisk alone rings the agents (CAP-3, DR-b)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from phones.callers import LiveCall
from phones.events import Answered, Ringing
from tests.e2e.floor import eventually
from tests.e2e.house import AGENT_HZ, House, open_house
from tests.e2e.sound import heard_at_the_end

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(170)]

BRISK: dict[str, object] = {"survivable_after_s": 2, "heartbeat_ms": 500}
TALK_MS = 1_500
PICKS_UP_MS_MAX = 30_000
OFF_MS_MAX = 1_000


async def test_callers_reach_agents_while_the_program_is_dead_and_all_is_accounted_for_after_it(tmp_path: Path) -> None:
    """Who waits longest comes first, and who calls now comes too; an agent in aux is left in peace."""
    async with open_house(tmp_path, engine=BRISK) as house:

        async def away() -> None:
            await house.kill()

        async def back() -> None:
            await house.up()

        await _an_outage(house, away=away, back=back)


async def test_a_program_that_was_frozen_joins_nobody_twice_and_agrees_with_what_asterisk_did(tmp_path: Path) -> None:
    async with open_house(tmp_path, engine=BRISK) as house:

        async def away() -> None:
            house.freeze()

        async def back() -> None:
            house.thaw()
            await house.ready()

        await _an_outage(house, away=away, back=back)


async def _an_outage(house: House, *, away: Callable[[], Awaitable[None]], back: Callable[[], Awaitable[None]]) -> None:
    """One waits and is served, one is served and talks on, one waits all through it, and one calls, and gives up."""
    await house.begin_talk("a1", "phone-1")
    await house.phones.wait_for(Answered, device="phone-1")
    waiting: dict[str, tuple[LiveCall, str]] = {}
    for number in ("0812000003", "0812000004", "0812000005"):
        call, interaction_id = await _one_more(house, number, [known for _, known in waiting.values()])
        waiting[number] = call, interaction_id
    known = set(await house.live_calls())
    await house.seat("a2", "phone-2", ready=False)

    await away()
    await house.phones.hang_up("phone-1")
    begun = await house.phones.wait_for(Answered, device="phone-1", within_ms=PICKS_UP_MS_MAX)
    # Each looks at the heartbeat in their own time: who of them goes first is open.
    first, served = waiting.pop(_shown_last(house))
    newcomer = await house.call("0812000006", tone_hz=800)
    await _talk_for_a_while(first)
    newcomer.hang_up()
    await newcomer.outcome()
    begun_again = await house.phones.wait_for(Answered, device="phone-1", within_ms=PICKS_UP_MS_MAX)
    talks_on, waits_on = (interaction_id for _, interaction_id in waiting.values())
    assert _shown_last(house) == min(waiting), "of those who are there, the first to call is served next"
    assert not house.phones.seen(Ringing, device="phone-2")
    await back()

    await house.agent_is("a1", "talking")
    assert await house.live_calls() == {talks_on: "talking", waits_on: "waiting"}
    assert await house.line() == [waits_on]
    row = await house.ended(served)
    assert (row["disposition"], row["ended_by"], row["agent_id"], row["reservation_count"]) == (
        "answered",
        "caller",
        "a1",
        1,
    )
    assert abs(_ms(row["answered_at"]) - begun.at_ms) < OFF_MS_MAX
    assert abs(row["talk_s"] * 1000 - TALK_MS) < OFF_MS_MAX
    assert (await house.recording(served, within_s=20))["agent_id"] == "a1"
    row = await _answered(house, talks_on)
    assert (row["agent_id"], row["reservation_count"]) == ("a1", 1)
    assert abs(_ms(row["answered_at"]) - begun_again.at_ms) < OFF_MS_MAX
    (gave_up,) = [one for one in await _all(house) if one["interaction_id"] not in known]
    assert gave_up["disposition"] in ("abandoned", "short_abandoned")
    assert gave_up["ani"]["e164"] == "+62812000006"

    await house.phones.hang_up("phone-1")
    assert (await house.ended(talks_on))["ended_by"] == "agent"
    await house.phones.wait_for(Answered, device="phone-1", within_ms=PICKS_UP_MS_MAX)
    assert (await _answered(house, waits_on))["reservation_count"] == 1
    assert len(await _all(house)) == 5


def _shown_last(house: House) -> str:
    """The number that the agent's phone showed when it last rang."""
    return house.phones.seen(Ringing, device="phone-1")[-1].number


async def _one_more(house: House, number: str, known: list[str]) -> tuple[LiveCall, str]:
    call = await house.call(number, tone_hz=700)
    return call, await house.newcomer(known)


async def _answered(house: House, interaction_id: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        row = await house.interaction(interaction_id)
        return row if row["answered_at"] is not None else None

    return await eventually(look, within_s=10, what=f"{interaction_id} answered")


async def _all(house: House) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await house.get("interactions?limit=20"))["interactions"]
    return rows


async def _talk_for_a_while(call: LiveCall) -> None:
    begun_ms = call.answered_ms_ago()

    async def enough() -> bool | None:
        return True if call.answered_ms_ago() > begun_ms + TALK_MS else None

    await eventually(enough, within_s=TALK_MS / 1000 + 5, what="a talk long enough to be heard")
    call.hang_up()
    heard = (await call.outcome()).heard
    assert heard is not None
    assert heard_at_the_end(heard, AGENT_HZ)


def _ms(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp() * 1000
