"""Node ``start``: where every call begins. Answers the call, or leaves that to the first word spoken. Pure."""

from dataclasses import dataclass, field

from ivr.core.nodes.kind import Ask, Exit, Kind, Leave, Scene
from ivr.core.settings import NodeSettings, setting
from ivr.core.specs import Flag
from ivr.core.steps import Done, PickUp


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSettings(NodeSettings):
    answer: bool = field(
        default=True,
        metadata=setting(
            Flag(),
            "Answer at once. If not, the call is answered when something is to be heard or the caller enters a queue, "
            "and a hangup before that rejects it without charge to the caller.",
        ),
    )


def exits(_settings: StartSettings) -> tuple[Exit, ...]:
    return (Exit(name="next"),)


def play(settings: StartSettings, scene: Scene) -> Ask | Leave:
    match scene.answer:
        case None:
            return Ask(step=PickUp()) if settings.answer else Leave(exit="next")
        case Done():
            return Leave(exit="next")
        case _:
            raise scene.unexpected()


START = Kind(name="start", words="Where every call begins.", settings=StartSettings, exits=exits, play=play)
