"""Node ``collect``: takes several digits into a variable. Pure.

``*`` starts over (it costs a try), the terminator ends the entry. When no key comes in time, what was typed counts if
it is long enough.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ivr.core.nodes.kind import ERROR_EXIT, LANGUAGE, LEFT_QUEUE, PRIORITY, Ask, Exit, Kind, Leave, Memo, Scene
from ivr.core.settings import NodeSettings, SettingFault, setting
from ivr.core.specs import VARIABLE, OneOf, Prompts, Whole
from ivr.core.steps import ALL_KEYS, DIGITS, AskKey, KeyPressed, Said
from kernel.ids import PromptId

_OWN_VARIABLES = frozenset({LANGUAGE, LEFT_QUEUE, PRIORITY})
"""A caller's digits must not decide these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectSettings(NodeSettings):
    prompts: tuple[PromptId, ...] = field(metadata=setting(Prompts(least=1), "What is asked; the first key ends it."))
    variable: str = field(metadata=setting(VARIABLE, "Where the digits are kept."))
    digits_min: int = field(default=1, metadata=setting(Whole(1, 32), "The fewest digits that count."))
    digits_max: int = field(metadata=setting(Whole(1, 32), "The most digits; the last one ends the entry."))
    terminator: str = field(
        default="#", metadata=setting(OneOf(("#", "")), "The key that ends the entry before that; empty: none.")
    )
    timeout_s: int = field(default=5, metadata=setting(Whole(1, 30), "How long to wait for each key."))
    tries: int = field(
        default=3, metadata=setting(Whole(1, 5), "How often it is asked before timeout or invalid is taken.")
    )

    def faults(self) -> Iterator[SettingFault]:
        if self.digits_min > self.digits_max:
            yield SettingFault(field="digits_min", code="out_of_range", message="is more than digits_max")
        if self.variable in _OWN_VARIABLES:
            message = f"{self.variable!r} belongs to the flow, not to the caller"
            yield SettingFault(field="variable", code="reserved", message=message)


def exits(_settings: CollectSettings) -> tuple[Exit, ...]:
    done, invalid = Exit(name="done", by_caller=True), Exit(name="invalid", by_caller=True)
    return (done, Exit(name="timeout"), invalid, ERROR_EXIT)


def play(settings: CollectSettings, scene: Scene) -> Ask | Leave:
    match scene.answer:
        case None:
            return _ask(settings, scene, Memo())
        case Said(missing=missing) if missing and "error" in scene.exits:
            return Leave(exit="error")
        case Said(key=""):
            return _listen(settings, scene.memo)
        case Said(key=key) | KeyPressed(key=key):
            return _take(settings, scene, key)
        case _:
            raise scene.unexpected()


def _ask(settings: CollectSettings, scene: Scene, memo: Memo) -> Ask:
    return Ask(step=scene.say(settings.prompts, ALL_KEYS, takes_key=True), memo=memo)


def _listen(settings: CollectSettings, memo: Memo) -> Ask:
    return Ask(step=AskKey(wait_ms_max=settings.timeout_s * 1000), memo=memo)


def _take(settings: CollectSettings, scene: Scene, key: str) -> Ask | Leave:
    typed = scene.memo.keys
    if key and key in DIGITS:
        typed += key
        if len(typed) < settings.digits_max:
            return _listen(settings, replace(scene.memo, keys=typed))
        # The entry is full, but most people press the terminator all the same.
        return Leave(exit="done", variables={settings.variable: typed}, late_key=settings.terminator)
    is_over = key in ("", settings.terminator)
    if is_over and len(typed) >= settings.digits_min:
        return Leave(exit="done", variables={settings.variable: typed})
    memo = Memo(rounds=scene.memo.rounds + 1)
    if memo.rounds >= settings.tries:
        return Leave(exit="invalid" if key or typed else "timeout")
    return _ask(settings, scene, memo)


COLLECT = Kind(
    name="collect", words="Takes several digits into a variable.", settings=CollectSettings, exits=exits, play=play
)
