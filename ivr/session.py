"""Drives one caller through one flow: does what the interpreter asks, and gives it the answers.

Whatever goes wrong on our side, the caller is left to the dialplan, which finds ``ACD_NEXT`` empty and begins again, a
few times; a flow that is itself broken is not begun again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

import structlog

from ivr.core.facts import FlowFact, FlowStarted, FlowStopped, NodeLeft, PromptMissed
from ivr.core.flow import Flow
from ivr.core.interpreter import ExitTaken, Interpreter, Move, Place
from ivr.core.steps import (
    Answer,
    AskKey,
    BookCallback,
    CallbackAnswered,
    CheckCallerList,
    CheckHours,
    Conclude,
    Done,
    EnterQueue,
    FindOwnNumber,
    HangUp,
    HoursChecked,
    KeyPressed,
    ListChecked,
    LookUpFailed,
    OwnNumber,
    PickUp,
    QueueLeft,
    QueueRefused,
    Said,
    Say,
    Transfer,
    TransferFailed,
    TransferResult,
)
from ivr.noting import NotesInOrder
from ivr.ports import (
    Caller,
    CallerGone,
    FlowMemory,
    FlowNotes,
    KeptPlace,
    LookUps,
    LookUpUnknown,
    PromptMissing,
    QueueDoor,
    QueueEntry,
)
from kernel.ids import HoursId, InteractionId, NodeId, PromptId
from kernel.instants import Instant, after
from kernel.result_codes import Disposition, LeaveReason

log = structlog.get_logger(__name__)

NORMAL_CLEARING = 16
"""Q.850."""
MINUTE_MS = 60_000


class FlowBroken(Exception):
    """The interpreter failed. It is pure: what it failed at it would fail at again."""


@contextmanager
def _broken_flows() -> Iterator[None]:
    try:
        yield
    except Exception as failure:
        raise FlowBroken from failure


class Stop(StrEnum):
    """How the flow let go of the caller; the ``reason`` of FlowStopped."""

    QUEUED = "queued"
    TRANSFERRED = "transferred"
    HUNG_UP = "hung_up"
    CALLER_HUNG_UP = "caller_hung_up"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowWorld:
    """All that a session needs beside the caller."""

    door: QueueDoor
    look_ups: LookUps
    notes: FlowNotes
    memory: FlowMemory
    now: Callable[[], Instant]


class FlowSession:
    """One caller in one flow, from here to wherever it lets go. ``number`` is normalised."""

    def __init__(
        self, *, flow: Flow, caller: Caller, world: FlowWorld, interaction_id: InteractionId, number: str
    ) -> None:
        self._flow = flow
        self._caller = caller
        self._world = world
        self._interaction_id = interaction_id
        self._number = number
        self._node_id = flow.start
        self._is_concluded = False
        self._notes = NotesInOrder(self._write)

    async def begin(self, variables: Mapping[str, str]) -> Stop:
        """Lead a new caller from the flow's start."""
        return await self._run(flow_start=self._flow.start, first=lambda flow: flow.begin(variables))

    async def resume(self, kept: KeptPlace, answer: Answer) -> Stop:
        """Go on where the caller left the flow, with what became of them there."""
        place = Place(node_id=kept.node_id, variables=kept.variables, visits=kept.visits)
        return await self._run(flow_start=kept.node_id, first=lambda flow: flow.proceed(place, answer))

    async def _run(self, *, flow_start: NodeId, first: Callable[[Interpreter], Move]) -> Stop:
        self._node_id = flow_start
        try:
            return await self._run_noted(first)
        finally:
            await self._notes.close()

    async def _run_noted(self, first: Callable[[Interpreter], Move]) -> Stop:
        self._notes.add(self._started())
        try:
            interpreter, move = self._interpreted(first)
            stop = await self._lead(interpreter, move)
        except CallerGone:
            stop = Stop.CALLER_HUNG_UP
        except Exception as failure:
            log.exception("flow failed", interaction_id=self._interaction_id, flow_id=self._flow.id, node=self._node_id)
            stop = await self._give_up(is_final=isinstance(failure, FlowBroken))
        self._notes.add(self._stopped(stop))
        await self._notes.written()
        return stop

    async def _lead(self, interpreter: Interpreter, move: Move) -> Stop:
        while True:
            self._notes.add(*(self._left(taken) for taken in move.left))
            for taken in move.left:
                if taken.late_key:
                    self._caller.ignore_late_key(taken.late_key)
            self._node_id = move.place.node_id
            outcome = await self._do(move)
            if isinstance(outcome, Stop):
                return outcome
            with _broken_flows():
                move = interpreter.proceed(move.place, outcome)

    def _interpreted(self, first: Callable[[Interpreter], Move]) -> tuple[Interpreter, Move]:
        with _broken_flows():
            interpreter = Interpreter(self._flow)
            return interpreter, first(interpreter)

    async def _do(self, move: Move) -> Answer | Stop:
        if not isinstance(move.step, PickUp | Say | AskKey | CheckHours | CheckCallerList):
            # What the engine now says of the call comes behind how it got there.
            await self._notes.written()
        match move.step:
            case PickUp():
                await self._caller.answer()
                return Done()
            case Say() as say:
                return await self._say(say)
            case AskKey(wait_ms_max=wait_ms_max):
                return KeyPressed(key=await self._caller.wait_key(wait_ms_max))
            case CheckHours() | CheckCallerList() | FindOwnNumber() as check:
                return self._look_up(check)
            case EnterQueue() as enter:
                return await self._enter(enter, move.place)
            case Transfer() as transfer:
                return await self._transfer(transfer, move.place)
            case BookCallback() as book:
                return await self._book(book)
            case Conclude() | HangUp() as farewell:
                return await self._part(farewell)
            case _:
                assert_never(move.step)

    async def _part(self, farewell: Conclude | HangUp) -> Answer | Stop:
        if isinstance(farewell, HangUp):
            await self._caller.hang_up(farewell.cause_code)
            await self._conclude(farewell.disposition)
            return Stop.HUNG_UP
        # From here on the dialplan may only end the call: whatever breaks off must not begin the flow anew.
        try:
            await self._caller.hang_up(NORMAL_CLEARING)
        finally:
            await self._conclude(farewell.disposition)
        return Done()

    async def _say(self, say: Say) -> Said:
        await self._caller.answer()
        missing: list[PromptId] = []
        for prompt_id in say.prompts:
            try:
                key = await self._caller.play((prompt_id,), say.language, say.stop_keys, takes_key=say.takes_key)
            except PromptMissing:
                log.error("prompt missing", prompt_id=prompt_id, language=say.language, flow_id=self._flow.id)
                self._notes.add(self._missed(prompt_id, say.language))
                missing.append(prompt_id)
                if say.stops_at_missing:
                    break
                continue
            if key:
                return Said(key=key, missing=tuple(missing))
        return Said(missing=tuple(missing))

    def _look_up(self, check: CheckHours | CheckCallerList | FindOwnNumber) -> Answer:
        look_ups = self._world.look_ups
        if isinstance(check, FindOwnNumber):
            return OwnNumber(number=look_ups.way_back(self._number, self._world.now()))
        try:
            if isinstance(check, CheckHours):
                return HoursChecked(is_open=look_ups.is_open(check.hours_id, self._world.now()))
            listing = look_ups.listing(check.list_id, self._number, check.customer, self._world.now())
        except LookUpUnknown:
            log.error("flow asks for what is not there", flow_id=self._flow.id, node=self._node_id)
            return LookUpFailed()
        return ListChecked(is_listed=listing.is_listed, priority=listing.priority, action=listing.action)

    async def _enter(self, enter: EnterQueue, place: Place) -> Answer | Stop:
        """Everything the caller's way needs is made ready first: an agent may pick up as soon as the queue has them."""
        await self._caller.answer()
        await self._keep(place)
        await self._caller.leave_to_queue(enter.queue_id, self._world.look_ups.music(enter.queue_id))
        entry = await self._world.door.enter(self._interaction_id, enter.queue_id, enter.priority, enter.skills)
        if entry is QueueEntry.WAITS:
            return Stop.QUEUED
        await self._caller.stay()
        if entry is QueueEntry.FULL:
            log.info("queue full", interaction_id=self._interaction_id, queue_id=enter.queue_id)
            return QueueLeft(reason=LeaveReason.OVERFLOW)
        log.error("queue refused a caller", interaction_id=self._interaction_id, queue_id=enter.queue_id)
        return QueueRefused()

    async def _book(self, book: BookCallback) -> Answer:
        expires_at = after(self._world.now(), book.expires_ms)
        if book.hours_id is not None:
            try:
                expires_at = self._closing(book.hours_id, expires_at)
            except LookUpUnknown:
                log.error("callback by hours that are not there", flow_id=self._flow.id, node=self._node_id)
        booked = await self._world.door.call_back(
            self._interaction_id, book.queue_id, expires_at, book.tries_max, book.retry_ms
        )
        return CallbackAnswered(is_booked=booked)

    def _closing(self, hours_id: HoursId, latest: Instant) -> Instant:
        """The minute in which these hours close, or ``latest``, whichever comes first. Raises LookUpUnknown."""
        at = self._world.now()
        while at < latest and self._world.look_ups.is_open(hours_id, at):
            at = after(at, MINUTE_MS)
        return min(at, latest)

    async def _transfer(self, transfer: Transfer, place: Place) -> Answer | Stop:
        await self._keep(place)
        try:
            await self._caller.leave_to_number(transfer.number, transfer.trunk_id, transfer.ring_ms_max, place.node_id)
        except LookUpUnknown:
            log.error("transfer that no route allows", flow_id=self._flow.id, trunk_id=transfer.trunk_id)
            return TransferFailed(result=TransferResult.FAILED)
        return Stop.TRANSFERRED

    async def _keep(self, place: Place) -> None:
        kept = KeptPlace(
            flow_id=self._flow.id,
            version=self._flow.version,
            node_id=place.node_id,
            variables=place.variables,
            visits=place.visits,
        )
        try:
            await self._world.memory.keep(self._interaction_id, kept)
        except Exception:
            # Without it they cannot come back into the flow; few do, and all of them want to be served.
            log.exception("place in the flow not kept", interaction_id=self._interaction_id)

    async def _conclude(self, disposition: Disposition) -> None:
        if self._is_concluded:
            return
        self._is_concluded = True
        try:
            await self._world.door.end(self._interaction_id, disposition)
        except Exception:
            # The caller's own hang-up will end it all the same; they are not to hear the flow again for this.
            log.exception("end of flow not told", interaction_id=self._interaction_id)

    async def _give_up(self, *, is_final: bool) -> Stop:
        if self._is_concluded:
            return Stop.FAILED
        try:
            await (self._caller.leave_to_safety_route() if is_final else self._caller.stay())
        except CallerGone:
            return Stop.CALLER_HUNG_UP
        except Exception:
            log.exception("caller cannot be handed to the safety route", interaction_id=self._interaction_id)
        return Stop.FAILED

    async def _write(self, facts: Sequence[FlowFact]) -> None:
        """Facts of the flow are for counting: when they cannot be written the caller is served all the same."""
        try:
            await self._world.notes.note(facts)
        except Exception:
            log.exception("flow facts not written", interaction_id=self._interaction_id, facts=len(facts))

    def _started(self) -> FlowStarted:
        flow = self._flow
        return FlowStarted(
            interaction_id=self._interaction_id, flow_id=flow.id, version=flow.version, node_id=self._node_id
        )

    def _missed(self, prompt_id: PromptId, language: str) -> PromptMissed:
        return PromptMissed(
            interaction_id=self._interaction_id,
            flow_id=self._flow.id,
            version=self._flow.version,
            node_id=self._node_id,
            prompt_id=prompt_id,
            language=language,
        )

    def _left(self, taken: ExitTaken) -> NodeLeft:
        return NodeLeft(
            interaction_id=self._interaction_id,
            flow_id=self._flow.id,
            version=self._flow.version,
            node_id=taken.node_id,
            kind=taken.kind,
            exit=taken.exit,
        )

    def _stopped(self, stop: Stop) -> FlowStopped:
        return FlowStopped(
            interaction_id=self._interaction_id,
            flow_id=self._flow.id,
            version=self._flow.version,
            node_id=self._node_id,
            reason=stop.value,
        )
