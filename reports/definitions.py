"""Every metric: its name for people, its formula in words, its unit, and the function that is that formula. Pure.

A formula that changes gets a new version; a report prints formula and version with its numbers.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from typing import Generic, TypeVar

from acd.core.agent_states import AgentState
from kernel.ids import QueueId
from kernel.instants import Instant
from reports.rows import AgentTimeRow, QueueIntervalRow
from reports.sums import added

Sums = TypeVar("Sums")
StateTimes = Mapping[str, int]
"""Milliseconds by agent state."""


class Unit(StrEnum):
    """What a metric's number counts."""

    COUNT = "count"
    RATIO = "ratio"
    """0 to 1; shown as a percentage."""
    MS = "ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Generic[Sums]):
    """One metric. ``of`` gives None where the formula would divide by nothing: no number, not zero."""

    id: str
    english: str
    indonesian: str
    formula: str
    unit: Unit
    version: int
    of: Callable[[Sums], float | None]


def ratio(part: int, whole: int) -> float | None:
    """``part`` of ``whole``; None of nothing."""
    return None if whole <= 0 else part / whole


def total(rows: Iterable[QueueIntervalRow]) -> QueueIntervalRow:
    """All rows as one: over intervals, queues, or both. Its key says nothing."""
    return reduce(added, rows, QueueIntervalRow(queue_id=QueueId(""), starts_at=Instant(0)))


def times_by_state(rows: Iterable[AgentTimeRow]) -> dict[str, int]:
    """Milliseconds by state, over agents and reasons."""
    times = dict.fromkeys(map(str, AgentState), 0)
    for row in rows:
        times[row.state] += row.time_ms
    return times


def left_count(row: QueueIntervalRow) -> int:
    """Left the queue by rule or by a person, neither answered nor abandoned."""
    return (
        row.left_timeout_count
        + row.left_overflow_count
        + row.left_closed_count
        + row.left_key_count
        + row.left_withdrawn_count
        + row.left_no_agent_count
        + row.left_system_failure_count
    )


def waiting_count(row: QueueIntervalRow) -> int:
    """Still waiting: what the ledger lacks. Never below zero."""
    gone = row.answered_count + row.abandoned_count + row.short_abandoned_count + left_count(row)
    return row.offered_count - gone


def on_contact_ms(times: StateTimes) -> int:
    """With a caller or their paperwork: talking, hold and wrap-up."""
    return times[AgentState.TALKING] + times[AgentState.HOLD] + times[AgentState.WRAP_UP]


def _all_abandoned(row: QueueIntervalRow) -> int:
    return row.abandoned_count + row.short_abandoned_count


def _handling_ms(row: QueueIntervalRow) -> int:
    return row.talk_ms + row.hold_ms + row.wrap_up_ms


QUEUE_METRICS: tuple[Metric[QueueIntervalRow], ...] = (
    Metric(
        id="offered",
        english="Offered",
        indonesian="Masuk antrean",
        formula="interactions that entered the queue",
        unit=Unit.COUNT,
        version=1,
        of=lambda row: row.offered_count,
    ),
    Metric(
        id="answered",
        english="Answered",
        indonesian="Terjawab",
        formula="interactions that an agent answered",
        unit=Unit.COUNT,
        version=1,
        of=lambda row: row.answered_count,
    ),
    Metric(
        id="abandoned",
        english="Abandoned",
        indonesian="Ditinggalkan",
        formula="callers who hung up in the queue after more than the short-abandon threshold",
        unit=Unit.COUNT,
        version=1,
        of=lambda row: row.abandoned_count,
    ),
    Metric(
        id="short_abandoned",
        english="Short abandoned",
        indonesian="Ditinggalkan singkat",
        formula="callers who hung up in the queue within the short-abandon threshold",
        unit=Unit.COUNT,
        version=1,
        of=lambda row: row.short_abandoned_count,
    ),
    Metric(
        id="callbacks_booked",
        english="Callbacks booked",
        indonesian="Panggilan balik dipesan",
        formula="callers who asked to be called back",
        unit=Unit.COUNT,
        version=1,
        of=lambda row: row.callback_booked_count,
    ),
    Metric(
        id="callbacks_answered",
        english="Callbacks answered",
        indonesian="Panggilan balik terjawab",
        formula="callbacks that joined customer and agent",
        unit=Unit.COUNT,
        version=1,
        of=lambda row: row.callback_answered_count,
    ),
    Metric(
        id="callbacks_failed",
        english="Callbacks failed",
        indonesian="Panggilan balik gagal",
        formula="callbacks that were given up, or whose customer hung up before an agent came",
        unit=Unit.COUNT,
        version=1,
        of=lambda row: row.callback_failed_count,
    ),
    Metric(
        id="left",
        english="Left by rule",
        indonesian="Keluar karena aturan",
        formula="timeout + overflow + closed + exit key + withdrawn + no agent + system failure",
        unit=Unit.COUNT,
        version=2,
        of=left_count,
    ),
    Metric(
        id="waiting",
        english="Still waiting",
        indonesian="Masih menunggu",
        formula="offered - answered - abandoned - short abandoned - left by rule",
        unit=Unit.COUNT,
        version=1,
        of=waiting_count,
    ),
    Metric(
        id="service_level",
        english="Service level (strict)",
        indonesian="Tingkat layanan (ketat)",
        formula="answered within T / offered",
        unit=Unit.RATIO,
        version=1,
        of=lambda row: ratio(row.answered_in_time_count, row.offered_count),
    ),
    Metric(
        id="service_level_short_removed",
        english="Service level, short abandons removed",
        indonesian="Tingkat layanan, tanpa yang ditinggalkan singkat",
        formula="answered within T / (offered - short abandoned)",
        unit=Unit.RATIO,
        version=1,
        of=lambda row: ratio(row.answered_in_time_count, row.offered_count - row.short_abandoned_count),
    ),
    Metric(
        id="service_level_abandons_ignored",
        english="Service level, abandons ignored",
        indonesian="Tingkat layanan, tanpa yang ditinggalkan dalam T",
        formula="answered within T / (offered - abandoned within T)",
        unit=Unit.RATIO,
        version=1,
        of=lambda row: ratio(row.answered_in_time_count, row.offered_count - row.abandoned_in_time_count),
    ),
    Metric(
        id="service_level_abandons_positive",
        english="Service level, abandons positive",
        indonesian="Tingkat layanan, yang ditinggalkan dalam T dihitung baik",
        formula="(answered within T + abandoned within T) / offered",
        unit=Unit.RATIO,
        version=1,
        of=lambda row: ratio(row.answered_in_time_count + row.abandoned_in_time_count, row.offered_count),
    ),
    Metric(
        id="service_level_only_handled",
        english="Service level, only handled",
        indonesian="Tingkat layanan, hanya yang terjawab",
        formula="answered within T / answered",
        unit=Unit.RATIO,
        version=1,
        of=lambda row: ratio(row.answered_in_time_count, row.answered_count),
    ),
    Metric(
        id="abandon_rate",
        english="Abandon rate",
        indonesian="Rasio ditinggalkan",
        formula="(abandoned + short abandoned) / offered",
        unit=Unit.RATIO,
        version=1,
        of=lambda row: ratio(_all_abandoned(row), row.offered_count),
    ),
    Metric(
        id="asa",
        english="Average speed of answer",
        indonesian="Rata-rata kecepatan jawab",
        formula="sum of queue wait of answered / answered; time in the flow excluded",
        unit=Unit.MS,
        version=1,
        of=lambda row: ratio(row.answered_wait_ms, row.answered_count),
    ),
    Metric(
        id="abandon_time",
        english="Average abandon time",
        indonesian="Rata-rata waktu ditinggalkan",
        formula="sum of queue wait of abandoned / abandoned; short ones excluded",
        unit=Unit.MS,
        version=1,
        of=lambda row: ratio(row.abandoned_wait_ms, row.abandoned_count),
    ),
    Metric(
        id="wait_max",
        english="Longest wait",
        indonesian="Tunggu terlama",
        formula="greatest queue wait of all that left the queue, whichever way",
        unit=Unit.MS,
        version=1,
        of=lambda row: row.wait_ms_max,
    ),
    Metric(
        id="handled",
        english="Handled",
        indonesian="Ditangani",
        formula="agents' parts of interactions that ended, wrap-up included; a transfer adds one",
        unit=Unit.COUNT,
        version=1,
        of=lambda row: row.handled_count,
    ),
    Metric(
        id="aht",
        english="Average handling time",
        indonesian="Rata-rata waktu penanganan",
        formula="(talk + hold + wrap-up) / handled",
        unit=Unit.MS,
        version=1,
        of=lambda row: ratio(_handling_ms(row), row.handled_count),
    ),
    Metric(
        id="rona",
        english="Lapsed (RONA)",
        indonesian="Tidak diangkat agen (RONA)",
        formula="reservations in which the phone rang and nobody answered in time",
        unit=Unit.COUNT,
        version=1,
        of=lambda row: row.lapsed_count,
    ),
    Metric(
        id="transfers",
        english="Transferred",
        indonesian="Dialihkan",
        formula="talks of the queue whose agent sent the caller on to a colleague or a queue",
        unit=Unit.COUNT,
        version=1,
        of=lambda row: row.transferred_count,
    ),
)

AGENT_METRICS: tuple[Metric[StateTimes], ...] = (
    Metric(
        id="staffed_time",
        english="Staffed time",
        indonesian="Waktu bertugas",
        formula="time logged in, whatever the state",
        unit=Unit.MS,
        version=1,
        of=lambda times: sum(times.values()) - times[AgentState.LOGGED_OUT],
    ),
    Metric(
        id="occupancy",
        english="Occupancy",
        indonesian="Okupansi",
        formula="(talking + hold + wrap-up) / (talking + hold + wrap-up + ready); ringing counts on neither side",
        unit=Unit.RATIO,
        version=1,
        of=lambda times: ratio(on_contact_ms(times), on_contact_ms(times) + times[AgentState.READY]),
    ),
    Metric(
        id="utilisation",
        english="Utilisation",
        indonesian="Utilisasi",
        formula="(talking + hold + wrap-up + ready) / staffed time",
        unit=Unit.RATIO,
        version=1,
        of=lambda times: ratio(
            on_contact_ms(times) + times[AgentState.READY], sum(times.values()) - times[AgentState.LOGGED_OUT]
        ),
    ),
)
