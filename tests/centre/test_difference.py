"""What is different between two centres, as administrators read it."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from centre.difference import difference, lines_of
from centre.model import Centre
from centre.reader import read_centre
from tests.centre.samples import PIN_HASH, SMALL, centres, with_first_versions

BEFORE = read_centre(SMALL)


def changed(old: str, new: str) -> list[str]:
    assert old in SMALL
    return lines_of(difference(BEFORE, read_centre(SMALL.replace(old, new))))


@given(centre=centres())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.slow  # draws whole centres
def test_a_centre_is_no_different_from_itself_whatever_its_flows_versions(centre: Centre) -> None:
    assert difference(centre, with_first_versions(centre)) == ()


@given(one=centres(), other=centres())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.slow  # draws whole centres
def test_two_centres_are_different_exactly_when_they_are_not_the_same(one: Centre, other: Centre) -> None:
    assert (difference(one, other) == ()) == (with_first_versions(one) == with_first_versions(other))
    assert all(line.splitlines() == [line] for line in lines_of(difference(one, other)))


def test_a_changed_key_is_shown_old_and_new() -> None:
    assert changed('id = "sales"\n', 'id = "sales"\nring_s_max = 25\n') == [
        "~ queue sales",
        "    ring_s_max: 20 -> 25",
    ]


def test_a_new_record_is_shown_with_every_key() -> None:
    lines = changed("[[devices]]", '[[skills]]\nid = "thai"\nname = "Thai"\n\n[[devices]]')

    assert lines == ["+ skill thai", '    name: "Thai"']


def test_a_record_that_goes_is_shown_by_name_only() -> None:
    assert changed(
        '[[caller_lists]]\nid = "vip"\nkind = "priority"\n', '[[caller_lists]]\nid = "v2"\nkind = "block"\n'
    ) == [
        "+ caller list v2",
        '    kind: "block"',
        "    priority: 10",
        '    action: "flow"',
        "    anonymous: false",
        '    numbers: [{ number = "+628111690001", reason = "Friend", owner = "", until = "" }]',
        "- caller list vip",
    ]


def test_only_the_levels_that_change_are_shown() -> None:
    assert changed("skills = { english = 5 }", "skills = {}") == ["~ agent ann", "    skills english: 5 -> none"]


def test_of_a_long_list_only_what_comes_and_goes_is_shown() -> None:
    many = ", ".join(f'{{ number = "+62811169{number:04}" }}' for number in range(9))

    (_, line) = changed('numbers = [{ number = "+628111690001", reason = "Friend" }]', f"numbers = [{many}]")

    assert line.startswith(
        '    numbers: [{ number = "+628111690001", reason = "Friend", owner = "", until = "" }] -> [{ number = "+628111690000"'
    )
    assert line.endswith(" and 4 more]")


def test_an_order_that_matters_is_shown_whole() -> None:
    assert changed('["id", "en"]', '["en", "id"]') == [
        "~ centre",
        '    languages: ["id", "en"] -> ["en", "id"]',
    ]


def test_a_flow_is_shown_by_node_setting_and_exit() -> None:
    assert changed('prompts = ["welcome"]', 'prompts = ["hello"]\nskippable = true') == [
        "~ flow main",
        '    node welcome prompts: ["welcome"] -> ["hello"]',
        "    node welcome skippable: true",
    ]
    assert changed('exits = { next = "wait" }', 'exits = { next = "wait", error = "goodbye" }') == [
        "~ flow main",
        '    node welcome exits error: "goodbye"',
    ]


def test_a_changed_pin_is_shown_without_its_hash() -> None:
    lines = changed(PIN_HASH, PIN_HASH.replace("t=3", "t=4"))

    assert lines == ["~ agent ann", "    pin_hash: (hidden) -> (hidden)"]


def test_the_first_centre_is_all_new() -> None:
    changes = difference(None, BEFORE)

    assert {change.change.value for change in changes} == {"+"}
    assert [change.table for change in changes] == [
        "centre", "skills", "queues", "agents", "aux_reasons", "devices", "trunks", "routes",
        "dids", "hours", "caller_lists", "flows",
    ]  # fmt: skip


def test_an_empty_centre_takes_everything_away() -> None:
    nothing = replace(
        BEFORE,
        skills=(),
        queues=(),
        agents=(),
        aux_reasons=(),
        devices=(),
        trunks=(),
        dids=(),
        hours=(),
        caller_lists=(),
        flows=(),
    )

    assert [change.change.value for change in difference(BEFORE, nothing)] == ["-"] * 10
