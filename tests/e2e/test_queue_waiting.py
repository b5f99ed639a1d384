"""Waiting in a queue, and leaving it or never entering it, on a real Asterisk (ACD-b, ACD-e, ACD-h, TEL-f)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acd.core.inputs import SetReady
from kernel.ids import AgentId
from kernel.result_codes import Disposition, EndedBy
from phones.caller_script import CallerScript
from phones.crowd import AgentPhones
from phones.events import Answered, Ended, Ringing
from phones.plans import AnyPlan, IsBusy, KeyPress, LetsItRing, PicksUp
from tests.e2e.caller_centre import (
    ANSWERED_OUT,
    BUSY_OUT,
    CROWDED,
    HURRIED,
    ONE_LINE_OUT,
    OUTSIDE,
    PATIENT,
    PATIENT_ENGLISH,
    SILENT_OUT,
    with_stories,
)
from tests.e2e.floor import CallFloor, eventually, open_floor
from tests.e2e.heard import music_heard, plays
from tests.port_leases import free_ports

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

OUTSIDE_HZ = 1500
VIP = "08111690001"


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[CallFloor]:
    """The sample centre with the stories' numbers."""
    async with open_floor(tmp_path, rewrite=with_stories) as opened:
        yield opened


async def waiting(floor: CallFloor, count: int) -> None:
    """Until so many callers wait."""

    async def look() -> bool | None:
        phases = [call.phase for call in floor.running.hub.picture.calls.values()]
        return True if phases.count("waiting") == count else None

    await eventually(look, within_s=8, what=f"{count} callers waiting")


async def test_scenario_32_the_first_in_line_hears_music_the_announcement_in_its_time_and_music_again(
    floor: CallFloor,
) -> None:
    outcome, english = await asyncio.gather(
        floor.callers.call(CallerScript(number="081234567891", did=PATIENT, hang_up_after_ms=17_500, records=True)),
        floor.callers.call(
            CallerScript(number="081234567892", did=PATIENT_ENGLISH, hang_up_after_ms=15_000, records=True)
        ),
    )

    assert english.heard is not None
    assert [play.whole for play in plays(english.heard.file, "en", "queue-wait")] == [True]
    assert plays(english.heard.file, "id", "queue-wait") == []
    assert outcome.heard is not None
    file, music = outcome.heard.file, Path(floor.running.exchange.site.moh_dir)
    (announced,) = plays(file, "id", "queue-wait")
    assert announced.whole
    assert 9_500 < announced.start_ms < 11_500
    for moment_ms in (1_000, 5_000, announced.start_ms - 1_000, announced.end_ms + 600, announced.end_ms + 1_600):
        assert music_heard(file, music, moment_ms, moment_ms + 800), moment_ms
    assert not music_heard(file, music, announced.start_ms + 1_000, announced.start_ms + 1_800)
    row = await floor.row_of_call_to(PATIENT)
    assert (row.disposition, row.queue_id) == (Disposition.ABANDONED, "patient")


async def test_a_caller_who_chose_english_reaches_an_agent_who_speaks_it(floor: CallFloor) -> None:
    for agent, phone in (("a2", "phone-2"), ("a5", "phone-5")):
        await floor.seat(agent, phone)
        await floor.phones.behave(phone, PicksUp(after_ms=100, hang_up_after_ms=500))
    await floor.callers.call(CallerScript(number="081234567891", did="169", press=(KeyPress(keys="2", after_ms=300),)))

    (ringing,) = floor.phones.seen(Ringing)
    assert (ringing.device, ringing.name) == ("phone-5", "English")
    row = await floor.row_of_call_to("169")
    assert (row.queue_id, row.agent_id, row.disposition) == ("english", "a5", Disposition.ANSWERED)


async def test_scenario_6_a_later_caller_of_the_priority_list_is_served_first(floor: CallFloor) -> None:
    await floor.seat("a1", "phone-1", ready=False)
    await floor.phones.behave("phone-1", PicksUp(after_ms=100, hang_up_after_ms=400))
    first = await floor.callers.start(CallerScript(number="081234567891", did=PATIENT))
    await waiting(floor, 1)
    second = await floor.callers.start(CallerScript(number=VIP, did=PATIENT))
    await waiting(floor, 2)
    await floor.running.distributor.submit(SetReady(agent_id=AgentId("a1")))

    numbers = [(await floor.phones.wait_for(Ringing, device="phone-1", within_ms=8_000)).number for _ in range(2)]
    assert numbers == ["+628111690001", "+6281234567891"]
    await asyncio.gather(first.outcome(), second.outcome())
    rows = await floor.ended_rows(2)
    assert [(row.priority, row.disposition) for row in rows] == [(9, Disposition.ANSWERED), (5, Disposition.ANSWERED)]


async def test_scenario_13_a_wait_that_is_over_goes_on_in_the_flow_for_its_own_reason(floor: CallFloor) -> None:
    outcome = await floor.callers.call(CallerScript(number="081234567891", did=HURRIED, records=True))

    assert outcome.heard is not None
    assert [play.whole for play in plays(outcome.heard.file, "id", "digit-4")] == [True]
    assert [play.whole for play in plays(outcome.heard.file, "id", "digit-5")] == [True]
    row = await floor.row_of_call_to(HURRIED)
    assert (row.disposition, row.ended_by) == (Disposition.TIMEOUT, EndedBy.SYSTEM)
    assert 1_900 < row.wait_ms < 3_000


async def test_scenario_13_a_full_queue_overflows_for_its_own_reason_and_the_waiting_caller_waits_on(
    floor: CallFloor,
) -> None:
    first = await floor.callers.start(
        CallerScript(number="081234567891", did=CROWDED, hang_up_after_ms=4_000, records=True)
    )
    await waiting(floor, 1)
    second = await floor.callers.call(CallerScript(number="081234567892", did=CROWDED, records=True))
    held = await first.outcome()

    assert held.heard is not None
    assert music_heard(held.heard.file, Path(floor.running.exchange.site.moh_dir), 2_000, 2_800)
    assert second.heard is not None
    assert [play.whole for play in plays(second.heard.file, "id", "digit-6")] == [True]
    overflowed, waited = await floor.ended_rows(2)
    assert (overflowed.disposition, overflowed.queue_id) == (Disposition.OVERFLOW, "crowded")
    assert (waited.disposition, waited.ended_by) == (Disposition.SHORT_ABANDONED, EndedBy.CALLER)


async def test_numbers_outside_answer_are_busy_or_do_not_answer(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    async with (
        open_floor(tmp_path, rewrite=lambda sample: with_stories(sample, outside_port=port)) as floor,
        AgentPhones(sip_port=port) as carrier,
    ):
        plans: dict[str, AnyPlan] = {ANSWERED_OUT: PicksUp(after_ms=200), BUSY_OUT: IsBusy(), SILENT_OUT: LetsItRing()}
        for did, plan in plans.items():
            number = OUTSIDE[did]
            await carrier.make_caller(number, server="127.0.0.1", port=port, number=number, tone_hz=OUTSIDE_HZ)
            await carrier.behave(number, plan)
        answered, busy, silent = await asyncio.gather(
            floor.callers.call(
                CallerScript(number="081234567891", did=ANSWERED_OUT, hang_up_after_ms=4_000, records=True)
            ),
            floor.callers.call(CallerScript(number="081234567892", did=BUSY_OUT, records=True)),
            floor.callers.call(CallerScript(number="081234567893", did=SILENT_OUT, records=True)),
        )

        assert answered.heard is not None
        assert busy.heard is not None
        assert silent.heard is not None
        assert answered.heard.heard_ms_of(OUTSIDE_HZ) > 2_000
        ended = await carrier.wait_for(Ended, device=OUTSIDE[ANSWERED_OUT], within_ms=5_000)
        assert ended.by == "far"
        row = await floor.row_of_call_to(ANSWERED_OUT)
        assert (row.disposition, row.ended_by, row.queue_id) == (Disposition.TRANSFERRED_OUT, EndedBy.SYSTEM, None)
        shown = await carrier.wait_for(Ringing, device=OUTSIDE[ANSWERED_OUT], within_ms=1_000)
        assert shown.number == "169"

        # The network says that it rings; an answered caller needs a tone for that.
        assert silent.heard.heard_ms_of(425) > 800
        assert [play.whole for play in plays(busy.heard.file, "id", "digit-9")] == [True]
        assert [play.whole for play in plays(silent.heard.file, "id", "digit-8")] == [True]
        for did in (BUSY_OUT, SILENT_OUT):
            row = await floor.row_of_call_to(did)
            assert (row.disposition, row.ended_by) == (Disposition.FLOW_ENDED, EndedBy.SYSTEM)


async def test_a_trunk_with_one_line_takes_no_second_call_out(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    async with (
        open_floor(tmp_path, rewrite=lambda sample: with_stories(sample, outside_port=port)) as floor,
        AgentPhones(sip_port=port) as carrier,
    ):
        number = OUTSIDE[ONE_LINE_OUT]
        await carrier.make_caller(number, server="127.0.0.1", port=port, number=number, tone_hz=OUTSIDE_HZ)
        await carrier.behave(number, PicksUp(after_ms=100))
        first = await floor.callers.start(
            CallerScript(number="081234567891", did=ONE_LINE_OUT, hang_up_after_ms=5_000, records=True)
        )
        await carrier.wait_for(Ringing, device=number, within_ms=5_000)
        second = await floor.callers.call(CallerScript(number="081234567892", did=ONE_LINE_OUT, records=True))
        outcome = await first.outcome()

        assert second.heard is not None
        assert outcome.heard is not None
        assert [play.whole for play in plays(second.heard.file, "id", "digit-7")] == [True]
        assert outcome.heard.heard_ms_of(OUTSIDE_HZ) > 3_000
        assert len(carrier.seen(Ringing)) == 1


async def test_a_call_that_was_transferred_out_still_holds_the_line_it_came_in_on(tmp_path: Path) -> None:
    (port,) = free_ports(1)

    def one_line(sample: str) -> str:
        return with_stories(sample, outside_port=port).replace("lines_max = 60", "lines_max = 1")

    async with open_floor(tmp_path, rewrite=one_line) as floor, AgentPhones(sip_port=port) as carrier:
        number = OUTSIDE[ANSWERED_OUT]
        await carrier.make_caller(number, server="127.0.0.1", port=port, number=number)
        await carrier.behave(number, PicksUp())
        first = await floor.callers.start(CallerScript(number="081234567891", did=ANSWERED_OUT))
        await carrier.wait_for(Answered, device=number, within_ms=5_000)
        second = await floor.callers.call(CallerScript(number="081234567892", did=PATIENT, hang_up_after_ms=200))
        first.hang_up()
        await first.outcome()
        third = await floor.callers.call(CallerScript(number="081234567893", did=PATIENT, hang_up_after_ms=200))

        assert (second.ending, second.status) == ("refused", 503)
        assert third.ending == "hung_up_here"


async def test_more_calls_than_a_trunk_has_lines_are_refused_and_leave_no_trace(tmp_path: Path) -> None:
    def two_lines(sample: str) -> str:
        return with_stories(sample).replace("lines_max = 60", "lines_max = 2")

    async with open_floor(tmp_path, rewrite=two_lines) as floor:
        held = [
            await floor.callers.start(CallerScript(number=f"08123456789{n}", did=PATIENT, hang_up_after_ms=4_000))
            for n in range(2)
        ]
        await waiting(floor, 2)
        third = await floor.callers.call(CallerScript(number="081234567899", did=PATIENT))

        assert (third.ending, third.status) == ("refused", 503)
        await asyncio.gather(*(call.outcome() for call in held))
        await floor.ended_rows(2)
