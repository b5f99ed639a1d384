"""Node ``menu``: plays prompts and takes one key. Each key on offer is an exit. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ivr.core.nodes.kind import ERROR_EXIT, Ask, Exit, Kind, Leave, Memo, Scene
from ivr.core.settings import NodeSettings, SettingFault, setting
from ivr.core.specs import Prompts, Text, Whole
from ivr.core.steps import ALL_KEYS, AskKey, KeyPressed, Said
from kernel.ids import PromptId

_KEY_NAMES = {"*": "star", "#": "pound"}

_SAYING_INVALID = "!"
"""In the memo's keys: the prompt that is playing says that the key was wrong; the menu itself follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuSettings(NodeSettings):
    prompts: tuple[PromptId, ...] = field(metadata=setting(Prompts(least=1), "The choices as spoken; a key ends them."))
    keys: str = field(
        metadata=setting(Text(r"[0-9*#]{1,12}", "the keys on offer, such as 12*"), "The keys on offer, each once.")
    )
    timeout_s: int = field(default=5, metadata=setting(Whole(1, 30), "How long to wait for a key after the prompts."))
    tries: int = field(
        default=3, metadata=setting(Whole(1, 5), "How often the menu is played before timeout or invalid is taken.")
    )
    invalid_prompts: tuple[PromptId, ...] = field(
        default=(), metadata=setting(Prompts(), "Played after a key that is not on offer.")
    )

    def faults(self) -> Iterator[SettingFault]:
        if len(set(self.keys)) < len(self.keys):
            yield SettingFault(field="keys", code="bad_format", message="a key is on offer twice")


def key_exit(key: str) -> str:
    """The exit of a key: ``key-1``, ``key-star``, ``key-pound``."""
    return f"key-{_KEY_NAMES.get(key, key)}"


def exits(settings: MenuSettings) -> tuple[Exit, ...]:
    keys = tuple(Exit(name=key_exit(key), by_caller=True) for key in settings.keys)
    return (*keys, Exit(name="timeout"), Exit(name="invalid", by_caller=True), ERROR_EXIT)


def play(settings: MenuSettings, scene: Scene) -> Ask | Leave:
    memo = scene.memo
    match scene.answer:
        case None:
            return _offer(settings, scene, memo)
        case Said(missing=missing) if missing and "error" in scene.exits:
            return Leave(exit="error")
        case Said(key="") if memo.keys == _SAYING_INVALID:
            return _offer(settings, scene, replace(memo, keys=""))
        case Said(key=""):
            return Ask(step=AskKey(wait_ms_max=settings.timeout_s * 1000), memo=memo)
        case Said(key=key) | KeyPressed(key=key):
            return _take(settings, scene, key)
        case _:
            raise scene.unexpected()


def _offer(settings: MenuSettings, scene: Scene, memo: Memo) -> Ask:
    return Ask(step=scene.say(settings.prompts, ALL_KEYS, takes_key=True), memo=memo)


def _take(settings: MenuSettings, scene: Scene, key: str) -> Ask | Leave:
    if key and key in settings.keys:
        return Leave(exit=key_exit(key))
    memo = Memo(rounds=scene.memo.rounds + 1)
    if memo.rounds >= settings.tries:
        return Leave(exit="invalid" if key else "timeout")
    if key and settings.invalid_prompts:
        saying = replace(memo, keys=_SAYING_INVALID)
        return Ask(step=scene.say(settings.invalid_prompts, ALL_KEYS, takes_key=True), memo=saying)
    return _offer(settings, scene, memo)


MENU = Kind(name="menu", words="Offers choices and takes one key.", settings=MenuSettings, exits=exits, play=play)
