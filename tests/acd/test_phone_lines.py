"""A phone has one leg of ours at a time."""

import asyncio

from acd.phone_lines import LEFT_MS_MAX, PhoneLines
from kernel.ids import DeviceId, ReservationId
from simulator.virtual_time import run_virtually

FIRST, SECOND, THIRD = (ReservationId(f"c1-1-r{number}") for number in (1, 2, 3))
PHONE = DeviceId("p1")


def lines_with(*reservations: ReservationId) -> PhoneLines:
    lines = PhoneLines()
    for reservation_id in reservations:
        lines.reserved(reservation_id, PHONE)
    return lines


async def _waited_s(lines: PhoneLines, former: ReservationId, *, talks: bool = False) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await lines.wait_for(former, lambda _: talks)
    return loop.time() - began


def test_a_free_phone_rings_at_once() -> None:
    lines = lines_with(FIRST, SECOND)

    assert lines.next_in_line(FIRST) is None
    lines.left(FIRST)
    assert lines.next_in_line(SECOND) is None


def test_the_next_rings_when_the_one_before_has_left() -> None:
    async def story() -> float:
        lines = lines_with(FIRST, SECOND)
        lines.next_in_line(FIRST)
        former = lines.next_in_line(SECOND)
        assert former == FIRST
        asyncio.get_running_loop().call_later(0.02, lines.left, FIRST)
        return await _waited_s(lines, former)

    assert 0.015 < run_virtually(story()) < 0.03


def test_an_end_that_nobody_heard_holds_the_next_up_only_for_a_moment() -> None:
    async def story() -> float:
        lines = lines_with(FIRST)
        lines.next_in_line(FIRST)
        return await _waited_s(lines, FIRST)

    assert abs(run_virtually(story()) - LEFT_MS_MAX / 1000) < 0.01


def test_a_talk_is_waited_for() -> None:
    async def story() -> float:
        lines = lines_with(FIRST)
        lines.next_in_line(FIRST)
        asyncio.get_running_loop().call_later(7, lines.left, FIRST)
        return await _waited_s(lines, FIRST, talks=True)

    assert 6.9 < run_virtually(story()) < 7.1


def test_a_leg_of_a_former_program_counts_as_well() -> None:
    lines = lines_with(FIRST, SECOND)

    lines.found(FIRST)

    assert lines.next_in_line(SECOND) == FIRST


def test_each_waits_for_the_one_before_it() -> None:
    lines = lines_with(FIRST, SECOND, THIRD)
    lines.next_in_line(FIRST)
    lines.next_in_line(SECOND)

    assert lines.next_in_line(THIRD) == SECOND
