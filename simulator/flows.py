"""Pretend flows: a menu, then a queue or a farewell; and what comes after a queue that gave the caller back."""

import asyncio
from collections.abc import Callable
from functools import partial

from acd.core import facts, inputs
from acd.core.facts import Fact
from acd.core.settings import Channel, Requirement
from kernel.ids import CallLegId, Did, TrunkId
from kernel.result_codes import Disposition, LeaveReason
from simulator.centre import SKILLS, Centre
from simulator.legs import CallerLeg, Step
from simulator.program import Program
from simulator.world import World

Over = Callable[[], None]


class FlowServer:
    """Implements ``simulator.exchange.Flows`` by the program that is there at the moment."""

    def __init__(self, world: World, centre: Centre) -> None:
        self._world = world
        self._centre = centre
        self.program: Program | None = None

    def serve(self, caller: CallerLeg, over: Over) -> bool:
        """See Flows."""
        program = self.program
        if program is None or not program.listens or not program.process.is_alive:
            return False
        program.sessions.append(over)
        program.process.deliver(self._begin, program, caller, over)
        return True

    def _begin(self, program: Program, caller: CallerLeg, over: Over) -> None:
        program.keep(asyncio.create_task(self._lead(program, caller, over)))

    async def _lead(self, program: Program, caller: CallerLeg, over: Over) -> None:
        await (self._inbound if caller.script == "inbound" else self._queue_exit)(program, caller)
        if program.process.is_alive:
            self._world.later(self._world.between(0.2, 2), over)

    async def _inbound(self, program: Program, caller: CallerLeg) -> None:
        arrived = inputs.InteractionArrived(
            interaction_id=caller.interaction_id,
            channel=Channel.VOICE,
            did=Did("169"),
            trunk_id=TrunkId("carrier"),
            leg_id=CallLegId(caller.interaction_id),
        )
        if await program.submit(arrived) is None:
            return
        await asyncio.sleep(self._world.between(0.1, 5))
        if self._world.is_so(0.08):
            await self._part(program, caller, Disposition.FLOW_ENDED)
        else:
            await self._enter(program, caller)

    async def _queue_exit(self, program: Program, caller: CallerLeg) -> None:
        await asyncio.sleep(self._world.between(0.01, 2))
        if self._world.is_so(0.3):
            await self._enter(program, caller)
        else:
            await self._part(program, caller, Disposition(caller.returns_by or "timeout"))

    async def _enter(self, program: Program, caller: CallerLeg) -> None:
        """The way into the waiting room is made ready, then the caller is put into the queue."""
        queue_id = self._world.chance.choice(list(self._centre.queues))
        await self._set(program, caller, queue_id=queue_id, goes_to="queue")
        if caller.step is not Step.TALKING_TO_FLOW:
            return
        needs = (Requirement(skill_id=SKILLS[0], level_min=2),) if self._world.is_so(0.15) else ()
        priority = self._world.chance.choice((None, None, None, 9))
        entered = await program.submit(
            inputs.EnterQueue(
                interaction_id=caller.interaction_id, queue_id=queue_id, priority=priority, requirements=needs
            )
        )
        if entered is None or _is_refused(entered):
            await self._set(program, caller, goes_to="")
        elif _overflowed(entered):
            await self._part(program, caller, Disposition.OVERFLOW)

    async def _part(self, program: Program, caller: CallerLeg, disposition: Disposition) -> None:
        ended = inputs.FlowEnded(interaction_id=caller.interaction_id, disposition=disposition)
        if await program.submit(ended) is not None:
            await self._set(program, caller, goes_to="hangup")

    async def _set(self, program: Program, caller: CallerLeg, **variables: str) -> None:
        """Set variables of the caller's channel, over the session's own connection."""
        is_set: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._world.later(self._world.between(0.2, 2), partial(self._put, program, caller, variables, is_set))
        await is_set

    def _put(
        self, program: Program, caller: CallerLeg, variables: dict[str, str], is_set: "asyncio.Future[None]"
    ) -> None:
        if caller.step is Step.TALKING_TO_FLOW:
            for name, value in variables.items():
                setattr(caller, name, value)
        program.process.deliver(_done, is_set)


def _done(is_set: "asyncio.Future[None]") -> None:
    if not is_set.done():
        is_set.set_result(None)


def _is_refused(entered: tuple[Fact, ...]) -> bool:
    return any(isinstance(fact, facts.InputRefused) for fact in entered)


def _overflowed(entered: tuple[Fact, ...]) -> bool:
    return any(isinstance(fact, facts.InteractionLeftQueue) and fact.reason is LeaveReason.OVERFLOW for fact in entered)
