"""What a kind of node is: its settings, its exits, and what it does. One row of the table in ivr.core.nodes. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from ivr.core.settings import NodeSettings, S
from ivr.core.steps import Answer, Say, Step
from kernel.ids import PromptId

TOO_OFTEN = "too_often"
"""The exit of a node with ``visits_max`` that was entered once more than that."""

LANGUAGE = "language"
"""The variable that says which prompts the caller hears."""

PRIORITY = "priority"
"""The variable that a priority list sets and a queue uses."""

CUSTOMER = "customer_id"
"""The variable that holds the caller's customer number, once something has learned it."""

LEFT_QUEUE = "left_queue"
"""The variable that says why the caller came back from a queue."""


class UnexpectedAnswer(Exception):
    """An answer does not belong to the step that was asked: a bug of the session, never the caller's doing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A named way out of a node.

    ``is_required``: validation wants it joined. ``by_caller``: nobody leaves this way without having pressed a key,
    so a loop through it ends when the caller stops pressing.
    """

    name: str
    is_required: bool = True
    by_caller: bool = False


ERROR_EXIT = Exit(name="error", is_required=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """What a node remembers while a caller is in it: rounds that are over, keys of this round."""

    rounds: int = 0
    keys: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a node sees when it is its turn. ``answer`` None: the caller has just come in.

    ``exits``: those that are joined to a node.
    """

    answer: Answer | None
    memo: Memo
    variables: Mapping[str, str]
    exits: frozenset[str]

    def say(self, prompts: tuple[PromptId, ...], stop_keys: str = "", *, takes_key: bool = False) -> Say:
        """The step that plays prompts in the caller's language."""
        return Say(
            prompts=prompts,
            language=self.variables.get(LANGUAGE, ""),
            stop_keys=stop_keys,
            takes_key=takes_key,
            stops_at_missing="error" in self.exits,
        )

    def unexpected(self) -> UnexpectedAnswer:
        """What to raise when the answer is none of those that can follow."""
        return UnexpectedAnswer(type(self.answer).__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The node wants something done, and remembers ``memo`` until the answer."""

    step: Step
    memo: Memo = field(default_factory=Memo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """The caller leaves by an exit; ``instead`` is taken when that exit is joined to nothing. Variables change.

    ``late_key``: a key that many press now out of habit; it means nothing more, and the next node must not take it.
    """

    exit: str
    instead: str | None = None
    late_key: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[S]):
    """One kind of node.

    ``words`` for people; ``exits`` gives the exits that some settings bring; ``play`` what the node does in a scene.
    """

    name: str
    words: str
    settings: type[S]
    exits: Callable[[S], tuple[Exit, ...]]
    play: Callable[[S, Scene], Ask | Leave]


# Any: the table holds kinds of different settings, and each row's own functions agree with one another.
AnyKind = Kind[Any]


def exits_of(kind: AnyKind, settings: NodeSettings) -> tuple[Exit, ...]:
    """All exits of a node: its kind's, and ``too_often`` when visits are limited."""
    if settings.visits_max is None:
        return kind.exits(settings)
    return (*kind.exits(settings), Exit(name=TOO_OFTEN))
