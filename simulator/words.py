"""Facts in the words of the scenario sheets. A fact without words is said by another one beside it."""

from typing import Any

from acd.core import facts
from acd.core.agent_states import AgentState
from acd.core.callback_words import CallbackBooked, CallbackDialled, CallbackDue, CallbackMissed, CallbackReached
from acd.core.facts import Fact
from acd.core.rank_words import PriorityChanged
from acd.core.routing_facts import RequirementsRelaxed, ReservesCalled, ReservesReleased
from acd.core.transfer_words import InteractionTransferred
from kernel.instants import Instant
from kernel.result_codes import ReservationResult


def clock(at: Instant, start: Instant) -> str:
    """``0:05``, or ``0:05.250``."""
    return length(at - start)


def length(ms: int) -> str:
    minutes, rest_ms = divmod(ms, 60_000)
    seconds, rest_ms = divmod(rest_ms, 1_000)
    return f"{minutes}:{seconds:02}" + (f".{rest_ms:03}" if rest_ms else "")


def words_of(fact: Fact, start: Instant) -> str | None:
    """One fact as a phrase; None when a sheet does not tell it."""
    say = _WORDS.get(type(fact))
    return None if say is None else say(fact, start)


def _state_changed(fact: facts.AgentStateChanged, start: Instant) -> str | None:
    match fact.state:
        case AgentState.RESERVED:
            return None  # told by the reservation
        case AgentState.ALERTING | AgentState.LOGGED_OUT:
            words = [fact.agent_id, str(fact.state)]
        case _:
            words = [fact.agent_id, str(fact.state), fact.reason_code]
            if fact.until is not None:
                words += ["until", clock(fact.until, start)]
    return " ".join(word for word in words if word)


def _ended_reservation(fact: facts.ReservationEnded, start: Instant) -> str | None:
    return None if fact.result is ReservationResult.ANSWERED else f"{fact.agent_id}'s reservation {fact.result}"


def _answered(fact: facts.InteractionAnswered, start: Instant) -> str:
    at_step = f" at step {fact.matched_at_step}" if fact.matched_at_step else ""
    return f"{fact.interaction_id} answered after {length(fact.waited_ms)}{at_step}"


def _abandoned(fact: facts.InteractionAbandoned, start: Instant) -> str:
    return f"{fact.interaction_id} {'short ' if fact.short else ''}abandoned after {length(fact.waited_ms)}"


def _released(fact: facts.InteractionReleased, start: Instant) -> str:
    hold = f", held {length(fact.hold_ms)}" if fact.hold_ms else ""
    return f"{fact.interaction_id} released by {fact.ended_by}, talked {length(fact.talk_ms)}{hold}"


def _told(fact: facts.WaitTold, start: Instant) -> str:
    parts = [str(fact.prompt_id)] if fact.prompt_id is not None else []
    if fact.position is not None:
        parts.append(f"place {fact.position}")
    if fact.minutes is not None:
        parts.append(f"at most {fact.minutes} min{', longer than told' if fact.is_longer else ''}")
    return f"{fact.interaction_id} is told {', '.join(parts) or 'nothing'}"


def _relaxed(fact: RequirementsRelaxed, start: Instant) -> str:
    needs = ", ".join(f"{need.skill_id} {need.level_min}" for need in fact.requirements) or "no skill"
    groups = f" of {', '.join(fact.groups)}" if fact.groups else ""
    return f"{fact.interaction_id} relaxed by step {fact.step} to {needs}{groups}"


_WORDS: dict[type, Any] = {
    facts.InteractionQueued: lambda fact, start: (
        f"{fact.interaction_id} offered to {fact.queue_id}, place {fact.position}"
    ),
    facts.AgentReserved: lambda fact, start: (
        f"{fact.agent_id} reserved for {fact.interaction_id} until {clock(fact.until, start)}"
    ),
    facts.AgentStateChanged: _state_changed,
    facts.ReservationEnded: _ended_reservation,
    facts.InteractionAnswered: _answered,
    facts.InteractionAbandoned: _abandoned,
    facts.InteractionLeftQueue: lambda fact, start: f"{fact.interaction_id} left {fact.queue_id} by {fact.reason}",
    InteractionTransferred: lambda fact, start: (
        f"{fact.agent_id} sent {fact.interaction_id} to {fact.to} {fact.target}"
    ),
    facts.InteractionReleased: _released,
    facts.InteractionEnded: lambda fact, start: f"{fact.interaction_id} ended {fact.disposition} by {fact.ended_by}",
    facts.AgentLoggedIn: lambda fact, start: f"{fact.agent_id} at {fact.device_id}",
    facts.NextStateChosen: lambda fact, start: f"{fact.agent_id} then {fact.state} {fact.reason_code}".strip(),
    PriorityChanged: lambda fact, start: f"{fact.interaction_id} now priority {fact.priority}, place {fact.position}",
    RequirementsRelaxed: _relaxed,
    ReservesCalled: lambda fact, start: f"reserves of {fact.queue_id} called",
    ReservesReleased: lambda fact, start: f"reserves of {fact.queue_id} released",
    facts.WaitAnnouncementDue: lambda fact, start: f"{fact.interaction_id} hears {fact.prompt_id}",
    facts.WaitTold: _told,
    CallbackBooked: lambda fact, start: (
        f"{fact.interaction_id} to be called back from {fact.queue_id} until {clock(fact.expires_at, start)}"
    ),
    CallbackDialled: lambda fact, start: f"{fact.interaction_id} dialled, attempt {fact.attempt}",
    CallbackReached: lambda fact, start: f"{fact.interaction_id} reached",
    CallbackMissed: lambda fact, start: (
        f"{fact.interaction_id} not reached"
        + (f", again at {clock(fact.retry_at, start)}" if fact.retry_at is not None else "")
    ),
    CallbackDue: lambda fact, start: f"{fact.interaction_id} due again",
    facts.InputRefused: lambda fact, start: f"refused {fact.code}",
}


def given_in_words(given: object) -> str:
    """An input: what it is called, and whom it is about."""
    fields = getattr(given, "__dataclass_fields__", {})
    values = [getattr(given, name) for name in fields]
    told = [str(value) for value in values if isinstance(value, str | bool)]
    return " ".join([type(given).__name__, *told])
