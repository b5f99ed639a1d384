"""Flows as JSON: one flow, one text; every fault of a bad one; older schemas brought up."""

import json
from typing import Any

import pytest

from ivr.core.flow_json import canonical_text, flow_from_json, flow_to_json
from ivr.core.problems import FlowUnreadable
from tests.ivr.makers import bye, flow, node, start

FLOW = flow(
    start("wait"),
    node("wait", "enqueue", {"timeout": "bye", "refused": "bye"}, queue="sales", skills={"english": 2}),
    bye(prompts=["goodbye", "oops"]),
)


def test_the_same_flow_is_always_the_same_text() -> None:
    shuffled = flow(*reversed(FLOW.nodes))

    assert canonical_text(shuffled) == canonical_text(FLOW)
    assert flow_from_json(json.loads(canonical_text(FLOW))) == flow(*sorted(FLOW.nodes, key=lambda one: one.id))


def test_what_is_usual_may_be_left_out() -> None:
    read = flow_from_json({"id": "main", "start": "bye", "nodes": {"bye": {"kind": "hangup"}}})

    assert (read.name, read.version) == ("main", 1)
    assert read.nodes == (bye(),)


def faults(given: object) -> set[tuple[str, str, str]]:
    with pytest.raises(FlowUnreadable) as refused:
        flow_from_json(given)
    return {(one.node, one.field, one.code) for one in refused.value.problems}


def test_every_fault_of_the_shape_is_told_at_once() -> None:
    given = {
        "id": 7,
        "version": 0,
        "name": [],
        "colour": "red",
        "nodes": {
            "a": {"settings": {"volume": 1.5}, "exits": {"next": 3}, "x": 1},
            "b": {"kind": "play", "settings": [], "exits": []},
            "c": "play",
        },
    }

    assert faults(given) == {
        ("", "id", "wrong_type"),
        ("", "start", "missing"),
        ("", "version", "wrong_type"),
        ("", "name", "wrong_type"),
        ("", "colour", "unknown_field"),
        ("a", "kind", "wrong_type"),
        ("a", "settings.volume", "wrong_type"),
        ("a", "exits.next", "wrong_type"),
        ("a", "x", "unknown_field"),
        ("b", "settings", "wrong_type"),
        ("b", "exits", "wrong_type"),
        ("c", "", "wrong_type"),
    }


@pytest.mark.parametrize("given", [None, [], "flow", 7, {}, {"nodes": []}, {"schema": "1"}, {"schema": True}])
def test_what_is_no_flow_at_all_is_refused(given: object) -> None:
    assert faults(given)


def test_tables_without_end_are_refused() -> None:
    deep: Any = "x"
    for _ in range(100):
        deep = {"in": deep}

    given = flow_to_json(FLOW)
    given["nodes"]["bye"]["settings"]["deep"] = deep

    assert faults(given) == {("bye", "settings.deep", "wrong_type")}


def test_a_newer_schema_is_refused() -> None:
    assert faults(flow_to_json(FLOW) | {"schema": 99}) == {("", "schema", "unknown_schema")}


def test_an_older_schema_is_brought_up_step_by_step() -> None:
    old = {"schema": 1, "id": "main", "begin": "bye", "nodes": {"bye": {"kind": "hang"}}}

    def start_renamed(record: dict[str, Any]) -> dict[str, Any]:
        return {"start" if name == "begin" else name: value for name, value in record.items()}

    def kind_renamed(record: dict[str, Any]) -> dict[str, Any]:
        return record | {"nodes": {name: {"kind": "hangup"} for name in record["nodes"]}}

    read = flow_from_json(old, upgrades={1: start_renamed, 2: kind_renamed}, schema_version=3)

    assert (read.start, read.nodes) == ("bye", (bye(),))
    assert old["nodes"] == {"bye": {"kind": "hang"}}
