"""The formulas, against figures that were worked out by hand."""

from pathlib import Path
from typing import Any

import pytest

from kernel.ids import AgentId, QueueId
from kernel.instants import Instant
from reports.definitions import AGENT_METRICS, QUEUE_METRICS, Metric, times_by_state, total
from reports.metrics_page import metrics_page
from reports.rows import AgentTimeRow, QueueIntervalRow

QUEUE = {metric.id: metric for metric in QUEUE_METRICS}
AGENT = {metric.id: metric for metric in AGENT_METRICS}

CHECK = QueueIntervalRow(
    queue_id=QueueId("sales"),
    starts_at=Instant(0),
    offered_count=1060,
    answered_count=1000,
    answered_in_time_count=860,
    abandoned_count=50,
    short_abandoned_count=10,
    abandoned_in_time_count=20,
    answered_wait_ms=15_000_000,
    abandoned_wait_ms=2_000_000,
    wait_ms_max=300_000,
    handled_count=1010,
    talk_ms=180_000_000,
    hold_ms=12_000_000,
    wrap_up_ms=10_000_000,
)
"""Answered 1000 (860 within 20 s), abandoned 60 (20 within 20 s, of which 10 within 5 s)."""


@pytest.mark.parametrize(
    ("metric", "percent"),
    [
        ("service_level", 81.1),
        ("service_level_short_removed", 81.9),
        ("service_level_abandons_ignored", 82.7),
        ("service_level_abandons_positive", 83.0),
        ("service_level_only_handled", 86.0),
        ("abandon_rate", 5.7),
    ],
)
def test_the_check_figures_of_the_service_level(metric: str, percent: float) -> None:
    found = QUEUE[metric].of(CHECK)

    assert found is not None
    assert round(100 * found, 1) == percent


@pytest.mark.parametrize(
    ("metric", "number"),
    [("asa", 15_000), ("abandon_time", 40_000), ("aht", 200_000), ("waiting", 0), ("left", 0), ("wait_max", 300_000)],
)
def test_times_and_counts(metric: str, number: float) -> None:
    assert QUEUE[metric].of(CHECK) == number


def test_an_empty_interval_has_counts_but_no_ratios() -> None:
    empty = total([])

    found = {metric.id: metric.of(empty) for metric in QUEUE_METRICS}

    assert {name for name, value in found.items() if value is None} == {
        *(name for name in QUEUE if name.startswith("service_level")),
        "abandon_rate",
        "asa",
        "abandon_time",
        "aht",
    }
    assert {value for value in found.values() if value is not None} == {0}


def test_rows_add_up_and_the_longest_wait_stays_the_longest() -> None:
    both = total([CHECK, CHECK])

    assert (both.offered_count, both.talk_ms) == (2 * CHECK.offered_count, 2 * CHECK.talk_ms)
    assert both.wait_ms_max == CHECK.wait_ms_max
    assert QUEUE["service_level"].of(both) == QUEUE["service_level"].of(CHECK)


def test_occupancy_leaves_ringing_out_and_never_passes_one() -> None:
    lengths = {"ready": 20, "talking": 60, "hold": 10, "wrap_up": 10, "alerting": 50, "aux": 50}
    rows = [
        AgentTimeRow(agent_id=AgentId("ann"), starts_at=Instant(0), state=state, reason_code="", time_ms=ms)
        for state, ms in lengths.items()
    ]
    times = times_by_state(rows)

    assert AGENT["occupancy"].of(times) == 0.8
    assert AGENT["utilisation"].of(times) == 0.5
    assert AGENT["staffed_time"].of(times) == 200
    assert AGENT["occupancy"].of(times_by_state(rows[1:])) == 1.0
    assert AGENT["occupancy"].of(times_by_state([])) is None


def test_every_metric_has_one_id_and_words_in_both_languages() -> None:
    everything: list[Metric[Any]] = [*QUEUE_METRICS, *AGENT_METRICS]

    assert len({metric.id for metric in everything}) == len(everything)
    assert all(metric.english and metric.indonesian and metric.formula and metric.version for metric in everything)


def test_the_page_on_metrics_is_fresh() -> None:
    page = Path(__file__).parents[2] / "docs" / "metrics.md"

    assert page.read_text(encoding="utf-8") == metrics_page(), "run python -m tests.reports.write_metrics_page"
