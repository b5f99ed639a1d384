"""Node ``set``: gives variables fixed values, among them the language. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ivr.core.nodes.kind import LANGUAGE, LEFT_QUEUE, PRIORITY, Exit, Kind, Leave, Scene
from ivr.core.settings import NodeSettings, SettingFault, setting
from ivr.core.specs import Assignments


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSettings(NodeSettings):
    variables: tuple[tuple[str, str], ...] = field(
        metadata=setting(
            Assignments(),
            "Names and their new values. language (two letters) picks the prompts, priority (1-10) is used by enqueue.",
        )
    )

    def faults(self) -> Iterator[SettingFault]:
        values = dict(self.variables)
        language, priority = values.get(LANGUAGE, "id"), values.get(PRIORITY, "1")
        if not (len(language) == 2 and language.isascii() and language.islower()):
            yield SettingFault(field="variables", code="bad_format", message="language must be two small letters")
        if priority not in {str(number) for number in range(1, 11)}:
            yield SettingFault(field="variables", code="out_of_range", message="priority must be 1 to 10")
        if LEFT_QUEUE in values:
            yield SettingFault(field="variables", code="reserved", message=f"{LEFT_QUEUE} is set by the queue alone")


def exits(_settings: SetSettings) -> tuple[Exit, ...]:
    return (Exit(name="next"),)


def play(settings: SetSettings, _scene: Scene) -> Leave:
    return Leave(exit="next", variables=dict(settings.variables))


SET = Kind(name="set", words="Gives variables fixed values.", settings=SetSettings, exits=exits, play=play)
