"""Waiting for what a real socket brings: poll with a deadline, never a fixed sleep."""

import asyncio
from collections.abc import Callable


async def eventually(happened: Callable[[], object], *, within_s: float = 5.0) -> None:
    """Return as soon as `happened()` is true; fail the test when it is not within `within_s`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within_s
    while not happened():
        assert loop.time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)
