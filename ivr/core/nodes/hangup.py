"""Node ``hangup``: says good-bye and lets the caller go. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.core.nodes.kind import LEFT_QUEUE, Ask, Exit, Kind, Leave, Scene
from ivr.core.settings import NodeSettings, setting
from ivr.core.specs import OneOf, Prompts, Whole
from ivr.core.steps import Conclude, Done, HangUp, Said
from kernel.ids import PromptId
from kernel.result_codes import Disposition

_DISPOSITIONS = (Disposition.FLOW_ENDED, Disposition.BLOCKED, Disposition.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class HangupSettings(NodeSettings):
    prompts: tuple[PromptId, ...] = field(
        default=(), metadata=setting(Prompts(), "Played before; none: a call not yet answered is rejected.")
    )
    cause: int = field(
        default=16,
        metadata=setting(Whole(1, 127), "The Q.850 cause told to the network: 16 normal, 17 busy, 21 rejected."),
    )
    disposition: str = field(
        default=Disposition.FLOW_ENDED.value,
        metadata=setting(
            OneOf(tuple(one.value for one in _DISPOSITIONS)),
            "How reports count it; a caller that a queue gave back counts as what the queue said instead of flow_ended.",
        ),
    )


def exits(_settings: HangupSettings) -> tuple[Exit, ...]:
    return ()


def play(settings: HangupSettings, scene: Scene) -> Ask | Leave:
    disposition = _disposition(settings, scene.variables)
    match scene.answer:
        case None if settings.prompts:
            # Most people hang up while they hear that it is closed; that is no abandoned call.
            return Ask(step=Conclude(disposition=disposition))
        case Done():
            return Ask(step=scene.say(settings.prompts))
        case None | Said():
            return Ask(step=HangUp(cause_code=settings.cause, disposition=disposition))
        case _:
            raise scene.unexpected()


def _disposition(settings: HangupSettings, variables: Mapping[str, str]) -> Disposition:
    chosen = Disposition(settings.disposition)
    left_queue = variables.get(LEFT_QUEUE, "")
    if chosen is Disposition.FLOW_ENDED and left_queue in {one.value for one in Disposition}:
        return Disposition(left_queue)
    return chosen


HANGUP = Kind(
    name="hangup", words="Says good-bye and lets the caller go.", settings=HangupSettings, exits=exits, play=play
)
