"""The program's side of the switch, effects: each becomes commands, in the order that makes the guarded claim hold."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from acd.core.effects import (
    CancelRing,
    DialCustomer,
    Effect,
    EndCustomerLeg,
    PlayWaitAnnouncement,
    ReturnToFlow,
    RingAgent,
    TellWait,
)
from acd.core.inputs import Input
from acd.phone_lines import PhoneLines
from acd.ports import AgentLegPhase
from kernel.ids import InteractionId, ReservationId
from kernel.instants import Instant, elapsed_ms
from kernel.result_codes import ReservationResult
from simulator.ear import Ear
from simulator.exchange import Exchange
from simulator.legs import AgentLeg, CallerLeg, Progress
from simulator.link import Link

SILENT_S_MAX = 3.0


class Switchboard:
    """Implements ``acd.ports.Switch`` on the pretend one."""

    def __init__(
        self,
        *,
        link: Link,
        exchange: Exchange,
        ear: Ear,
        epoch: str,
        now: Callable[[], Instant],
        post: Callable[[Input], None],
        look: Callable[[], None],
    ) -> None:
        self._link = link
        self._exchange = exchange
        self._ear = ear
        self._epoch = epoch
        self._now = now
        self._post = post
        self._look = look
        self._waits: set[asyncio.Task[None]] = set()
        self.lines = PhoneLines()
        ear.leg_gone = self.lines.left

    def perform(self, effect: Effect) -> None:
        """See Switch."""
        match effect:
            case RingAgent():
                self._ring(effect)
            case CancelRing():
                self._ear.ring_cancelled(effect.reservation_id)
                self._start(self._end_leg(effect.reservation_id, self._withdraw_offer(effect.interaction_id)))
            case ReturnToFlow():
                self._start(self._return(effect, self._withdraw_offer(effect.interaction_id)))
            case PlayWaitAnnouncement() | TellWait():
                pass  # heard, and nothing comes of it
            case DialCustomer() | EndCustomerLeg():
                pass  # nobody asks to be called back here

    def part(self, interaction_id: InteractionId, reservation_id: ReservationId) -> None:
        """The engine refused a pick-up: part the two, and let the caller wait on."""
        self._link.send(partial(self._exchange.give_up_claim, reservation_id))
        self._link.send(partial(self._exchange.let_wait, interaction_id))
        self._link.send(partial(self._exchange.end_leg, reservation_id))

    def take_over(self, found: Mapping[ReservationId, AgentLegPhase], wanted: Mapping[ReservationId, object]) -> None:
        """After a look: legs that ring for a reservation may claim for this program, legs of nobody end."""
        offered = {interaction_of(reservation_id) for reservation_id in wanted}
        for reservation_id, phase in found.items():
            if reservation_id in wanted:
                if phase is AgentLegPhase.RINGING:
                    self._link.send(partial(self._exchange.bless, reservation_id, self._epoch))
                continue
            interaction_id = interaction_of(reservation_id)
            if phase is AgentLegPhase.JOINED:
                self.part(interaction_id, reservation_id)
            elif interaction_id in offered:
                self._ear.ring_cancelled(reservation_id)
                self._start(
                    self._end_leg(reservation_id, self._link.send(partial(self._exchange.find, interaction_id)))
                )
            else:
                self.perform(CancelRing(reservation_id=reservation_id, interaction_id=interaction_id))

    def _ring(self, effect: RingAgent) -> None:
        self._ear.ring_started(effect.reservation_id)
        self._link.send(partial(self._exchange.offer, effect.interaction_id, effect.reservation_id))
        self.lines.reserved(effect.reservation_id, effect.device_id)
        former = self.lines.next_in_line(effect.reservation_id)
        if former is None:
            self._originate(effect)
        else:
            self._start(self._ring_after(effect, former))

    async def _ring_after(self, effect: RingAgent, former: ReservationId) -> None:
        await self.lines.wait_for(former, lambda one: self._ear.legs.get(one) is Progress.JOINED)
        if self._ear.legs.get(effect.reservation_id) is Progress.DIALLING:
            self._originate(effect)
        else:
            self.lines.left(effect.reservation_id)

    def _originate(self, effect: RingAgent) -> None:
        leg = AgentLeg(
            reservation_id=effect.reservation_id,
            interaction_id=effect.interaction_id,
            device_id=effect.device_id,
            epoch=self._epoch,
        )
        ring_ms_max = elapsed_ms(self._now(), effect.until)
        self._link.send(partial(self._exchange.ring, leg, ring_ms_max, auto_answer=effect.auto_answer))
        self._start(self._watch_ring(leg, self._link.connection))

    async def _watch_ring(self, leg: AgentLeg, connection: int) -> None:
        """A phone that says nothing is given up. Had it answered, the originate's own outcome would have told."""
        reservation_id = leg.reservation_id
        await asyncio.sleep(SILENT_S_MAX)
        if self._link.connection != connection or leg.progress in (Progress.CLAIMING, Progress.JOINED):
            return
        if self._ear.legs.get(reservation_id) is Progress.DIALLING:
            for given in self._ear.fail(reservation_id, ReservationResult.UNREACHABLE):
                self._post(given)
            self._link.send(partial(self._exchange.end_leg, reservation_id))

    async def _end_leg(self, reservation_id: ReservationId, asked: "asyncio.Future[object]") -> None:
        """End a leg, unless it has won the claim: then the two are joined, and what was told of it is out of date."""
        caller = await asked
        if isinstance(caller, CallerLeg) and caller.winner == reservation_id:
            self._look()
        else:
            self._link.send(partial(self._exchange.end_leg, reservation_id))

    async def _return(self, effect: ReturnToFlow, asked: "asyncio.Future[object]") -> None:
        caller = await asked
        if isinstance(caller, CallerLeg) and caller.state not in ("answered", "after"):
            self._link.send(partial(self._exchange.return_to_flow, effect.interaction_id, effect.reason))

    def _withdraw_offer(self, interaction_id: InteractionId) -> "asyncio.Future[object]":
        return self._link.send(partial(self._exchange.offer, interaction_id, None))

    def _start(self, wait: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(wait)
        self._waits.add(task)
        task.add_done_callback(self._waits.discard)


def interaction_of(reservation_id: ReservationId) -> InteractionId:
    """Whose reservation it is."""
    return InteractionId(reservation_id.rpartition("-r")[0])
