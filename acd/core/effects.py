"""Effects: what a fact asks of the outside. Performing one twice is harmless; its outcome returns as an input."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

from acd.core.callback_words import CallbackDialled, CallbackMissed, CallbackReached
from acd.core.facts import AgentReserved, Fact, InteractionLeftQueue, ReservationEnded, WaitAnnouncementDue, WaitTold
from kernel.ids import AgentId, DeviceId, Did, InteractionId, PromptId, QueueId, ReservationId
from kernel.instants import Instant
from kernel.result_codes import LeaveReason, ReservationResult


@dataclass(frozen=True, slots=True, kw_only=True)
class RingAgent:
    """Ring the phone; whoever picks up is joined with the caller by the guarded claim. Key: ``reservation_id``."""

    reservation_id: ReservationId
    interaction_id: InteractionId
    queue_id: QueueId
    agent_id: AgentId
    device_id: DeviceId
    until: Instant
    auto_answer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRing:
    """Stop ringing, and let the reservation win no claim any more."""

    reservation_id: ReservationId
    interaction_id: InteractionId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayWaitAnnouncement:
    """Play a prompt to the waiting caller; music resumes after it."""

    interaction_id: InteractionId
    prompt_id: PromptId


@dataclass(frozen=True, slots=True, kw_only=True)
class TellWait:
    """Say to the waiting caller what ``facts.WaitTold`` says; music resumes after it."""

    interaction_id: InteractionId
    prompt_id: PromptId | None
    position: int | None
    minutes: int | None
    is_longer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DialCustomer:
    """Call back: ring the customer, and let them into the queue's waiting room when they answer."""

    interaction_id: InteractionId
    queue_id: QueueId
    did: Did
    ring_ms_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCustomerLeg:
    """Ring no longer for whom nobody waits any more. Harmless when nothing rings."""

    interaction_id: InteractionId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnToFlow:
    """Take the caller out of the queue's waiting room and back into the flow, at the exit of that reason."""

    interaction_id: InteractionId
    reason: LeaveReason


Effect = RingAgent | CancelRing | PlayWaitAnnouncement | TellWait | DialCustomer | EndCustomerLeg | ReturnToFlow


def effects_of_step(facts: Iterable[Fact]) -> Iterator[Effect]:
    """What the facts of one step ask of the switch, in order.

    A reservation that was made and is over in the same step asks nothing: the switch had joined the two by itself.
    """
    facts = tuple(facts)
    made = {fact.reservation_id for fact in facts if isinstance(fact, AgentReserved)}
    over = made & {fact.reservation_id for fact in facts if isinstance(fact, ReservationEnded)} if made else made
    for fact in facts:
        if not (over and isinstance(fact, AgentReserved) and fact.reservation_id in over):
            yield from effects_of(fact)


def effects_of(fact: Fact) -> tuple[Effect, ...]:
    """What one fact asks of the switch; most ask nothing."""
    match fact:
        case AgentReserved() if fact.rings:
            return (
                RingAgent(
                    reservation_id=fact.reservation_id,
                    interaction_id=fact.interaction_id,
                    queue_id=fact.queue_id,
                    agent_id=fact.agent_id,
                    device_id=fact.device_id,
                    until=fact.until,
                    auto_answer=fact.auto_answer,
                ),
            )
        case ReservationEnded() if fact.result is not ReservationResult.ANSWERED:
            return (CancelRing(reservation_id=fact.reservation_id, interaction_id=fact.interaction_id),)
        case WaitAnnouncementDue():
            return (PlayWaitAnnouncement(interaction_id=fact.interaction_id, prompt_id=fact.prompt_id),)
        case WaitTold():
            return (
                TellWait(
                    interaction_id=fact.interaction_id,
                    prompt_id=fact.prompt_id,
                    position=fact.position,
                    minutes=fact.minutes,
                    is_longer=fact.is_longer,
                ),
            )
        case CallbackDialled() | CallbackReached() | CallbackMissed():
            return _effects_of_callback(fact)
        case InteractionLeftQueue(reason=LeaveReason.CALLBACK):
            return (EndCustomerLeg(interaction_id=fact.interaction_id),)
        case InteractionLeftQueue() if fact.reason not in (LeaveReason.WITHDRAWN, LeaveReason.OVERFLOW):
            # Whoever withdrew the caller has them already; a full queue is told to the flow that asked, which goes on.
            return (ReturnToFlow(interaction_id=fact.interaction_id, reason=fact.reason),)
        case _:
            return ()


def _effects_of_callback(fact: CallbackDialled | CallbackReached | CallbackMissed) -> tuple[Effect, ...]:
    match fact:
        case CallbackDialled():
            return (
                DialCustomer(
                    interaction_id=fact.interaction_id,
                    queue_id=fact.queue_id,
                    did=fact.did,
                    ring_ms_max=fact.ring_ms_max,
                ),
            )
        case CallbackMissed():
            return (EndCustomerLeg(interaction_id=fact.interaction_id),)
        case CallbackReached():
            if fact.reservation_id is None or fact.agent_id is None or fact.device_id is None or fact.until is None:
                return ()  # the agent is gone meanwhile: the next one is reserved as for all who wait
            return (
                RingAgent(
                    reservation_id=fact.reservation_id,
                    interaction_id=fact.interaction_id,
                    queue_id=fact.queue_id,
                    agent_id=fact.agent_id,
                    device_id=fact.device_id,
                    until=fact.until,
                    auto_answer=fact.auto_answer,
                ),
            )
        case _:
            assert_never(fact)
