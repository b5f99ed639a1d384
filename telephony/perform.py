"""The switch as the distributor knows it: effects become AMI actions, started at once and in order."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass

import structlog

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
from kernel.contact import ContactBook
from kernel.ids import DeviceId, InteractionId, PromptId, QueueId, ReservationId
from kernel.instants import Instant, elapsed_ms
from kernel.result_codes import ReservationResult
from telephony.ami.actions import Action, caller_id, hang_up, originate, set_variable
from telephony.ami.connection import AmiLink
from telephony.ami.failures import ActionRefused, AmiFailure, LinkLost
from telephony.ami.pending import Originated
from telephony.ami.wire import Reply
from telephony.customers import CustomerDialler
from telephony.dial_strings import AUTO_ANSWER_HEADERS, agent_leg_headers, device_channel, shown_name, shown_number
from telephony.forwarding import NOWHERE, end_forwarded
from telephony.leg_names import agent_leg, caller_leg, interaction_of_reservation
from telephony.legs import LegTracker
from telephony.referrals import REFERRED
from telephony.spoken_wait import spoken_wait

log = structlog.get_logger(__name__)

# The engine ends a ringing that lasts too long. Should it be gone, Asterisk does so itself a little later.
RING_MARGIN_MS = 3_000
# OriginateResponse comes on another connection than the leg's Hangup, which knows the reason better.
REASON_WAIT_MS = 200
CLICK_RING_MS = 20_000
"""How long the phone of somebody who clicked on a number rings, unless it picks up by itself."""
CLICKS_FROM = 9 * 10**11
CLAIMED = ("answered", "after")
"""The caller's ACD_STATE once an agent has won the claim, and once they have talked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneModel:
    """What a phone needs to be rung well."""

    model: str


@dataclass(slots=True)
class Floor:
    """What the switch must know of the centre; replaced whole when the centre changes."""

    phones: Mapping[DeviceId, PhoneModel]
    queue_names: Mapping[QueueId, str]
    languages: tuple[str, ...]
    music: Mapping[QueueId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RingPolicy:
    """``silent_ms_max``: a phone that has not rung by then counts as unreachable. ``epoch``: which program may join."""

    silent_ms_max: int
    epoch: str
    record: bool


class AsteriskSwitch:
    """Implements ``acd.ports.Switch`` on one Asterisk."""

    def __init__(
        self,
        *,
        commands: AmiLink,
        legs: LegTracker,
        contacts: ContactBook,
        floor: Floor,
        policy: RingPolicy,
        now: Callable[[], Instant],
        post: Callable[[Input], None],
        lines: PhoneLines,
    ) -> None:
        self._commands = commands
        self._legs = legs
        self._contacts = contacts
        self.floor = floor
        self._policy = policy
        self._now = now
        self._post = post
        self._lines = lines
        self.in_doubt: Callable[[], None] = lambda: None
        """What we were told turns out to be out of date: look at the switch."""
        self.customers = CustomerDialler(commands=commands, contacts=contacts, post=post)
        self._clicks = 0
        self._waits: set[asyncio.Task[None]] = set()

    def perform(self, effect: Effect) -> None:
        """Start one effect. What comes of it arrives as inputs; a link that is down is mended by the resync after it."""
        try:
            match effect:
                case RingAgent():
                    self._ring(effect)
                case CancelRing():
                    self._cancel(effect)
                case PlayWaitAnnouncement():
                    self._announce(effect.interaction_id, (effect.prompt_id,))
                case TellWait():
                    self._announce(effect.interaction_id, spoken_wait(effect))
                case DialCustomer():
                    self._start(self.customers.dial(effect, self.floor.music))
                case EndCustomerLeg():
                    self.end(caller_leg(effect.interaction_id))
                case ReturnToFlow():
                    asked = self._withdraw_offer(effect.interaction_id, asking="ACD_STATE")
                    self._start(self._return_to_flow(effect, asked))
        except ValueError:
            # An id that is not of our making: interactions that did not come through Asterisk have no legs to move.
            log.warning("effect without a leg", effect=type(effect).__name__)

    async def close(self) -> None:
        """Stop waiting for outcomes."""
        for task in self._waits:
            task.cancel()
        await asyncio.gather(*self._waits, return_exceptions=True)

    def part(self, interaction_id: InteractionId, reservation_id: ReservationId) -> None:
        """The engine refused a pick-up: part the two, and let the caller wait on."""
        caller = caller_leg(interaction_id)
        self._commands.send(set_variable(channel=agent_leg(reservation_id), name="ACD_WON", value=""))
        self._commands.send(set_variable(channel=caller, name="ACD_STATE", value="waiting"))
        self._commands.send(hang_up(channel=agent_leg(reservation_id), cause=26))

    def end(self, unique_id: str) -> None:
        """End a leg of ours. Harmless when it is gone."""
        self._commands.send(hang_up(channel=unique_id))

    def end_forwarded(self) -> None:
        """A phone has sent a call elsewhere: nobody is to be rung there."""
        self._start(end_forwarded(self._commands))

    def take_over(self, found: Mapping[ReservationId, AgentLegPhase], wanted: Mapping[ReservationId, object]) -> None:
        """After a look at the switch: legs that ring for a reservation may claim for this program from now on, and legs
        of no reservation end. They are those of a former program, or of an effect that a broken link swallowed. The offer
        of another reservation for the same caller stays.
        """
        offered = {interaction_of_reservation(reservation_id) for reservation_id in wanted}
        for reservation_id, phase in found.items():
            if reservation_id not in wanted:
                interaction_id = interaction_of_reservation(reservation_id)
                log.warning("leg without a reservation ended", reservation_id=reservation_id, phase=phase)
                if phase is AgentLegPhase.JOINED:
                    self.part(interaction_id, reservation_id)
                elif interaction_id in offered:
                    self._legs.ring_cancelled(reservation_id)
                    self._start(self._end_leg(reservation_id, self._ask(interaction_id, "ACD_WINNER")))
                else:
                    self.perform(CancelRing(reservation_id=reservation_id, interaction_id=interaction_id))
            elif phase is AgentLegPhase.RINGING:
                leg = agent_leg(reservation_id)
                self._commands.send(set_variable(channel=leg, name="ACD_LEG_EPOCH", value=self._policy.epoch))

    def new_click(self) -> InteractionId:
        """The id of a call whose first leg is rung by us, before it is."""
        self._clicks += 1
        now = self._now()
        # Asterisk counts its own channels from 0 in the same place.
        return InteractionId(f"c{now // 1000}-{CLICKS_FROM + now % 1000 * 10**6 + self._clicks % 10**6}")

    async def ring_to_call(self, interaction_id: InteractionId, device_id: DeviceId, number: str) -> None:
        """Ring a phone; once it has picked up, the dialplan asks whom it is to call in that interaction.

        Raises AmiFailure when Asterisk will not.
        """
        phone = self.floor.phones.get(device_id, PhoneModel(model="generic"))
        name, value = AUTO_ANSWER_HEADERS.get(phone.model, AUTO_ANSWER_HEADERS["generic"])
        originated = self._commands.originate(
            originate(
                channel=device_channel(device_id),
                channel_id=caller_leg(interaction_id),
                context="acd-out",
                extension="s",
                ring_ms_max=CLICK_RING_MS,
                caller=caller_id(name="", number=shown_number(number)),
                variables={"FORWARD_CONTEXT": NOWHERE, f"PJSIP_HEADER(add,{name})": value},
            ),
            outcome_ms_max=CLICK_RING_MS + RING_MARGIN_MS,
        )
        self._start(_outcome_of(originated))
        await originated.acknowledged

    def _ring(self, effect: RingAgent) -> None:
        caller = caller_leg(effect.interaction_id)
        self._legs.ring_started(effect.reservation_id, effect.interaction_id)
        self._commands.send(set_variable(channel=caller, name="ACD_OFFER", value=effect.reservation_id))
        self._lines.reserved(effect.reservation_id, effect.device_id)
        former = self._lines.next_in_line(effect.reservation_id)
        if former is None:
            self._originate(effect)
        else:
            self._start(self._ring_after(effect, former))

    async def _ring_after(self, effect: RingAgent, former: ReservationId) -> None:
        await self._lines.wait_for(former, self._legs.talks)
        if self._legs.still_silent(effect.reservation_id):
            self._originate(effect)
        else:
            self._lines.left(effect.reservation_id)

    def _originate(self, effect: RingAgent) -> None:
        leg, caller = agent_leg(effect.reservation_id), caller_leg(effect.interaction_id)
        contact = self._contacts.live(effect.interaction_id)
        queue_name = self.floor.queue_names.get(effect.queue_id, effect.queue_id)
        phone = self.floor.phones.get(effect.device_id, PhoneModel(model="generic"))
        headers = agent_leg_headers(
            interaction_id=effect.interaction_id,
            queue_name=queue_name,
            model=phone.model,
            auto_answer=effect.auto_answer,
        )
        variables = {
            "ACD_CALL": effect.interaction_id,
            "ACD_CALLER": caller,
            "ACD_RESERVATION": effect.reservation_id,
            "ACD_LEG_EPOCH": self._policy.epoch,
            "ACD_RECORD": effect.reservation_id if self._policy.record else "",
            "FORWARD_CONTEXT": NOWHERE,
            "TRANSFER_CONTEXT": REFERRED,
        }
        variables |= {f"PJSIP_HEADER(add,{name})": value for name, value in headers.items()}
        ring_ms_max = elapsed_ms(self._now(), effect.until) + RING_MARGIN_MS
        originated = self._commands.originate(
            originate(
                channel=device_channel(effect.device_id),
                channel_id=leg,
                context="acd-agent",
                extension="s",
                ring_ms_max=ring_ms_max,
                caller=caller_id(
                    name=shown_name(queue_name=queue_name, caller_name=contact.name if contact else ""),
                    number=shown_number(contact.number if contact else ""),
                ),
                variables=variables,
            ),
            outcome_ms_max=ring_ms_max + RING_MARGIN_MS,
        )
        self._start(self._watch_ring(effect, originated))

    async def _watch_ring(self, effect: RingAgent, originated: Originated) -> None:
        """Notice the failures that no event of the leg tells: a refused action, no address, a phone that is silent."""
        try:
            await originated.acknowledged
        except LinkLost:
            return
        except AmiFailure:
            self._fail(effect, ReservationResult.UNREACHABLE)
            self._lines.left(effect.reservation_id)
            return
        silent_s = self._policy.silent_ms_max / 1000
        done, _ = await asyncio.wait({originated.outcome}, timeout=silent_s)
        if not done and self._legs.still_silent(effect.reservation_id):
            log.warning("phone silent", device_id=effect.device_id, reservation_id=effect.reservation_id)
            self._fail(effect, ReservationResult.UNREACHABLE)
            self._commands.send(hang_up(channel=agent_leg(effect.reservation_id)))
        try:
            outcome = await originated.outcome
        except AmiFailure:
            return
        if outcome.fields.get("Response") == "Failure":
            await asyncio.sleep(REASON_WAIT_MS / 1000)
            self._fail(effect, ReservationResult.UNREACHABLE)
            self._legs.forget(effect.reservation_id)
            self._lines.left(effect.reservation_id)

    def _fail(self, effect: RingAgent, result: ReservationResult) -> None:
        for given in self._legs.fail(effect.reservation_id, result):
            self._post(given)

    def _cancel(self, effect: CancelRing) -> None:
        """Take the offer back, and only then end the leg: an agent who picks up in between has won or lost by then.

        The claim in the dialplan marks the caller as its own and then looks at the offer once more, so of the two,
        claim and withdrawal, at most one succeeds.
        """
        self._legs.ring_cancelled(effect.reservation_id)
        winner = self._withdraw_offer(effect.interaction_id, asking="ACD_WINNER")
        self._start(self._end_leg(effect.reservation_id, winner))

    async def _end_leg(self, reservation_id: ReservationId, winner: "asyncio.Future[Reply]") -> None:
        """End a leg, unless it has won its claim: then what we were told is out of date."""
        try:
            if (await winner).fields.get("Value") == reservation_id:
                self.in_doubt()
                return
        except ActionRefused:
            pass  # the caller is gone
        await self._commands.perform(hang_up(channel=agent_leg(reservation_id), cause=26))

    def _withdraw_offer(self, interaction_id: InteractionId, *, asking: str) -> "asyncio.Future[Reply]":
        """From now on nobody can claim this caller; the variable that is asked for tells whether somebody has."""
        caller = caller_leg(interaction_id)
        self._commands.send(set_variable(channel=caller, name="ACD_OFFER", value=""))
        return self._ask(interaction_id, asking)

    def _ask(self, interaction_id: InteractionId, variable: str) -> "asyncio.Future[Reply]":
        fields = {"Channel": caller_leg(interaction_id), "Variable": variable}
        return self._commands.send(Action(name="Getvar", fields=fields))

    def _announce(self, interaction_id: InteractionId, prompts: Sequence[PromptId]) -> None:
        """Play into the caller's waiting room, in their language, one prompt after the other."""
        if not prompts:
            return
        contact = self._contacts.live(interaction_id)
        language = contact.attributes.get("language", "") if contact else ""
        if language not in self.floor.languages:
            language = self.floor.languages[0]
        self._commands.send(
            Action(
                name="Originate",
                fields={
                    "Channel": "Local/play@acd-announce/n",
                    "Application": "BridgeWait",
                    "Data": f"acd-{interaction_id},announcer,n",
                    "Variable": "__ACD_PROMPT=" + "&".join(f"sambut/{language}/{prompt}" for prompt in prompts),
                    "Async": "true",
                    "Timeout": "5000",
                },
            )
        )

    async def _return_to_flow(self, effect: ReturnToFlow, caller_state: "asyncio.Future[Reply]") -> None:
        caller = caller_leg(effect.interaction_id)
        if (await caller_state).fields.get("Value") in CLAIMED:
            return
        self._commands.send(set_variable(channel=caller, name="ACD_RETURN", value=effect.reason))
        await self._commands.perform(
            Action(name="Redirect", fields={"Channel": caller, "Context": "acd-return", "Exten": "s", "Priority": "1"})
        )

    def _start(self, wait: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(self._quietly(wait))
        self._waits.add(task)
        task.add_done_callback(self._waits.discard)

    async def _quietly(self, wait: Coroutine[None, None, None]) -> None:
        try:
            await wait
        except ActionRefused:
            pass  # the leg is gone, which its own Hangup event tells
        except AmiFailure as failure:
            log.warning("effect not performed", failure=type(failure).__name__)


async def _outcome_of(originated: Originated) -> None:
    """Whatever comes of it, it is nobody's offer."""
    await originated.outcome
