"""The ear on Asterisk: events in order, each turned into inputs for the front door; after every gap, a comparison."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

import structlog

from acd.core.checkpoint import EngineCheckpoint
from acd.core.facts import (
    AgentReserved,
    InputRefused,
    InteractionAnswered,
    InteractionCreated,
    InteractionEnded,
    InteractionReleased,
    ReservationEnded,
)
from acd.core.inputs import AgentLeft, AgentPickedUp, CallerLost, Input
from acd.core.outbound_words import CallOutAnswered, CallOutReleased
from acd.phone_lines import PhoneLines
from acd.ports import AgentLegPhase, DoorClosed, FrontDoor, SwitchPicture
from kernel.entry import Entry
from kernel.ids import InteractionId, ReservationId
from kernel.instants import Instant
from kernel.result_codes import ReservationResult
from telephony.ami.actions import Action
from telephony.ami.connection import AmiLink
from telephony.ami.failures import AmiFailure
from telephony.ami.wire import AmiEvent
from telephony.aside import strike_off
from telephony.leg_names import interaction_of, interaction_of_reservation, reservation_of
from telephony.legs import LegTracker, Phase, is_forwarding
from telephony.silent_phones import SilentPhones
from telephony.snapshot import clear_turned_away, take_snapshot
from telephony.waiting_keys import WaitingKeys

log = structlog.get_logger(__name__)

RETRY_S = 1.0
LOOK_S = 5.0
"""How often all is compared though no link was lost: one event can go missing without anybody noticing."""
SOUND_CLOSING_S = 0.5
# An agent who picks up as the caller hangs up finds nobody to join, and that is told before the caller's own Hangup.
# Were it believed at once, the caller would be offered again, and the phone ring for a moment.
NOBODY_THERE_S = 0.25
# A BYE that comes in the very moment in which Bridge() moves the channel is answered, and the hang-up is lost (tried on
# 22.10.1, about one in a hundred of such moments): the other one would listen to silence until the RTP time-out.
LINGERS_S = 1.0


class Listener:
    """Owns the order of things between the events link and the front door.

    ``reconcile``: compares a picture of the switch with what the engine knows, inside the engine's own task.
    ``part``: undoes a join that the engine refused. ``take_over``: told of the legs that a look found and of the
    reservations that are in force. ``sound_closed``: a leg's recording files are complete, told half a second after the
    leg's end. ``forwarded``: a phone has sent its call elsewhere. ``end``: a leg (by its unique id) is to be ended.
    ``lines``: which leg is at which phone. ``lost_sight``: the switch cannot be seen until the next comparison.
    ``take_back``: asked before each look, whoever Asterisk serves by itself is to come back to us.
    """

    def __init__(
        self,
        *,
        events: AmiLink,
        commands: AmiLink,
        legs: LegTracker,
        door: FrontDoor,
        now: Callable[[], Instant],
        reconcile: Callable[[SwitchPicture], Awaitable[None]],
        part: Callable[[InteractionId, ReservationId], None],
        take_over: Callable[[Mapping[ReservationId, AgentLegPhase], Mapping[ReservationId, object]], None],
        sound_closed: Callable[[ReservationId], None],
        forwarded: Callable[[], None],
        end: Callable[[str], None],
        lines: PhoneLines,
        lost_sight: Callable[[], None],
        take_back: Callable[[], Awaitable[None]],
    ) -> None:
        self._events = events
        self._commands = commands
        self._legs = legs
        self._door = door
        self._now = now
        self._reconcile = reconcile
        self._part = part
        self._take_over = take_over
        self._in_force: dict[ReservationId, bool] = {}
        """Reservations that are offered (False) or joined (True)."""
        self._sound_closed = sound_closed
        self._forwarded = forwarded
        self._end = end
        self._lines = lines
        self._lost_sight = lost_sight
        self._take_back = take_back
        self._ending: set[str] = set()
        self._silent = SilentPhones()
        self._keys = WaitingKeys()
        self._resync = asyncio.Event()
        self.in_step = asyncio.Event()
        """Set while the engine's picture follows the switch: after the first comparison, until a link goes down."""
        self.hearing = asyncio.Event()
        """Cleared during a look: events of a time before the comparison wait for it, and change nothing twice then."""
        self._tasks: set[asyncio.Task[None]] = set()

    def link_up(self) -> None:
        """One of the two links came up: what happened meanwhile is unknown."""
        self._resync.set()

    def link_down(self) -> None:
        """One of the two links went down."""
        self.in_step.clear()
        self.hearing.clear()
        self._lost_sight()

    def look(self) -> None:
        """Something does not fit: look at the switch, and compare."""
        self._resync.set()

    def resume(self, checkpoint: EngineCheckpoint) -> None:
        """Know the interactions and the reservations that the engine knew then."""
        self._keys.resume(checkpoint)
        for interaction_id in checkpoint.interactions:
            self._legs.caller_known(interaction_id)
        for connection in checkpoint.connections.values():
            if connection.queue_id is None:
                self._legs.talks_out(connection.interaction_id)
        self._in_force = dict.fromkeys(checkpoint.reservations, False) | dict.fromkeys(checkpoint.connections, True)
        past = (one.reservation for one in checkpoint.past_reservations.values())
        for reservation in (*past, *checkpoint.reservations.values()):
            self._lines.reserved(reservation.reservation_id, reservation.device_id)

    def on_entry(self, entry: Entry) -> None:
        """Follow the interactions that exist, so that a hang-up that overtook its arrival is not lost, and the
        reservations in force, offered or joined.
        """
        self._keys.on_entry(entry)
        for fact in entry.facts:
            match fact:
                case InteractionCreated():
                    for given in self._legs.caller_known(fact.interaction_id):
                        self.post(given)
                case InteractionEnded():
                    self._legs.caller_over(fact.interaction_id)
                case AgentReserved():
                    self._in_force[fact.reservation_id] = False
                    self._lines.reserved(fact.reservation_id, fact.device_id)
                case InteractionAnswered():
                    self._in_force[fact.reservation_id] = True
                case ReservationEnded() if fact.result is not ReservationResult.ANSWERED:
                    self._in_force.pop(fact.reservation_id, None)
                case InteractionReleased():
                    self._in_force.pop(fact.reservation_id, None)
                    self._legs.released(fact.reservation_id)
                case _:
                    self._follow_call_out(fact)

    def _follow_call_out(self, fact: object) -> None:
        match fact:
            case CallOutAnswered():
                self._legs.talks_out(fact.interaction_id)
            case CallOutReleased():
                # As of every leg: MixMonitor closes its files in a thread of its own, soon after.
                loop = asyncio.get_running_loop()
                loop.call_later(SOUND_CLOSING_S, self._sound_closed, fact.reservation_id)
            case _:
                pass

    async def run(self) -> None:
        """Listen until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._hear())
            tasks.create_task(self._compare())

    def post(self, given: Input) -> None:
        """Hand in without waiting; a closed door means that the program is stopping."""
        try:
            self._door.post(given)
        except DoorClosed:
            log.warning("input not taken: door closed", input=type(given).__name__)

    async def _hear(self) -> None:
        while True:
            event = await self._events.next_event()
            await self.hearing.wait()
            self._take(event)

    def _take(self, event: AmiEvent) -> None:
        self._see_to_the_end(event.name, event.fields.get("Uniqueid", ""))
        if event.name == "Hangup":
            reservation_id = reservation_of(event.fields.get("Uniqueid", ""))
            if reservation_id is not None:
                self._lines.left(reservation_id)
                # MixMonitor closes its files in a thread of its own, and tells nobody when a hang-up ended it.
                asyncio.get_running_loop().call_later(SOUND_CLOSING_S, self._sound_closed, reservation_id)
        if event.name == "HangupRequest" and is_forwarding(event.fields):
            log.warning("a phone forwards its calls", leg_id=event.fields.get("Uniqueid"))
            self._forwarded()
        if self._legs.found_nobody(event):
            asyncio.get_running_loop().call_later(NOBODY_THERE_S, self._tell, event)
        else:
            self._tell(event)

    def _see_to_the_end(self, name: str, unique_id: str) -> None:
        """Who has hung up is gone soon after, or is ended once more."""
        if name == "Hangup":
            self._ending.discard(unique_id)
        elif name == "HangupRequest" and (reservation_of(unique_id) or interaction_of(unique_id)):
            self._ending.add(unique_id)
            asyncio.get_running_loop().call_later(LINGERS_S, self._end_lingering, unique_id)

    def _end_lingering(self, unique_id: str) -> None:
        if unique_id in self._ending:
            self._ending.discard(unique_id)
            log.warning("hang-up lost in Asterisk: ended once more", leg_id=unique_id)
            self._end(unique_id)

    def _tell(self, event: AmiEvent) -> None:
        for pressed in self._keys.see(event):
            self.post(pressed)
        for given in self._legs.see(event):
            if isinstance(given, AgentLeft) and given.phone_silent:
                self._ask_whether_it_lives(given.reservation_id)
            if isinstance(given, AgentPickedUp):
                self._pick_up(given)
            elif self._silent.believes(given, self._now()):
                self.post(given)
            if isinstance(given, CallerLost):
                self._commands.send(clear_turned_away(given.interaction_id))

    def _ask_whether_it_lives(self, reservation_id: ReservationId) -> None:
        """Asterisk would ask the phone in its time, and hold it to be there until then."""
        device_id = self._lines.phone_of(reservation_id)
        if device_id is not None:
            log.warning("a phone fell silent in a talk", device_id=device_id, reservation_id=reservation_id)
            self._silent.fell_silent(device_id, self._now())
            self._commands.send(Action(name="PJSIPQualify", fields={"Endpoint": device_id}))

    def _pick_up(self, given: AgentPickedUp) -> None:
        leg = self._legs.agent_legs[given.reservation_id]
        task = asyncio.create_task(self._joined(given, leg.interaction_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _joined(self, given: AgentPickedUp, interaction_id: InteractionId) -> None:
        try:
            facts = await self._door.submit(given)
        except DoorClosed:
            return
        if any(isinstance(fact, InputRefused) for fact in facts):
            log.warning("pick-up refused", reservation_id=given.reservation_id)
            self._part(interaction_id, given.reservation_id)

    async def _compare(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._resync.wait()
            self._resync.clear()
            if not self._are_up():
                continue
            self.hearing.clear()
            try:
                await self._take_back()
                picture = await take_snapshot(self._commands, begun_at=self._now())
                picture = replace(picture, devices=self._silent.believable(picture.devices, self._now()))
            except AmiFailure as failure:
                log.warning("snapshot failed", failure=type(failure).__name__)
                if self.in_step.is_set():
                    self.hearing.set()
                await asyncio.sleep(RETRY_S)
                self._resync.set()
                continue
            for reservation_id, phase in picture.agent_legs.items():
                interaction_id = interaction_of_reservation(reservation_id)
                # One that talked is in no bridge any more while it hangs up, and rings for all that.
                joined = phase is AgentLegPhase.JOINED or self._in_force.get(reservation_id, False)
                self._legs.adopted(reservation_id, interaction_id, Phase.JOINED if joined else Phase.RINGING)
                self._lines.found(reservation_id)
            await self._reconcile(picture)
            for lost in picture.turned_away:
                self._commands.send(clear_turned_away(lost))
            # Not when their events are heard: those of a gap are heard before the look that reads the notes.
            for served in picture.aside:
                self._commands.send(strike_off(served))
            self._take_over(picture.agent_legs, self._in_force)
            if not self._are_up():  # the links were lost while all was compared
                self._lost_sight()
                continue
            if not self.in_step.is_set():
                log.info(
                    "in step with Asterisk",
                    callers=len(picture.callers), agent_legs=len(picture.agent_legs), devices=len(picture.devices),
                )  # fmt: skip
            self.in_step.set()
            self.hearing.set()

    def _are_up(self) -> bool:
        return self._events.is_up and self._commands.is_up
