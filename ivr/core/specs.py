"""What one setting of a node may be: read from JSON, described as JSON Schema, with what it points at. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from ivr.core.flow import JsonValue

ID_PATTERN = r"[a-z][a-z0-9-]{0,39}"
VARIABLE_PATTERN = r"[a-z][a-z0-9_]{0,39}"
VARIABLE_LENGTH_MAX = 128


class ReferenceKind(StrEnum):
    """What a setting can point at, outside the flow."""

    QUEUE = "queue"
    HOURS = "hours"
    CALLER_LIST = "caller_list"
    PROMPT = "prompt"
    SKILL = "skill"
    TRUNK = "trunk"


Reference = tuple[ReferenceKind, str]


class BadSetting(Exception):
    """One value does not fit its spec."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


class Spec(Protocol):
    """What one setting may be."""

    def read(self, value: JsonValue) -> object:
        """The value as the node uses it. Raises BadSetting."""

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema."""

    def references(self, value: Any) -> tuple[Reference, ...]:
        """What a value (as ``read`` gave it) points at."""


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    def read(self, value: JsonValue) -> bool:
        if not isinstance(value, bool):
            raise BadSetting("wrong_type", "must be true or false")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def references(self, value: Any) -> tuple[Reference, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds, both included."""

    least: int
    most: int

    def read(self, value: JsonValue) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadSetting("wrong_type", "must be a whole number")
        if not self.least <= value <= self.most:
            raise BadSetting("out_of_range", f"must be {self.least} to {self.most}")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def references(self, value: Any) -> tuple[Reference, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Text:
    """A text that matches a pattern as a whole; ``words`` says what the pattern means."""

    pattern: str
    words: str

    def read(self, value: JsonValue) -> str:
        if not isinstance(value, str):
            raise BadSetting("wrong_type", "must be a text")
        if not re.fullmatch(self.pattern, value):
            raise BadSetting("bad_format", f"must be {self.words}")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^(?:{self.pattern})$"}

    def references(self, value: Any) -> tuple[Reference, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of some words."""

    choices: tuple[str, ...]

    def read(self, value: JsonValue) -> str:
        if not isinstance(value, str):
            raise BadSetting("wrong_type", "must be a text")
        if value not in self.choices:
            raise BadSetting("out_of_range", f"must be one of: {', '.join(map(repr, self.choices))}")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.choices)}

    def references(self, value: Any) -> tuple[Reference, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class NameOf:
    """The id of something outside the flow."""

    kind: ReferenceKind

    def read(self, value: JsonValue) -> str:
        if not isinstance(value, str):
            raise BadSetting("wrong_type", "must be a text")
        if not re.fullmatch(ID_PATTERN, value):
            raise BadSetting("bad_format", "must be an id: 1-40 of a-z, 0-9 and -, a letter first")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{ID_PATTERN}$", "x-reference": self.kind.value}

    def references(self, value: Any) -> tuple[Reference, ...]:
        return ((self.kind, value),)


@dataclass(frozen=True, slots=True)
class Prompts:
    """Announcements by name, played in order."""

    least: int = 0
    most: int = 10

    def read(self, value: JsonValue) -> tuple[str, ...]:
        if not isinstance(value, tuple):
            raise BadSetting("wrong_type", "must be a list of prompt names")
        if not self.least <= len(value) <= self.most:
            raise BadSetting("out_of_range", f"must be {self.least} to {self.most} prompts")
        name = NameOf(ReferenceKind.PROMPT)
        return tuple(name.read(item) for item in value)

    def schema(self) -> dict[str, Any]:
        items = NameOf(ReferenceKind.PROMPT).schema()
        return {"type": "array", "items": items, "minItems": self.least, "maxItems": self.most}

    def references(self, value: Any) -> tuple[Reference, ...]:
        return tuple((ReferenceKind.PROMPT, name) for name in value)


@dataclass(frozen=True, slots=True)
class Levels:
    """Skills with the least proficiency of each, 1-5. Read as pairs sorted by skill."""

    most: int = 10

    def read(self, value: JsonValue) -> tuple[tuple[str, int], ...]:
        if not isinstance(value, dict):
            raise BadSetting("wrong_type", "must be a table of skill = level")
        if len(value) > self.most:
            raise BadSetting("out_of_range", f"must be at most {self.most} skills")
        skill, level = NameOf(ReferenceKind.SKILL), Whole(1, 5)
        return tuple((skill.read(name), level.read(value[name])) for name in sorted(value))

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "propertyNames": NameOf(ReferenceKind.SKILL).schema(),
            "additionalProperties": Whole(1, 5).schema(),
            "maxProperties": self.most,
        }

    def references(self, value: Any) -> tuple[Reference, ...]:
        return tuple((ReferenceKind.SKILL, name) for name, _level in value)


@dataclass(frozen=True, slots=True)
class Assignments:
    """Variables with their new values. Read as pairs sorted by name."""

    most: int = 20

    def read(self, value: JsonValue) -> tuple[tuple[str, str], ...]:
        if not isinstance(value, dict):
            raise BadSetting("wrong_type", "must be a table of name = text")
        if not 1 <= len(value) <= self.most:
            raise BadSetting("out_of_range", f"must be 1 to {self.most} variables")
        return tuple((VARIABLE.read(name), VARIABLE_VALUE.read(value[name])) for name in sorted(value))

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "propertyNames": VARIABLE.schema(),
            "additionalProperties": VARIABLE_VALUE.schema(),
            "minProperties": 1,
            "maxProperties": self.most,
        }

    def references(self, value: Any) -> tuple[Reference, ...]:
        return ()


VARIABLE = Text(VARIABLE_PATTERN, "a variable's name: 1-40 of a-z, 0-9 and _, a letter first")
VARIABLE_VALUE = Text(
    rf"[^\x00-\x1f\x7f]{{0,{VARIABLE_LENGTH_MAX}}}",
    f"at most {VARIABLE_LENGTH_MAX} characters without control characters",
)
