"""The centre written as its file: every key of every record, in one fixed order. Pure.

``read_centre(write_centre(centre), flow_versions=flow_versions(centre)) == centre``.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from centre.fields import plain_fields
from centre.model import Centre
from centre.schema import CENTRE_FIELDS, FORMAT, SHAPES, Shape
from kernel.ids import FlowId

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def flow_versions(centre: Centre) -> dict[FlowId, int]:
    """What the file leaves out: the version of each flow."""
    return {flow.id: flow.version for flow in centre.flows}


def write_centre(centre: Centre) -> str:
    """The canonical text: the same centre always gives the same text, whoever wrote it and how."""
    return "\n".join([*_header(centre), *(line for shape in SHAPES for line in _table(shape, centre))]) + "\n"


def plain_centre(centre: Centre) -> dict[str, Any]:
    """The keys of [centre] as they are written."""
    header = plain_fields(CENTRE_FIELDS[1:], centre)
    return {"format": FORMAT, **header}


def toml_value(value: Any) -> str:
    """One value on one line.

    Raises:
        ValueError: TOML has no such value (None, a float).
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return '"' + "".join(_escaped(char) for char in value) + '"'
        case list():
            return f"[{', '.join(map(toml_value, value))}]"
        case dict():
            inside = ", ".join(f"{_key(key)} = {toml_value(one)}" for key, one in value.items())
            return f"{{ {inside} }}" if inside else "{}"
        case _:
            raise ValueError(f"a {type(value).__name__} cannot be written into the centre file")


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return f"\\u{ord(char):04X}" if char < " " or char == "\x7f" else char


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else toml_value(key)


def _header(centre: Centre) -> Iterator[str]:
    yield "[centre]"
    yield from _pairs(plain_centre(centre))


def _table(shape: Shape, centre: Centre) -> Iterator[str]:
    for record in getattr(centre, shape.table):
        values = plain_fields(shape.fields, record)
        nodes = values.pop("nodes", {})
        yield ""
        yield f"[[{shape.table}]]"
        yield from _pairs(values)
        for node_id, node in nodes.items():
            yield ""
            yield f"[{shape.table}.nodes.{_key(node_id)}]"
            yield from _pairs(node)


def _pairs(values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, list) and any(isinstance(element, dict) for element in value):
            yield f"{_key(key)} = ["
            yield from (f"  {toml_value(element)}," for element in value)
            yield "]"
        else:
            yield f"{_key(key)} = {toml_value(value)}"
