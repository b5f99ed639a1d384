"""What the parts of the program count about themselves, as plain numbers for /metrics."""

from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from typing import Any

from recorder.follower import Recorder
from sambut.metrics import Metrics
from store.database import Database
from telephony.agi.server import AgiServer
from telephony.ami.connection import AmiLink

AMI_GAUGES = frozenset({"queue_depth_max", "action_ms_max", "lag_ms_last", "lag_ms_max"})
"""Fields of the link's counters that are not counts."""


def show_readings(
    metrics: Metrics, *, links: Mapping[str, AmiLink], agi: AgiServer, recorder: Recorder, database: Database
) -> None:
    """Let /metrics show all of it; ``links`` by the name that they have there."""
    for name, link in links.items():
        metrics.add_readings(
            f"sambut_ami_{name}",
            f"The AMI link for {name}.",
            counters=partial(link_counters, link),
            gauges=partial(link_gauges, link),
        )
    metrics.add_readings(
        "sambut_recorder",
        "The recorder.",
        counters=partial(recorder_counters, recorder),
        gauges=partial(recorder_gauges, recorder),
    )
    metrics.add_readings(
        "sambut_fastagi", "The FastAGI server.", counters=partial(agi_counters, agi), gauges=partial(agi_gauges, agi)
    )
    metrics.add_readings(
        "sambut_database",
        "The database.",
        counters=partial(database_counters, database),
        gauges=partial(database_gauges, database),
    )


def link_counters(link: AmiLink) -> dict[str, float]:
    """Everything one AMI link has counted; ``connects`` less one are its reconnects."""
    counted = _numbers(link.counters)
    return {name: value for name, value in counted.items() if name not in AMI_GAUGES} | {
        "events": link.counters.events.total()
    }


def link_gauges(link: AmiLink) -> dict[str, float]:
    """How one AMI link is just now. Lengths of time in milliseconds."""
    counted = _numbers(link.counters)
    return {name: counted[name] for name in sorted(AMI_GAUGES)} | {
        "up": float(link.is_up),
        "queue_depth": link.queue_depth,
        "actions_waiting": link.waiting_count,
    }


def recorder_counters(recorder: Recorder) -> dict[str, float]:
    """What became of the recordings since the start."""
    return _numbers(recorder.counters) | _numbers(recorder.watch.counters)


def recorder_gauges(recorder: Recorder) -> dict[str, float]:
    """What waits for the shelf, talks that are not being written, and whether the disk is too full (1) or not (0)."""
    return {
        "waiting": recorder.waiting_count,
        "still_now": recorder.watch.still_now,
        "disk_short_now": float(recorder.watch.disk_is_short()),
    }


def agi_counters(agi: AgiServer) -> dict[str, float]:
    """What became of the callers whom the dialplan sent to us."""
    return _numbers(agi.counters)


def agi_gauges(agi: AgiServer) -> dict[str, float]:
    """Callers in a script just now."""
    return {"sessions_live": agi.session_count}


def database_counters(database: Database) -> dict[str, float]:
    """Writes that took longer than they may, or failed."""
    return {"late_writes": database.late_writes, "failed_writes": database.failed_writes}


def database_gauges(database: Database) -> dict[str, float]:
    """How long the oldest write under way has been waiting; it goes on growing while nothing can be written."""
    return {"write_waits_seconds": database.write_waits_ms / 1000}


def _numbers(counters: Any) -> dict[str, float]:
    return {
        each.name: getattr(counters, each.name)
        for each in fields(counters)
        if isinstance(getattr(counters, each.name), int)
    }
