"""What state an agent is shown in, for every combination of what they do and what their phone does.

27. All combinations of available, paused, logged out, in a call, in wrap-up and private call give the right state.
"""

import pytest

from acd.core.inputs import Input
from tests.acd import makers as m
from tests.acd.floor import Floor


def _in(doing: str) -> Floor:
    floor = Floor(m.queue(wrap_up_ms=10_000))
    floor.seat("ann")
    if doing in ("aux",):
        floor.give(m.set_aux("ann"))
    if doing not in ("aux", "logged_out"):
        floor.give(m.set_ready("ann"))
    if doing not in ("aux", "logged_out", "ready"):
        floor.call("c1")
    if doing == "alerting":
        floor.give(m.rang("c1-r1"))
    if doing in ("talking", "hold", "wrap_up"):
        floor.give(m.picked_up("c1-r1"))
    if doing == "hold":
        floor.give(m.held("c1-r1"))
    if doing == "wrap_up":
        floor.give(m.hung_up("c1"))
    if doing == "logged_out":
        floor.give(m.log_out("ann"))
    assert floor.agent("ann").state == doing
    return floor


@pytest.mark.parametrize(
    ("doing", "free", "in_use", "gone"),
    [
        ("logged_out", "logged_out own_wish", "logged_out own_wish", "logged_out own_wish"),
        ("aux", "aux lunch", "aux lunch", "unreachable not_reachable"),
        ("ready", "ready", "unreachable phone_in_use", "unreachable not_reachable"),
        ("reserved", "reserved", "reserved", "unreachable not_reachable"),
        ("alerting", "alerting", "alerting", "unreachable not_reachable"),
        ("talking", "talking", "talking", "talking"),
        ("hold", "hold", "hold", "hold"),
        ("wrap_up", "wrap_up", "wrap_up", "wrap_up"),
    ],
)
def test_what_the_phone_does_shows_only_where_it_matters(doing: str, free: str, in_use: str, gone: str) -> None:
    shown = {}
    for phone, given in (
        ("free", m.seen("phone-ann")),
        ("in use", m.seen("phone-ann", in_use=True)),
        ("gone", m.seen("phone-ann", reachable=False)),
    ):
        floor = _in(doing)
        floor.give(given)
        shown[phone] = floor.states("ann")[0].removeprefix("ann ")

    assert shown == {"free": free, "in use": in_use, "gone": gone}


@pytest.mark.parametrize(
    ("given", "free", "in_use", "gone"),
    [
        (m.TIME, "ready", "unreachable phone_in_use", "unreachable not_reachable"),
        (m.set_ready("ann"), "ready", "unreachable phone_in_use", "unreachable not_reachable"),
        (m.set_aux("ann"), "aux lunch", "aux lunch", "unreachable not_reachable"),
        (m.log_out("ann"), "logged_out own_wish", "logged_out own_wish", "logged_out own_wish"),
    ],
    ids=["time", "ready", "aux", "log out"],
)
def test_the_phone_shows_when_wrap_up_ends(given: Input, free: str, in_use: str, gone: str) -> None:
    shown = []
    for seen in (m.seen("phone-ann"), m.seen("phone-ann", in_use=True), m.seen("phone-ann", reachable=False)):
        floor = _in("wrap_up")
        floor.give(seen)
        floor.give(given, after_ms=10_000)
        shown.append(floor.states("ann")[0].removeprefix("ann "))

    assert shown == [free, in_use, gone]


@pytest.mark.parametrize("asked", [m.set_ready("ann"), m.set_aux("ann", "prayer")], ids=["ready", "aux"])
def test_what_is_asked_for_while_the_phone_is_gone_comes_true_when_it_is_back(asked: Input) -> None:
    floor = _in("aux")
    floor.give(m.seen("phone-ann", reachable=False))
    floor.give(asked)
    assert floor.states("ann") == ["ann unreachable not_reachable"]

    floor.give(m.seen("phone-ann"))

    assert floor.states("ann") == (["ann ready"] if asked == m.set_ready("ann") else ["ann aux prayer"])


def test_another_trouble_with_the_phone_is_another_reason() -> None:
    floor = _in("ready")
    floor.give(m.seen("phone-ann", in_use=True))
    floor.give(m.seen("phone-ann", reachable=False))
    assert floor.states("ann") == ["ann unreachable not_reachable"]

    floor.give(m.seen("phone-ann", in_use=True))
    assert floor.states("ann") == ["ann unreachable phone_in_use"]


def test_an_agent_in_aux_may_use_the_phone_whatever_it_did_before() -> None:
    floor = _in("aux")
    floor.give(m.seen("phone-ann", reachable=False))
    floor.give(m.seen("phone-ann", in_use=True))

    assert floor.states("ann") == ["ann aux lunch"]
