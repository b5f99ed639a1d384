"""The matching benchmark measures what it says: each case makes its choice, and a wrong choice is noticed."""

import pytest

from acd.core import matching as rule
from acd.core.matching import Newcomers, Pair
from acd.core.state import State
from sambut.bench import matching_floor
from sambut.bench.matching import agreement, measure
from sambut.bench.matching_floor import Size

TINY = Size(agents=6, waiting=10, classes=4)


def test_every_case_is_measured_and_agrees_with_the_plain_choice() -> None:
    rows = list(measure(TINY, samples=30))

    assert [row.case for row in rows] == [
        "agent_frees", "nobody_waits_for_this_agent", "caller_arrives", "nobody_can_take_this_caller",
    ]  # fmt: skip
    assert all((row.agents, row.waiting, row.classes) == (6, 10, 4) for row in rows)
    assert all(0 < row.decision_us_p50 <= row.decision_us_p99 <= row.decision_us_p999 for row in rows)
    assert all(row.compared > 0 and row.mismatches == 0 and row.naive_us_p50 for row in rows)


def test_a_choice_that_differs_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert agreement(400) == 0

    def choose_nobody_at_times(state: State, newcomers: Newcomers) -> Pair | None:
        return rule.next_pair(state, newcomers) if len(state.interactions) % 3 else None

    monkeypatch.setattr(matching_floor, "next_pair", choose_nobody_at_times)
    assert agreement(400) > 0
