"""Node ``caller_list``: is the caller's number on a list. A priority list also sets the priority. Pure."""

from dataclasses import dataclass, field

from ivr.core.nodes.kind import ERROR_EXIT, PRIORITY, Ask, Exit, Kind, Leave, Scene
from ivr.core.settings import NodeSettings, setting
from ivr.core.specs import NameOf, ReferenceKind
from ivr.core.steps import CheckCallerList, ListChecked, LookUpFailed
from kernel.ids import CallerListId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerListSettings(NodeSettings):
    list: CallerListId = field(metadata=setting(NameOf(ReferenceKind.CALLER_LIST), "Which list of numbers."))


def exits(_settings: CallerListSettings) -> tuple[Exit, ...]:
    return (Exit(name="listed"), Exit(name="not_listed"), ERROR_EXIT)


def play(settings: CallerListSettings, scene: Scene) -> Ask | Leave:
    match scene.answer:
        case None:
            return Ask(step=CheckCallerList(list_id=settings.list))
        case ListChecked(is_listed=True, priority=priority):
            return Leave(exit="listed", variables={} if priority is None else {PRIORITY: str(priority)})
        case ListChecked():
            return Leave(exit="not_listed")
        case LookUpFailed():
            return Leave(exit="error", instead="not_listed")
        case _:
            raise scene.unexpected()


CALLER_LIST = Kind(
    name="caller_list",
    words="Is the caller's number on a list; a priority list also sets the variable priority.",
    settings=CallerListSettings,
    exits=exits,
    play=play,
)
