"""Node ``callback``: offers to call back, says the number it would call, and books it when the caller confirms. Pure.

The caller keeps the place that they had in the queue; whoever cannot be called (no number is known) is not asked.
"""

from dataclasses import dataclass, field

from ivr.core.nodes.kind import ERROR_EXIT, Ask, Exit, Kind, Leave, Scene
from ivr.core.settings import NodeSettings, setting
from ivr.core.specs import NameOf, OneOf, Prompts, ReferenceKind, Whole
from ivr.core.steps import (
    ALL_KEYS,
    AskKey,
    BookCallback,
    CallbackAnswered,
    FindOwnNumber,
    KeyPressed,
    OwnNumber,
    Said,
)
from kernel.ids import HoursId, PromptId, QueueId

_KEYS = tuple("0123456789*#")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackSettings(NodeSettings):
    queue: QueueId = field(metadata=setting(NameOf(ReferenceKind.QUEUE), "The queue in which they go on waiting."))
    prompts: tuple[PromptId, ...] = field(
        metadata=setting(Prompts(least=1), "What is offered; the caller's number is said after it, digit by digit.")
    )
    confirm_prompts: tuple[PromptId, ...] = field(
        metadata=setting(Prompts(least=1), "After the number: which key confirms it.")
    )
    key: str = field(default="1", metadata=setting(OneOf(_KEYS), "The key that confirms; any other declines."))
    timeout_s: int = field(default=5, metadata=setting(Whole(1, 30), "How long to wait for the key."))
    expires_min: int = field(
        default=120, metadata=setting(Whole(1, 1440), "Nobody is called later than so many minutes from now.")
    )
    hours: HoursId | None = field(
        default=None,
        metadata=setting(NameOf(ReferenceKind.HOURS), "Nobody is called after these close; absent: whenever."),
    )
    tries: int = field(default=3, metadata=setting(Whole(1, 9), "How often it is tried."))
    retry_min: int = field(default=5, metadata=setting(Whole(1, 240), "Minutes between two attempts."))


def exits(_settings: CallbackSettings) -> tuple[Exit, ...]:
    return (Exit(name="booked", by_caller=True), Exit(name="declined"), Exit(name="no_number"), ERROR_EXIT)


def play(settings: CallbackSettings, scene: Scene) -> Ask | Leave:
    match scene.answer:
        case None:
            return Ask(step=FindOwnNumber())
        case OwnNumber(number=""):
            return Leave(exit="no_number")
        case OwnNumber(number=number):
            digits = tuple(PromptId(f"digit-{digit}") for digit in number if digit.isdigit())
            step = scene.say((*settings.prompts, *digits, *settings.confirm_prompts), ALL_KEYS, takes_key=True)
            return Ask(step=step)
        case Said(missing=missing) if missing and "error" in scene.exits:
            return Leave(exit="error")
        case Said(key=""):
            return Ask(step=AskKey(wait_ms_max=settings.timeout_s * 1000))
        case Said(key=key) | KeyPressed(key=key):
            return _take(settings, key)
        case CallbackAnswered(is_booked=is_booked):
            return Leave(exit="booked" if is_booked else "declined")
        case _:
            raise scene.unexpected()


def _take(settings: CallbackSettings, key: str) -> Ask | Leave:
    if key != settings.key:
        return Leave(exit="declined")
    return Ask(
        step=BookCallback(
            queue_id=settings.queue,
            expires_ms=settings.expires_min * 60_000,
            hours_id=settings.hours,
            tries_max=settings.tries,
            retry_ms=settings.retry_min * 60_000,
        )
    )


CALLBACK = Kind(
    name="callback",
    words="Offers to call back, and books it.",
    settings=CallbackSettings,
    exits=exits,
    play=play,
)
