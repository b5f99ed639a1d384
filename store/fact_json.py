"""Inputs and facts as JSON and back, by their class names: ``{"type": "LogOut", "body": {"agent_id": "ann"}}``."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

import msgspec

from acd.core.facts import Fact
from acd.core.inputs import Input
from ivr.core.facts import FlowFact
from recorder.facts import RecorderFact


class FactJsonError(ValueError):
    """A value that has no JSON form here, or JSON that is not one of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldName:
    """What a class was once called: its name now, and how a body written then becomes one of today."""

    name: str
    rewrite: Callable[[dict[str, Any]], dict[str, Any]]


class _Wrapped(msgspec.Struct):
    type: str
    body: msgspec.Raw


ALL_CLASSES: tuple[type, ...] = (*get_args(Input), *get_args(Fact), *get_args(FlowFact), *get_args(RecorderFact))
"""Every class that the journal may hold."""

OLD_NAMES: Mapping[str, OldName] = {}
"""Released names that are gone from the code. A journal lives longer than a name: nothing is ever removed here."""


class FactJson:
    """The two-way table between classes and their names."""

    def __init__(self, classes: tuple[type, ...] = ALL_CLASSES, old_names: Mapping[str, OldName] = OLD_NAMES) -> None:
        """Raises FactJsonError when two classes share a name, or an old name leads nowhere or hides a class."""
        self._encoder = msgspec.json.Encoder(order="deterministic")
        self._unwrap_one = msgspec.json.Decoder(_Wrapped)
        self._unwrap_many = msgspec.json.Decoder(tuple[_Wrapped, ...])
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {}
        for each in classes:
            if each.__name__ in self._decoders:
                raise FactJsonError(f"two classes are called {each.__name__}")
            self._decoders[each.__name__] = msgspec.json.Decoder(each)
        for old, target in old_names.items():
            if old in self._decoders or target.name not in self._decoders:
                raise FactJsonError(f"old name {old} must lead to a class and hide none")
        self._classes = frozenset(classes)
        self._old_names = old_names

    def dump(self, value: object) -> str:
        """One input or fact as JSON. Raises FactJsonError for a class that is not known here."""
        return self._encoder.encode(self._wrap(value)).decode()

    def dump_all(self, values: tuple[object, ...]) -> str:
        """Facts as one JSON list."""
        return self._encoder.encode([self._wrap(each) for each in values]).decode()

    def load(self, text: str) -> object:
        """The input or fact that ``text`` holds. Raises FactJsonError."""
        try:
            return self._value(self._unwrap_one.decode(text))
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise FactJsonError(str(error)) from error

    def load_all(self, text: str) -> tuple[object, ...]:
        """The facts of one JSON list. Raises FactJsonError."""
        try:
            return tuple([self._value(each) for each in self._unwrap_many.decode(text)])
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise FactJsonError(str(error)) from error

    def _wrap(self, value: object) -> dict[str, object]:
        if type(value) not in self._classes:
            raise FactJsonError(f"{type(value).__name__} is not an input or fact of the journal")
        return {"type": type(value).__name__, "body": value}

    def _value(self, wrapped: _Wrapped) -> object:
        decoder = self._decoders.get(wrapped.type)
        if decoder is not None:
            return decoder.decode(wrapped.body)
        old = self._old_names.get(wrapped.type)
        if old is None:
            raise FactJsonError(f"no class is called {wrapped.type!r}; was it renamed without an old name?")
        body = old.rewrite(msgspec.json.decode(wrapped.body, type=dict[str, Any]))
        return self._decoders[old.name].decode(self._encoder.encode(body))


def interactions_of(value: object) -> set[str]:
    """The interaction ids that one input or fact names, directly or through a reservation's id."""
    found: set[str] = set()
    if not dataclasses.is_dataclass(value):
        return found
    interaction_id = getattr(value, "interaction_id", None)
    if isinstance(interaction_id, str):
        found.add(interaction_id)
    reservation_id = getattr(value, "reservation_id", None)
    if isinstance(reservation_id, str):
        # "<interaction id>-r<n>": a pick-up that was refused names nothing but its reservation.
        head, mark, ordinal = reservation_id.rpartition("-r")
        if mark and ordinal.isdigit():
            found.add(head)
    return found
