"""Fairness over a simulated day: agents who can do the same are as busy as each other."""

from dataclasses import replace

import pytest

from acd.core.inputs import QueueConfigured
from acd.core.settings import Strategy
from simulator.whole_centre.description import Day, Rate
from simulator.whole_centre.lengths import fixed, log_normal
from simulator.whole_centre.made_up import made_up_day
from simulator.whole_centre.report import report_day

TWO_POINTS = 0.02


def a_day(strategy: Strategy) -> Day:
    """Nine even hours of forty agents, without breaks and mistakes: they are equal in all that is not routing.

    Even, since a long talk in a last hour with hardly a call is made up for by nothing: it alone is two points of a day.
    """
    day = made_up_day(agents=40, calls_per_hour=450, hours=9, seed=5, aht_s=240)
    stream = replace(
        day.streams[0],
        rates=(Rate(from_ms=0, to_ms=day.lasts_ms, calls_per_hour=450),),
        talk=log_normal(204_000, 0.5),
    )
    return replace(
        day,
        streams=(stream,),
        habits=replace(day.habits, ignores=0.0, declines=0.0, reaction=fixed(2_500)),
        shifts=tuple(replace(shift, breaks=()) for shift in day.shifts),
        configuration=tuple(
            QueueConfigured(settings=replace(given.settings, strategy=strategy))
            if isinstance(given, QueueConfigured)
            else given
            for given in day.configuration
        ),
    )


@pytest.mark.slow  # four thousand calls
def test_the_least_occupied_first_keeps_equal_agents_within_two_points() -> None:
    fair = report_day(a_day(Strategy.LEAST_OCCUPIED)).report.agents
    idle = report_day(a_day(Strategy.LONGEST_IDLE)).report.agents

    assert fair.occupancy_spread is not None
    assert fair.occupancy_mean is not None
    assert idle.occupancy_spread is not None
    assert 0.6 < fair.occupancy_mean < 0.9
    assert fair.occupancy_spread <= TWO_POINTS
    assert fair.occupancy_spread < idle.occupancy_spread
