"""What the interpreter asks for (steps) and what comes back (answers). Pure.

A step that ends the conversation for now is followed by no answer, except that ``EnterQueue`` and ``Transfer`` may be
answered later, perhaps by another run of the program: the caller came back.
"""

from dataclasses import dataclass
from enum import StrEnum

from ivr.core.caller_lists import ListAction
from kernel.ids import CallerListId, HoursId, PromptId, QueueId, SkillId, TrunkId
from kernel.result_codes import Disposition, LeaveReason

ALL_KEYS = "0123456789*#"
DIGITS = "0123456789"


# --- steps ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PickUp:
    """Answer the call. Answer: Done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Play prompts in order, in a language; a key of ``stop_keys`` ends it at once. Answer: Said.

    ``takes_key``: that key is the answer to what is asked; else it only ends the prompts, and the next node that asks
    for a key gets it. ``stops_at_missing``: a prompt that cannot be played ends it (else the next one is played).
    """

    prompts: tuple[PromptId, ...]
    language: str
    stop_keys: str
    takes_key: bool
    stops_at_missing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AskKey:
    """Wait for one key, at most so long. Answer: KeyPressed."""

    wait_ms_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckHours:
    """Is it open just now? Answer: HoursChecked, or LookUpFailed."""

    hours_id: HoursId


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCallerList:
    """Is the caller on the list? Answer: ListChecked, or LookUpFailed. ``customer``: their customer number, or ""."""

    list_id: CallerListId
    customer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterQueue:
    """Hand the caller to a queue. Answers: QueueRefused at once, QueueLeft later, or none."""

    queue_id: QueueId
    priority: int | None
    skills: tuple[tuple[SkillId, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Dial a number outside for the caller. Answer: TransferFailed later, or none."""

    number: str
    trunk_id: TrunkId
    ring_ms_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindOwnNumber:
    """Which number would the caller be called back at? Answer: OwnNumber."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookCallback:
    """Call back later, from that queue, before it expires or the hours close. Answer: CallbackAnswered."""

    queue_id: QueueId
    expires_ms: int
    hours_id: HoursId | None
    tries_max: int
    retry_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclude:
    """Put down how the call ends, before the caller hears it and hangs up by themselves. Answer: Done."""

    disposition: Disposition


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """Let the caller go, with a Q.850 cause. No answer."""

    cause_code: int
    disposition: Disposition


Step = (
    PickUp
    | Say
    | AskKey
    | CheckHours
    | CheckCallerList
    | EnterQueue
    | Transfer
    | FindOwnNumber
    | BookCallback
    | Conclude
    | HangUp
)


# --- answers -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It is done; there is nothing to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The prompts are over. ``key``: what ended them, or ""; ``missing``: those that could not be played."""

    key: str = ""
    missing: tuple[PromptId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPressed:
    """``key`` is one of 0-9, * and #, or "" when the time ran out."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursChecked:
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChecked:
    """``priority`` (1-10): the one that the list gives those on it. ``action``: what becomes of those on it."""

    is_listed: bool
    priority: int | None
    action: ListAction = ListAction.FLOW


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNumber:
    """``number`` as it is dialled; "" when there is none that could be."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAnswered:
    """Whether they will be called back."""

    is_booked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpFailed:
    """The hours or the list are not there any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRefused:
    """The queue did not take the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLeft:
    """The caller is back from the queue, by the queue's own rules."""

    reason: LeaveReason


class TransferResult(StrEnum):
    """Why a transfer to a number brought nobody."""

    FAILED = "failed"
    NO_ANSWER = "no_answer"
    BUSY = "busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFailed:
    """The caller is back from the transfer."""

    result: TransferResult


Answer = (
    Done
    | Said
    | KeyPressed
    | HoursChecked
    | ListChecked
    | OwnNumber
    | CallbackAnswered
    | LookUpFailed
    | QueueRefused
    | QueueLeft
    | TransferFailed
)
