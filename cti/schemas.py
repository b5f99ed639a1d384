"""JSON Schema of everything on the event socket, made from the types. Pure."""

from typing import Any

import msgspec

from cti import control, wire

_REFERENCE = "#/$defs/{name}"
_CLIENT_FRAMES: dict[str, type] = {"hello": control.Hello, "ack": control.Ack}


def document() -> dict[str, Any]:
    """JSON Schema 2020-12. ``oneOf`` holds what the server sends; ``$defs/ClientFrame`` what a client may."""
    kinds: list[Any] = [*wire.EVENTS.values(), *control.SERVER_FRAMES, *_CLIENT_FRAMES.values()]
    _, definitions = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
    definitions["ClientFrame"] = {
        "oneOf": [{"$ref": _REFERENCE.format(name=kind.__name__)} for kind in _CLIENT_FRAMES.values()]
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": wire.SUBPROTOCOL,
        "oneOf": [
            *(_event(name, kind) for name, kind in wire.EVENTS.items()),
            *(_own(name, kind) for kind, name in control.SERVER_FRAMES.items()),
        ],
        "$defs": definitions,
    }


def _event(name: str, kind: type) -> dict[str, Any]:
    """An envelope of one type of event."""
    return {
        "type": "object",
        "title": name,
        "properties": {
            "v": {"const": wire.VERSION},
            "id": {"type": "string"},
            "seq": {"type": "integer", "minimum": 1},
            "type": {"const": name},
            "time": {"type": "string", "format": "date-time"},
            "tenant": {"type": "string"},
            "subject": {"type": "string"},
            "corr": {"type": "string"},
            "data": {"$ref": _REFERENCE.format(name=kind.__name__)},
        },
        "required": ["v", "id", "seq", "type", "time", "tenant", "subject", "corr", "data"],
    }


def _own(name: str, kind: type) -> dict[str, Any]:
    """A frame of the server's own."""
    return {
        "type": "object",
        "title": name,
        "properties": {
            "v": {"const": wire.VERSION},
            "type": {"const": name},
            "time": {"type": "string", "format": "date-time"},
            "data": {"$ref": _REFERENCE.format(name=kind.__name__)},
        },
        "required": ["v", "type", "time", "data"],
    }
