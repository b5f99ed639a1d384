"""Node ``enqueue``: hands the caller to a queue; they come back only by the queue's own rules. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.core.nodes.kind import LEFT_QUEUE, PRIORITY, Ask, Exit, Kind, Leave, Scene
from ivr.core.settings import NodeSettings, setting
from ivr.core.specs import VARIABLE, Levels, NameOf, ReferenceKind, Whole
from ivr.core.steps import EnterQueue, QueueLeft, QueueRefused
from kernel.ids import QueueId, SkillId
from kernel.result_codes import LeaveReason

_OWN_EXITS = {
    LeaveReason.OVERFLOW: "overflow",
    LeaveReason.KEY: "key",
    LeaveReason.CLOSED: "closed",
    LeaveReason.NO_AGENT: "no_agent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EnqueueSettings(NodeSettings):
    queue: QueueId = field(metadata=setting(NameOf(ReferenceKind.QUEUE), "Which queue."))
    priority: int | None = field(
        default=None,
        metadata=setting(Whole(1, 10), "1-10, 10 first. Used when the variable says nothing; absent: the queue's own."),
    )
    priority_variable: str = field(
        default=PRIORITY, metadata=setting(VARIABLE, "The variable that may hold a priority of 1-10.")
    )
    skills: tuple[tuple[SkillId, int], ...] = field(
        default=(), metadata=setting(Levels(), "Skills asked for beside the queue's own, with the least level (1-5).")
    )


def exits(_settings: EnqueueSettings) -> tuple[Exit, ...]:
    optional = tuple(Exit(name=name, is_required=False) for name in _OWN_EXITS.values())
    return (Exit(name="timeout"), Exit(name="refused"), *optional)


def play(settings: EnqueueSettings, scene: Scene) -> Ask | Leave:
    match scene.answer:
        case None:
            priority = _priority(settings, scene.variables)
            return Ask(step=EnterQueue(queue_id=settings.queue, priority=priority, skills=settings.skills))
        case QueueRefused():
            return Leave(exit="refused")
        case QueueLeft(reason=reason):
            return Leave(
                exit=_OWN_EXITS.get(reason, "timeout"), instead="timeout", variables={LEFT_QUEUE: reason.value}
            )
        case _:
            raise scene.unexpected()


def _priority(settings: EnqueueSettings, variables: Mapping[str, str]) -> int | None:
    text = variables.get(settings.priority_variable, "")
    # isdecimal alone also takes digits of other scripts; a caller's entry can hold 32 of them.
    if text.isascii() and text.isdecimal() and 1 <= int(text) <= 10:
        return int(text)
    return settings.priority


ENQUEUE = Kind(name="enqueue", words="Hands the caller to a queue.", settings=EnqueueSettings, exits=exits, play=play)
