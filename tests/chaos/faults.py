"""Faults done to the running product, each watched until the product is back."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from tests.chaos.outages import Kind, Outage
from tests.chaos.plan import Fault
from tests.chaos.product import LOOK_S, Product, Stuck, born_ms, now_ms

BACK_S_MAX = 60.0
T = TypeVar("T")


async def do(fault: Fault, product: Product) -> Outage:
    """Do one fault, and wait until the product is ready again. Raises Stuck."""
    match fault.kind:
        case Kind.KILL:
            return await _killed(product)
        case Kind.FREEZE:
            return await _frozen(product, fault.frozen_s)
        case Kind.AWAY:
            return await _away(product, fault.frozen_s)
        case Kind.ASTERISK:
            return await _asterisk_killed(product)


async def _killed(product: Product) -> Outage:
    former = _pid(product.engine_pid)
    began = now_ms()
    os.kill(former, signal.SIGKILL)
    return await _until_back(product, former, began, Kind.KILL)


async def _frozen(product: Product, frozen_s: float) -> Outage:
    former = _pid(product.engine_pid)
    began = now_ms()
    os.kill(former, signal.SIGSTOP)

    async def gone() -> bool | None:
        return True if not _lives(former) else None

    with contextlib.suppress(Stuck):
        await _until(gone, within_s=frozen_s, what="")
    if not _lives(former):
        noticed = now_ms() - began
        return await _until_back(product, former, began, Kind.FREEZE, noticed_ms=noticed)
    os.kill(former, signal.SIGCONT)
    thawed = now_ms()
    await _until_ready(product)
    return Outage(kind=Kind.FREEZE, began_ms=began, born_ms=thawed, back_ms=now_ms())


async def _away(product: Product, frozen_s: float) -> Outage:
    engine, known = _pid(product.engine_pid), product.times_in_step()
    began = now_ms()
    product.process.send_signal(signal.SIGSTOP)
    os.kill(engine, signal.SIGSTOP)
    try:
        await asyncio.sleep(frozen_s)
    finally:
        os.kill(engine, signal.SIGCONT)
        product.process.send_signal(signal.SIGCONT)
    thawed = now_ms()

    async def looked() -> bool | None:
        return True if product.times_in_step() > known else None

    if frozen_s > product.settings.engine.survivable_after_s:
        await _until(looked, within_s=BACK_S_MAX, what="the program in step again")
    await _until_ready(product)
    return Outage(kind=Kind.AWAY, began_ms=began, born_ms=thawed, back_ms=now_ms())


async def _until_back(product: Product, former: int, began: int, kind: Kind, *, noticed_ms: int = 0) -> Outage:
    async def another() -> int | None:
        pid = product.engine_pid
        with contextlib.suppress(OSError):
            return born_ms(pid) if pid not in (None, former) else None
        return None

    born = await _until(another, within_s=BACK_S_MAX, what="another life of the program")
    await _until_ready(product)
    return Outage(kind=kind, began_ms=began, born_ms=born, back_ms=now_ms(), noticed_ms=noticed_ms)


async def _asterisk_killed(product: Product) -> Outage:
    former = _pid(product.asterisk_pid)
    began = now_ms()
    os.kill(former, signal.SIGKILL)

    async def another() -> int | None:
        pid = product.asterisk_pid
        with contextlib.suppress(OSError):
            return born_ms(pid) if pid not in (None, former) else None
        return None

    born = await _until(another, within_s=BACK_S_MAX, what="another Asterisk")
    await _until_ready(product)
    return Outage(kind=Kind.ASTERISK, began_ms=began, born_ms=born, back_ms=now_ms())


async def _until_ready(product: Product) -> None:
    async def look() -> bool | None:
        return True if await product.is_ready() else None

    await _until(look, within_s=BACK_S_MAX, what="the program ready")


async def _until(look: Callable[[], Awaitable[T | None]], *, within_s: float, what: str) -> T:
    loop = asyncio.get_running_loop()
    until = loop.time() + within_s
    while loop.time() < until:
        found = await look()
        if found is not None:
            return found
        await asyncio.sleep(LOOK_S)
    raise Stuck(f"{what}: not within {within_s:g} s")


def _pid(found: int | None) -> int:
    if found is None:
        raise Stuck("nothing there to be killed")
    return found


def _lives(pid: int) -> bool:
    """Whether a process has not ended; what its parent has yet to take away has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
