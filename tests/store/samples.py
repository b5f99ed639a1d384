"""One plain value of every class of the journal, made from its field types alone, and the file that remembers them.

``python -m tests.store.samples`` writes the file anew. A line that changes there means that journals written before
need an old name, or a default for the new field; a line that is only added is harmless.
"""

import dataclasses
import enum
import json
import types
import typing
from pathlib import Path
from typing import Any

from store.fact_json import ALL_CLASSES, FactJson

GOLDEN = Path(__file__).parent / "golden" / "facts.json"


def sample_of(kind: Any, name: str = "value") -> Any:
    """A value of type ``kind``; strings say which field they stand in."""
    if isinstance(kind, typing.NewType):
        return sample_of(kind.__supertype__, name)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        return kind(**{field.name: sample_of(hints[field.name], field.name) for field in dataclasses.fields(kind)})
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return sample_of(next(each for each in inside if each is not type(None)), name)
    if origin is tuple:
        return tuple(sample_of(each, name) for each in inside if each is not Ellipsis)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return next(iter(kind))
    return {str: name, int: 7, bool: True}[kind]


def golden_lines() -> dict[str, object]:
    """By class name, today's JSON of its sample."""
    codec = FactJson()
    return {kind.__name__: json.loads(codec.dump(sample_of(kind))) for kind in ALL_CLASSES}


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden_lines(), indent=1, sort_keys=True) + "\n")
