"""Node ``play``: plays announcements. Pure."""

from dataclasses import dataclass, field

from ivr.core.nodes.kind import ERROR_EXIT, Ask, Exit, Kind, Leave, Scene
from ivr.core.settings import NodeSettings, setting
from ivr.core.specs import Flag, Prompts
from ivr.core.steps import ALL_KEYS, Said
from kernel.ids import PromptId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaySettings(NodeSettings):
    prompts: tuple[PromptId, ...] = field(metadata=setting(Prompts(least=1), "What is played, in this order."))
    skippable: bool = field(
        default=False, metadata=setting(Flag(), "Any key ends it, and counts for the menu that follows.")
    )


def exits(_settings: PlaySettings) -> tuple[Exit, ...]:
    return (Exit(name="next"), ERROR_EXIT)


def play(settings: PlaySettings, scene: Scene) -> Ask | Leave:
    match scene.answer:
        case None:
            return Ask(step=scene.say(settings.prompts, ALL_KEYS if settings.skippable else ""))
        case Said(missing=missing):
            return Leave(exit="error", instead="next") if missing else Leave(exit="next")
        case _:
            raise scene.unexpected()


PLAY = Kind(name="play", words="Plays announcements.", settings=PlaySettings, exits=exits, play=play)
