"""Bad flows: every problem is told, at its node and field, with its code."""

from typing import Any

import pytest

from ivr.core.flow import Flow, Node
from ivr.core.validate import NODES_MAX, KnownIds, problems_of
from tests.ivr.makers import KNOWN, bye, flow, node, start


def told(given: Flow, known: KnownIds = KNOWN) -> set[tuple[str, str, str]]:
    """(node, field, code) of every problem."""
    return {(one.node, one.field, one.code) for one in problems_of(given, known)}


def test_a_flow_of_every_kind_has_no_problem() -> None:
    good = flow(
        start("blocked"),
        node("blocked", "caller_list", {"listed": "away", "not_listed": "vip"}, list="blocked"),
        node("away", "hangup", prompts=["oops"], cause=21, disposition="blocked"),
        node("vip", "caller_list", {"listed": "hours", "not_listed": "hours"}, list="vip"),
        node("hours", "hours", {"open": "hello", "closed": "closed"}, hours="office"),
        node("closed", "hangup", prompts=["goodbye"], disposition="closed"),
        node("hello", "play", {"next": "menu", "error": "menu"}, prompts=["welcome"]),
        node(
            "menu",
            "menu",
            {"key-1": "english", "key-2": "account", "timeout": "wait", "invalid": "menu"},
            prompts=["welcome"],
            keys="12",
        ),
        node("english", "set", {"next": "wait"}, variables={"language": "en", "priority": "3"}),
        node(
            "account",
            "collect",
            {"done": "wait", "timeout": "bye", "invalid": "account"},
            prompts=["welcome"],
            variable="account",
            digits_max=16,
        ),
        node("wait", "enqueue", {"timeout": "mobile", "refused": "bye"}, queue="sales", skills={"english": 2}),
        node("mobile", "transfer_number", {"failed": "bye"}, number="+6281234567890", trunk="carrier"),
        bye(prompts=["goodbye"]),
    )

    assert problems_of(good, KNOWN) == ()


def test_every_problem_of_a_flow_is_told_at_once() -> None:
    bad = flow(
        start("nowhere"),
        node("Menu!", "menu", {"key-1": "bye", "sideways": "bye"}, prompts=["lost"], keys="12"),
        node("odd", "teleport", {"next": "bye"}),
        bye(prompts=["lost"], cause=500, colour="red"),
        bye(),
    )

    assert told(bad) == {
        ("start", "exits.next", "exit_to_unknown_node"),
        ("Menu!", "id", "bad_format"),
        ("Menu!", "settings.prompts", "unknown_prompt"),
        ("Menu!", "exits.key-2", "missing_exit"),
        ("Menu!", "exits.timeout", "missing_exit"),
        ("Menu!", "exits.invalid", "missing_exit"),
        ("Menu!", "exits.sideways", "unknown_exit"),
        ("Menu!", "", "unreachable"),
        ("odd", "kind", "unknown_kind"),
        ("odd", "", "unreachable"),
        ("bye", "settings.prompts", "unknown_prompt"),
        ("bye", "settings.cause", "out_of_range"),
        ("bye", "settings.colour", "unknown_setting"),
        ("bye", "", "duplicate_node"),
        ("bye", "", "unreachable"),
    }


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (flow(bye(), start="start"), "start_missing"),
        (flow(bye(), start="bye"), "start_kind"),
        (flow(), "start_missing"),
    ],
)
def test_a_flow_needs_a_start(given: Flow, code: str) -> None:
    assert ("", "start", code) in told(given)


def test_a_flow_has_a_largest_size() -> None:
    chain = [node(f"n{i}", "set", {"next": f"n{i + 1}"}, variables={"x": "1"}) for i in range(NODES_MAX)]

    assert ("", "nodes", "out_of_range") in told(flow(start("n0"), *chain, node(f"n{NODES_MAX}", "hangup")))


@pytest.mark.parametrize(
    ("one", "field", "code"),
    [
        (node("one", "enqueue", {"timeout": "bye", "refused": "bye"}, queue="lost"), "queue", "unknown_queue"),
        (
            node("one", "enqueue", {"timeout": "bye", "refused": "bye"}, queue="sales", skills={"lost": 1}),
            "skills",
            "unknown_skill",
        ),
        (node("one", "hours", {"open": "bye", "closed": "bye"}, hours="lost"), "hours", "unknown_hours"),
        (
            node("one", "caller_list", {"listed": "bye", "not_listed": "bye"}, list="lost"),
            "list",
            "unknown_caller_list",
        ),
        (node("one", "transfer_number", {"failed": "bye"}, number="112", trunk="lost"), "trunk", "unknown_trunk"),
        (node("one", "play", {"next": "bye"}, prompts=["welcome", "lost"]), "prompts", "unknown_prompt"),
    ],
)
def test_what_a_node_points_at_must_exist(one: Node, field: str, code: str) -> None:
    assert told(flow(start("one"), one, bye())) == {("one", f"settings.{field}", code)}


BAD_SETTINGS: list[tuple[str, dict[str, Any], str, str]] = [
    ("play", {}, "prompts", "missing"),
    ("play", {"prompts": []}, "prompts", "out_of_range"),
    ("play", {"prompts": "welcome"}, "prompts", "wrong_type"),
    ("play", {"prompts": ["../secret"]}, "prompts", "bad_format"),
    ("play", {"prompts": ["welcome"], "skippable": 1}, "skippable", "wrong_type"),
    ("play", {"prompts": ["welcome"], "visits_max": 0}, "visits_max", "out_of_range"),
    ("play", {"prompts": ["welcome"], "visits_max": True}, "visits_max", "wrong_type"),
    ("menu", {"prompts": ["welcome"], "keys": "1a"}, "keys", "bad_format"),
    ("menu", {"prompts": ["welcome"], "keys": "11"}, "keys", "bad_format"),
    ("menu", {"prompts": ["welcome"], "keys": "1\n"}, "keys", "bad_format"),
    ("menu", {"prompts": ["welcome"], "keys": "1", "timeout_s": "5"}, "timeout_s", "wrong_type"),
    ("collect", {"prompts": ["welcome"], "variable": "A b", "digits_max": 4}, "variable", "bad_format"),
    ("collect", {"prompts": ["welcome"], "variable": "priority", "digits_max": 4}, "variable", "reserved"),
    (
        "collect",
        {"prompts": ["welcome"], "variable": "a", "digits_max": 4, "digits_min": 5},
        "digits_min",
        "out_of_range",
    ),
    (
        "collect",
        {"prompts": ["welcome"], "variable": "a", "digits_max": 4, "terminator": "*"},
        "terminator",
        "out_of_range",
    ),
    ("set", {"variables": {}}, "variables", "out_of_range"),
    ("set", {"variables": {"language": "english"}}, "variables", "bad_format"),
    ("set", {"variables": {"priority": "11"}}, "variables", "out_of_range"),
    ("set", {"variables": {"left_queue": "timeout"}}, "variables", "reserved"),
    ("set", {"variables": {"x": "a\r\nACD_NEXT"}}, "variables", "bad_format"),
    ("set", {"variables": {"x": "a" * 129}}, "variables", "bad_format"),
    ("set", {"variables": {"x": 1}}, "variables", "wrong_type"),
    ("enqueue", {"queue": "sales", "priority": 11}, "priority", "out_of_range"),
    ("enqueue", {"queue": "sales", "skills": {"english": 6}}, "skills", "out_of_range"),
    ("enqueue", {"queue": "sales", "skills": ["english"]}, "skills", "wrong_type"),
    ("enqueue", {"queue": None}, "queue", "wrong_type"),
    ("transfer_number", {"number": "0812&PJSIP/999", "trunk": "carrier"}, "number", "bad_format"),
    ("transfer_number", {"number": "٠٨١٢٣", "trunk": "carrier"}, "number", "bad_format"),
    ("hangup", {"disposition": "answered"}, "disposition", "out_of_range"),
]


@pytest.mark.parametrize(("kind", "settings", "field", "code"), BAD_SETTINGS)
def test_a_bad_setting_is_told_by_name(kind: str, settings: dict[str, Any], field: str, code: str) -> None:
    bad = flow(start("one"), node("one", kind, {}, **settings))

    assert ("one", f"settings.{field}", code) in told(bad)


# --- circles ---------------------------------------------------------------------------------------------------------


def test_a_circle_without_a_key_press_is_told() -> None:
    wait = node("wait", "enqueue", {"timeout": "hello", "refused": "bye"}, queue="sales")
    hello = node("hello", "play", {"next": "wait"}, prompts=["welcome"])

    assert told(flow(start("wait"), wait, hello, bye())) == {("hello", "", "endless_loop")}


def test_a_silent_callers_circle_through_a_menu_is_told() -> None:
    """A menu is no end to a circle by itself: who presses nothing takes its timeout."""
    menu = node("menu", "menu", {"key-1": "bye", "timeout": "menu", "invalid": "menu"}, prompts=["welcome"], keys="1")

    assert told(flow(start("menu"), menu, bye())) == {("menu", "", "endless_loop")}


def test_a_circle_that_only_keys_lead_round_is_fine() -> None:
    menu = node("menu", "menu", {"key-1": "menu", "timeout": "bye", "invalid": "menu"}, prompts=["welcome"], keys="1")

    assert told(flow(start("menu"), menu, bye())) == set()


def test_a_limit_on_visits_ends_a_circle() -> None:
    exits = {"timeout": "hello", "refused": "bye", "too_often": "bye"}
    wait = node("wait", "enqueue", exits, queue="sales", visits_max=3)
    hello = node("hello", "play", {"next": "wait"}, prompts=["welcome"])

    assert told(flow(start("wait"), wait, hello, bye())) == set()


def test_a_limit_whose_own_exit_leads_round_ends_nothing() -> None:
    exits = {"timeout": "bye", "refused": "bye", "too_often": "hello"}
    wait = node("wait", "enqueue", exits, queue="sales", visits_max=3)
    hello = node("hello", "play", {"next": "wait"}, prompts=["welcome"])

    assert told(flow(start("wait"), wait, hello, bye())) == {("hello", "", "endless_loop")}


def test_a_limit_on_visits_needs_its_exit() -> None:
    hello = node("hello", "play", {"next": "bye"}, prompts=["welcome"], visits_max=3)

    assert told(flow(start("hello"), hello, bye())) == {("hello", "exits.too_often", "missing_exit")}
