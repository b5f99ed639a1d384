"""Processes in virtual time freeze and die between any two steps, and nothing of them runs meanwhile."""

import asyncio
from collections.abc import Callable, Coroutine

from simulator.virtual_time import NOON, Process, VirtualClock, VirtualLoop


def played(story: Callable[[VirtualLoop, list[str]], Coroutine[None, None, None]]) -> list[str]:
    """What a story noted."""
    loop, noted = VirtualLoop(), list[str]()
    try:
        loop.run_until_complete(story(loop, noted))
        for task in asyncio.all_tasks(loop):
            task.cancel()
    finally:
        loop.close()
    return noted


async def _works(noted: list[str], steps: int) -> None:
    try:
        for step in range(steps):
            noted.append(f"step {step}")
            await asyncio.sleep(1)
        noted.append("done")
    finally:
        noted.append("farewell")


async def _buried(process: Process, task: "asyncio.Task[None]") -> None:
    process.bury()
    task.cancel()
    await asyncio.wait([task])


def test_a_killed_process_says_no_farewell() -> None:
    async def story(loop: VirtualLoop, noted: list[str]) -> None:
        process = Process(loop, on_death=lambda: noted.append("died"))
        task = process.spawn(_works(noted, 5))
        await asyncio.sleep(1.5)
        process.kill()
        await asyncio.sleep(10)
        noted.append("later")
        await _buried(process, task)

    assert played(story) == ["step 0", "step 1", "died", "later", "farewell"]


def test_a_process_dies_before_the_step_that_is_named() -> None:
    async def story(loop: VirtualLoop, noted: list[str]) -> None:
        process = Process(loop, on_death=lambda: noted.append("died"), steps_max=3)
        task = process.spawn(_works(noted, 5))
        await asyncio.sleep(10)
        await _buried(process, task)

    # Each step of the task takes two: its timer, and what the timer wakes.
    assert played(story) == ["step 0", "step 1", "died", "farewell"]


def test_a_frozen_process_stands_still_and_goes_on_where_it_was() -> None:
    async def story(loop: VirtualLoop, noted: list[str]) -> None:
        process = Process(loop, on_death=lambda: noted.append("died"))
        task = process.spawn(_works(noted, 3))
        await asyncio.sleep(0.5)
        process.freeze()
        process.deliver(noted.append, "news")
        await asyncio.sleep(20)
        noted.append("thaw")
        process.thaw()
        await task

    assert played(story) == ["step 0", "thaw", "news", "step 1", "step 2", "done", "farewell"]


def test_a_timer_that_is_cancelled_while_its_process_stands_still_does_not_ring() -> None:
    async def story(loop: VirtualLoop, noted: list[str]) -> None:
        process = Process(loop, on_death=lambda: noted.append("died"))

        async def waits(timers: list[asyncio.TimerHandle]) -> None:
            timers.append(asyncio.get_running_loop().call_later(1, noted.append, "rang"))
            await asyncio.sleep(2)

        timers: list[asyncio.TimerHandle] = []
        task = process.spawn(waits(timers))
        await asyncio.sleep(0.5)
        process.freeze()
        process.deliver(timers[0].cancel)
        await asyncio.sleep(5)
        process.thaw()
        await task

    assert played(story) == []


def test_a_clock_is_never_before_what_is_written() -> None:
    async def story(loop: VirtualLoop, noted: list[str]) -> None:
        clock = VirtualClock(ahead_ms=-5_000)
        clock.not_before(NOON)
        await asyncio.sleep(2)
        noted.append(str(clock.now() - NOON))

    assert played(story) == ["2000"]
