"""Settings as the editor sees them: JSON Schema says the same as the reader."""

from typing import Any

import pytest

from ivr.core.nodes import KINDS
from ivr.core.settings import read_settings, settings_schema

GOOD: dict[str, dict[str, Any]] = {
    "start": {"answer": False},
    "play": {"prompts": ("welcome",)},
    "menu": {"prompts": ("welcome",), "keys": "12"},
    "collect": {"prompts": ("welcome",), "variable": "account", "digits_max": 4},
    "set": {"variables": {"topic": "tax"}},
    "hours": {"hours": "office"},
    "caller_list": {"list": "vip"},
    "enqueue": {"queue": "sales", "skills": {"english": 3}},
    "transfer_number": {"number": "112", "trunk": "carrier"},
    "callback": {"queue": "sales", "prompts": ("welcome",), "confirm_prompts": ("oops",)},
    "hangup": {},
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_setting_is_described_with_words_and_bounds(kind: str) -> None:
    schema = settings_schema(KINDS[kind].settings)

    assert schema["additionalProperties"] is False
    assert "visits_max" in schema["properties"]
    for name, described in schema["properties"].items():
        assert described["description"], name
        assert set(described) - {"description", "type"}, f"{name} has no bound"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_schema_asks_for_what_the_reader_asks_for(kind: str) -> None:
    settings = KINDS[kind].settings
    required = settings_schema(settings)["required"]

    assert not isinstance(read_settings(settings, GOOD[kind]), tuple)
    for name in required:
        without = {other: value for other, value in GOOD[kind].items() if other != name}
        faults = read_settings(settings, without)
        assert isinstance(faults, tuple)
        assert (name, "missing") in {(fault.field, fault.code) for fault in faults}


def test_defaults_are_shown_as_json() -> None:
    properties = settings_schema(KINDS["enqueue"].settings)["properties"]

    assert properties["skills"]["default"] == {}
    assert settings_schema(KINDS["hangup"].settings)["properties"]["prompts"]["default"] == []
    assert "default" not in properties["priority"]
