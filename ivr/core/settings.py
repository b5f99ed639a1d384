"""Settings of nodes: declared once as a dataclass, read with every fault listed, described as JSON Schema. Pure.

A settings class gives each field ``setting(spec, words)`` as metadata; one without a default is mandatory. From that one declaration come the reader,
the JSON Schema and the references that validation checks.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar

from ivr.core.flow import JsonValue
from ivr.core.specs import BadSetting, Reference, Spec, Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingFault:
    """One setting that cannot be taken: its name, a code, and words."""

    field: str
    code: str
    message: str


def setting(spec: Spec, words: str) -> dict[str, Any]:
    """The metadata of one field of a settings class: what it may be, and words for people."""
    return {"spec": spec, "words": words}


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """What every kind of node can be told."""

    visits_max: int | None = field(
        default=None,
        metadata=setting(Whole(1, 99), "So many visits in one call; one more leaves at once by too_often."),
    )

    def faults(self) -> Iterator[SettingFault]:
        """What is wrong between settings that are each right by themselves."""
        return iter(())


S = TypeVar("S", bound=NodeSettings)


def read_settings(kind_settings: type[S], raw: Mapping[str, JsonValue]) -> S | tuple[SettingFault, ...]:
    """Settings from their JSON values, or everything that is wrong with them."""
    faults: list[SettingFault] = []
    values: dict[str, Any] = {}
    known = {one.name: one for one in fields(kind_settings)}
    for name in sorted(set(raw) - set(known)):
        faults.append(SettingFault(field=name, code="unknown_setting", message="there is no such setting"))
    for name, one in known.items():
        if name not in raw or (raw[name] is None and one.default is None):
            if one.default is MISSING:
                faults.append(SettingFault(field=name, code="missing", message="is mandatory"))
            continue
        try:
            values[name] = one.metadata["spec"].read(raw[name])
        except BadSetting as bad:
            faults.append(SettingFault(field=name, code=bad.code, message=bad.message))
    if faults:
        return tuple(faults)
    settings = kind_settings(**values)
    return tuple(settings.faults()) or settings


def settings_schema(kind_settings: type[NodeSettings]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a settings class, each property with its words and default."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    for one in fields(kind_settings):
        described = {**one.metadata["spec"].schema(), "description": one.metadata["words"]}
        if one.default is MISSING:
            required.append(one.name)
        elif one.default is not None:
            described["default"] = _default_as_json(one.default, described["type"])
        properties[one.name] = described
    return {"type": "object", "properties": properties, "required": sorted(required), "additionalProperties": False}


def references_of(kind_settings: type[NodeSettings], raw: Mapping[str, JsonValue]) -> Iterator[tuple[str, Reference]]:
    """Every (setting's name, reference) among the settings given that can be read, whatever is wrong with the others."""
    for one in fields(kind_settings):
        spec: Spec = one.metadata["spec"]
        if raw.get(one.name) is not None:
            with contextlib.suppress(BadSetting):
                yield from ((one.name, reference) for reference in spec.references(spec.read(raw[one.name])))


def _default_as_json(default: Any, json_type: str) -> Any:
    if not isinstance(default, tuple):
        return default
    return list(default) if json_type == "array" else dict(default)
