"""Node ``hours``: open or closed just now. Pure."""

from dataclasses import dataclass, field

from ivr.core.nodes.kind import ERROR_EXIT, Ask, Exit, Kind, Leave, Scene
from ivr.core.settings import NodeSettings, setting
from ivr.core.specs import NameOf, ReferenceKind
from ivr.core.steps import CheckHours, HoursChecked, LookUpFailed
from kernel.ids import HoursId


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursSettings(NodeSettings):
    hours: HoursId = field(metadata=setting(NameOf(ReferenceKind.HOURS), "Which opening hours."))


def exits(_settings: HoursSettings) -> tuple[Exit, ...]:
    return (Exit(name="open"), Exit(name="closed"), ERROR_EXIT)


def play(settings: HoursSettings, scene: Scene) -> Ask | Leave:
    match scene.answer:
        case None:
            return Ask(step=CheckHours(hours_id=settings.hours))
        case HoursChecked(is_open=is_open):
            return Leave(exit="open" if is_open else "closed")
        case LookUpFailed():
            # Better to wait in a queue that nobody serves than to be told of a closure that is not one.
            return Leave(exit="error", instead="open")
        case _:
            raise scene.unexpected()


HOURS = Kind(name="hours", words="Open or closed just now.", settings=HoursSettings, exits=exits, play=play)
