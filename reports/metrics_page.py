"""The page on metrics, made from their definitions, so that it cannot say anything else. Pure."""

from collections.abc import Iterable
from typing import Any

from reports.definitions import AGENT_METRICS, QUEUE_METRICS, Metric

HEAD = """\
# Metrics

Made from `reports/definitions.py` by `python -m tests.reports.write_metrics_page`; a test fails when it is stale.

T is the queue's service level threshold as it was when the interaction entered the queue. Where a formula would divide
by nothing there is no number.

What counts where: an interaction is offered in the half hour in which it entered the queue, and what became of it
(answered, abandoned, left, and how long it waited) counts in that same half hour. Handled parts, with their talk, hold
and wrap-up, count in the half hour in which the handling ended. Agents' time is split at the borders of half hours.
Days and half hours follow the centre's time zone. In every interval

    offered = answered + abandoned + short abandoned + left by rule + still waiting

A changed formula gets a new version; numbers already reported keep the one they were made with.
"""


def metrics_page() -> str:
    """The whole page, Markdown."""
    parts = [HEAD, "## Queues", *_table(QUEUE_METRICS), "", "## Agents", *_table(AGENT_METRICS)]
    return "\n".join(parts) + "\n"


def _table(metrics: Iterable[Metric[Any]]) -> list[str]:
    rows = [
        f"| `{each.id}` | {each.english} | {each.indonesian} | {each.formula} | {each.unit} | {each.version} |"
        for each in metrics
    ]
    return [
        "",
        "| id | English | Indonesian | formula | unit | version |",
        "| --- | --- | --- | --- | --- | --- |",
        *rows,
    ]
