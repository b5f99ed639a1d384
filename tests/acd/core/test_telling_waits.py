"""What waiting callers are told: honest, and never silently worse."""

from acd.core.effects import TellWait, effects_of_step
from acd.core.facts import Fact, WaitTold
from tests.acd import makers as m
from tests.acd.floor import Floor

S = m.S


def told(seen: list[Fact]) -> list[tuple[str, int | None, int | None, bool]]:
    return [
        (fact.interaction_id, fact.position, fact.minutes, fact.is_longer)
        for fact in seen
        if isinstance(fact, WaitTold)
    ]


def floor_with_history(waited_s: int) -> Floor:
    """Five callers have waited so long at the first place, and ann is in aux again."""
    floor = Floor(m.queue(wrap_up_ms=0, tells_wait=True, announcement_every_ms=60 * S))
    floor.seat("ann")
    for number in range(1, 6):
        floor.call(f"h{number}")
        floor.wait((waited_s - 1) * S)
        floor.give(m.set_ready("ann"))
        floor.give(m.picked_up(f"h{number}-r1"), after_ms=S)
        floor.give(m.set_aux("ann"))
        floor.give(m.left(f"h{number}-r1"))
    return floor


def test_who_is_offered_at_once_is_told_nothing_and_teaches_nothing() -> None:
    floor = Floor(m.queue(tells_wait=True, announcement_every_ms=60 * S), ready=("ann",))
    floor.call("c1")

    assert told(floor.wait(5 * S)) == []
    floor.give(m.picked_up("c1-r1"))
    assert floor.engine.state.wait_samples == {}


def test_the_first_telling_comes_a_moment_after_entry_and_the_next_in_the_queues_time() -> None:
    floor = floor_with_history(90)
    floor.call("c1")

    assert told(floor.wait(S - 1)) == []
    assert told(floor.wait(1)) == [("c1", 1, 2, False)]
    assert told(floor.wait(60 * S)) == [("c1", 1, 2, False)]
    assert told(floor.wait(60 * S)) == [("c1", 1, 2, False)], "it was promised anew a minute ago"


def test_a_promise_that_was_not_kept_is_said_to_be_longer_now() -> None:
    floor = floor_with_history(50)
    floor.call("c1")

    assert told(floor.wait(S)) == [("c1", 1, 1, False)]
    assert told(floor.wait(60 * S)) == [("c1", 1, 1, True)]


def test_a_place_that_got_worse_is_kept_back_and_the_longer_wait_said() -> None:
    floor = floor_with_history(90)
    floor.call("c1")
    floor.wait(S)
    floor.call("vip", priority=9)
    floor.wait(S)

    assert told(floor.wait(59 * S)) == [("c1", None, 3, True)]
    floor.give(m.hung_up("vip"))
    assert told(floor.wait(60 * S)) == [("c1", 1, 2, False)]


def test_what_was_said_is_what_is_played() -> None:
    floor = floor_with_history(90)
    floor.call("c1")

    (effect,) = effects_of_step(floor.wait(S))
    assert isinstance(effect, TellWait)
    assert (effect.interaction_id, effect.position, effect.minutes, effect.is_longer) == ("c1", 1, 2, False)


def test_waits_are_forgotten_with_their_queue() -> None:
    floor = floor_with_history(90)
    for number in range(1, 6):
        floor.give(m.hung_up(f"h{number}"))

    assert len(floor.engine.state.wait_samples) == 1
    floor.give(m.remove_queue("sales"))
    assert floor.engine.state.wait_samples == {}


def test_the_next_to_be_served_is_let_in_however_long_others_waited() -> None:
    floor = floor_with_history(200)
    floor.give(m.queue(wrap_up_ms=0, expected_wait_ms_max=120 * S))
    floor.call("c1")
    floor.call("c2")

    assert floor.interaction("c1").wait is not None
    assert floor.interaction("c2").wait is None
