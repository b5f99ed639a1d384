"""How a person behaves when their phone rings: carry out a plan on one call."""

import asyncio
from collections.abc import Mapping
from typing import Protocol, assert_never

from phones.invitation import auto_answer_after_ms
from phones.plans import (
    AnyPlan,
    Declines,
    DoesNotDisturb,
    Forwards,
    IsBusy,
    LetsItRing,
    PicksUp,
    PicksUpWhenTold,
)


class RingingCall(Protocol):
    """What a plan can do with a call; each is harmless when the call is already gone."""

    async def pick_up(self) -> None:
        """Answer it."""

    async def refuse(self, status: int) -> None:
        """Refuse it with a SIP status: 480, 486 or 603."""

    async def forward(self, uri: str) -> None:
        """Refuse it with 302 and another address."""

    async def hang_up(self) -> None:
        """End it."""


async def follow(plan: AnyPlan, call: RingingCall, headers: Mapping[str, str]) -> None:
    """Do what the plan says, at its times. The caller cancels it when the call is over."""
    match plan:
        case PicksUp():
            await _pick_up(call, plan.after_ms, plan.hang_up_after_ms)
        case PicksUpWhenTold():
            asked_ms = auto_answer_after_ms(headers)
            after_ms = plan.otherwise_after_ms if asked_ms is None else asked_ms
            if after_ms is not None:
                await _pick_up(call, after_ms, plan.hang_up_after_ms)
        case Declines():
            await asyncio.sleep(plan.after_ms / 1000)
            await call.refuse(603)
        case IsBusy():
            await asyncio.sleep(plan.after_ms / 1000)
            await call.refuse(486)
        case DoesNotDisturb():
            await asyncio.sleep(plan.after_ms / 1000)
            await call.refuse(480)
        case Forwards():
            await asyncio.sleep(plan.after_ms / 1000)
            await call.forward(plan.to)
        case LetsItRing():
            return
        case _:
            assert_never(plan)


async def _pick_up(call: RingingCall, after_ms: int, hang_up_after_ms: int | None) -> None:
    await asyncio.sleep(after_ms / 1000)
    await call.pick_up()
    if hang_up_after_ms is not None:
        await asyncio.sleep(hang_up_after_ms / 1000)
        await call.hang_up()
