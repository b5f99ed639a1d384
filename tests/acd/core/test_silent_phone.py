"""A phone that falls silent in a talk: its agent has wrap-up, and is not back in the line before the phone is."""

from dataclasses import replace

from tests.acd import makers as m
from tests.acd.floor import Floor


def after_a_talk(*, silent: bool, wrap_up_ms: int = 5_000) -> Floor:
    floor = Floor(m.queue(wrap_up_ms=wrap_up_ms), ready=("ann",))
    floor.call("c1")
    floor.give(m.picked_up("c1-r1"))
    floor.give(replace(m.left("c1-r1"), phone_silent=silent), after_ms=30_000)
    return floor


def test_after_wrap_up_its_agent_is_unreachable_and_rung_for_nobody() -> None:
    floor = after_a_talk(silent=True)
    assert floor.states("ann") == ["ann wrap_up"]
    floor.wait(5_000)
    assert floor.states("ann") == ["ann unreachable not_reachable"]
    floor.call("c2")
    assert floor.interaction("c2").phase == "waiting"

    floor.give(m.seen("phone-ann"))

    assert floor.interaction("c2").phase == "offered"


def test_without_wrap_up_it_is_so_at_once() -> None:
    assert after_a_talk(silent=True, wrap_up_ms=0).states("ann") == ["ann unreachable not_reachable"]


def test_after_any_other_end_its_agent_is_back_in_the_line() -> None:
    floor = after_a_talk(silent=False)
    floor.wait(5_000)

    assert floor.states("ann") == ["ann ready"]
