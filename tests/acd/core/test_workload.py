"""Workload: how occupied an agent is and how many calls they had, fading, and what it is for who comes late."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.core.agent_states import AgentState, ReasonCode
from acd.core.workload import LEAST, WINDOW_MS, Workload, after_move, at_log_in, now_of
from kernel.instants import Instant

HOUR = Instant(WINDOW_MS)
NONE = Workload(at=Instant(0))


def moved(load: Workload, previous: AgentState, state: AgentState, at: int, reason_code: str = "") -> Workload:
    return after_move(load, previous, state, reason_code, Instant(at))


@pytest.mark.parametrize(
    "state",
    [AgentState.RESERVED, AgentState.ALERTING, AgentState.TALKING, AgentState.HOLD, AgentState.WRAP_UP],
)
def test_an_hour_of_work_is_two_thirds_of_the_way_to_fully_occupied(state: AgentState) -> None:
    assert now_of(NONE, state, HOUR).occupancy == pytest.approx(1 - math.exp(-1))


def test_waiting_makes_less_occupied_and_aux_neither() -> None:
    load = Workload(at=Instant(0), occupancy=0.8, calls=3.0)

    assert now_of(load, AgentState.READY, HOUR).occupancy == pytest.approx(0.8 * math.exp(-1))
    for away in (AgentState.AUX, AgentState.UNREACHABLE, AgentState.LOGGED_OUT):
        assert now_of(load, away, HOUR).occupancy == 0.8
        assert now_of(load, away, HOUR).calls == pytest.approx(3.0 * math.exp(-1))


def test_half_of_the_time_at_work_becomes_half_occupied() -> None:
    load, at = NONE, 0
    for _ in range(400):
        load = moved(load, AgentState.READY, AgentState.RESERVED, at := at + 60_000)
        load = moved(load, AgentState.RESERVED, AgentState.READY, at := at + 60_000)

    assert load.occupancy == pytest.approx(0.5, abs=0.01)


def test_a_call_counts_once_when_it_is_joined() -> None:
    load = NONE
    for previous, state in (
        (AgentState.READY, AgentState.RESERVED),
        (AgentState.RESERVED, AgentState.ALERTING),
        (AgentState.ALERTING, AgentState.TALKING),
        (AgentState.TALKING, AgentState.HOLD),
        (AgentState.HOLD, AgentState.TALKING),
        (AgentState.TALKING, AgentState.WRAP_UP),
    ):
        load = moved(load, previous, state, 0)

    assert load.calls == 1.0


@pytest.mark.parametrize(
    ("previous", "state", "reason_code", "is_used_up"),
    [
        (AgentState.ALERTING, AgentState.TALKING, "", True),
        (AgentState.READY, AgentState.TALKING, "", True),
        (AgentState.ALERTING, AgentState.AUX, ReasonCode.RONA, True),
        (AgentState.ALERTING, AgentState.READY, "", True),
        (AgentState.ALERTING, AgentState.READY, ReasonCode.OFFER_WITHDRAWN, False),
        (AgentState.RESERVED, AgentState.ALERTING, "", False),
        (AgentState.TALKING, AgentState.WRAP_UP, "", False),
        (AgentState.AUX, AgentState.READY, "", False),
    ],
)
def test_an_offer_is_used_up_by_any_end_but_its_withdrawal(
    previous: AgentState, state: AgentState, reason_code: str, is_used_up: bool
) -> None:
    assert (moved(NONE, previous, state, 7, reason_code).offered_at == 7) is is_used_up


@given(
    one=st.floats(0.001, 1), other=st.floats(0.001, 1), apart=st.integers(0, WINDOW_MS), later=st.integers(0, WINDOW_MS)
)
def test_the_order_of_two_who_wait_is_the_order_of_their_occupancy_at_any_time(
    one: float, other: float, apart: int, later: int
) -> None:
    first = Workload(at=Instant(0), occupancy=one)
    second = Workload(at=Instant(apart), occupancy=other)
    now = Instant(apart + later)

    by_number = now_of(first, AgentState.READY, now).occupancy - now_of(second, AgentState.READY, now).occupancy

    difference_ms = first.occupied_at - second.occupied_at
    assert abs(difference_ms) <= 1 or (difference_ms > 0) is (by_number > 0)


def test_the_never_occupied_are_no_further_ahead_than_the_least() -> None:
    assert NONE.occupied_at == Workload(at=Instant(0), occupancy=LEAST).occupied_at == NONE.called_at


def test_who_logs_in_has_the_mean_of_the_others_or_their_own_when_that_is_more() -> None:
    others = [Workload(at=HOUR, occupancy=0.2, calls=2.0), Workload(at=HOUR, occupancy=0.6, calls=6.0)]

    late = at_log_in(NONE, others, HOUR)
    again = at_log_in(Workload(at=HOUR, occupancy=0.9, calls=9.0), others, HOUR)

    assert late.at == HOUR
    assert (late.occupancy, late.calls) == pytest.approx((0.4, 4.0))
    assert (again.occupancy, again.calls) == (0.9, 9.0)
    assert at_log_in(NONE, [], HOUR) == Workload(at=HOUR)
