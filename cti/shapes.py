"""Bodies of the REST API, besides the live views. Pure.

Lengths end in ``_s`` (seconds), moments are RFC 3339 in UTC.
"""

from typing import Annotated, Any

import msgspec

from cti import wire
from cti.translate import recording_url, seconds
from cti.views import AgentView, QueueView
from kernel.instants import Instant, to_iso
from recorder.facts import RecordingStored
from reports.rows import InteractionRow

# Python takes $ before a last line feed too; other readers of the schema do not, and see the same rule.
_ID_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$(?!\\n)"
DeviceIdText = Annotated[str, msgspec.Meta(pattern=_ID_PATTERN)]
QueueIdText = Annotated[str, msgspec.Meta(pattern=_ID_PATTERN)]
ReasonText = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9_-]{0,39}$(?!\\n)")]


class LoginBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the agent sits down."""

    device_id: DeviceIdText


class AuxBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the agent is not ready. ``force``: although as many as may be are away for it; for supervisors."""

    reason_code: ReasonText
    force: bool = False


class WrapUpBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much longer the work after the call takes, in seconds."""

    extend_s: Annotated[int, msgspec.Meta(ge=1, le=3600)]


class PriorityBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A waiting call's new priority; 10 is served first."""

    priority: Annotated[int, msgspec.Meta(ge=1, le=10)]


class QueueBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The queue into which a waiting call goes."""

    queue_id: QueueIdText


class TransferBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the caller is sent: what the agent would dial, the login of a colleague or the code of a queue."""

    to: Annotated[str, msgspec.Meta(pattern="^[0-9]{2,8}$(?!\\n)")]


class CallOutBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom the agent calls, written as they would dial it."""

    number: Annotated[str, msgspec.Meta(pattern="^\\+?[0-9]{1,32}$(?!\\n)")]


class AgentList(msgspec.Struct, frozen=True, kw_only=True):
    """Every agent; ``seq`` is the CTI number that this is as of."""

    seq: int
    agents: tuple[AgentView, ...]


class WaitTold(msgspec.Struct, frozen=True, kw_only=True):
    """Callers who were told that they would be answered within so many minutes, and what became of it.

    ``kept``: answered within them; ``broken``: not, and still waiting when they were over. Who left sooner, or still may
    be answered in time, is in neither.
    """

    minutes: int
    told: int
    kept: int
    broken: int


class QueueDetail(QueueView, frozen=True, kw_only=True):
    """A queue now, and ``today``: its metrics since local midnight by id, as docs/metrics.md defines them.

    ``waits_told``: how true it was what its callers were told of their wait since then, the fewest minutes first.

    Lengths of time are milliseconds, ratios 0 to 1; null where the formula would divide by nothing.
    """

    today: dict[str, float | None]
    waits_told: tuple[WaitTold, ...]


class QueueList(msgspec.Struct, frozen=True, kw_only=True):
    """Every queue; ``seq`` is the CTI number that this is as of."""

    seq: int
    queues: tuple[QueueDetail, ...]


class InteractionView(msgspec.Struct, frozen=True, kw_only=True):
    """One interaction from arrival to end; what has not come yet is null (moments) or 0 (lengths)."""

    interaction_id: str
    channel: str
    ani: wire.Ani
    dnis: str
    trunk: str
    arrived_at: str
    queued_at: str | None
    answered_at: str | None
    ended_at: str | None
    queue: str | None
    agent_id: str | None
    recording_id: str | None
    priority: int | None
    flow_s: float
    wait_s: float
    ring_s: float
    talk_s: float
    hold_s: float
    wrap_up_s: float
    reservation_count: int
    transfer_count: int
    disposition: str | None
    ended_by: str | None
    service_level_met: bool | None


class InteractionPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page, newest first. ``next_cursor`` null: the last page."""

    interactions: tuple[InteractionView, ...]
    next_cursor: str | None


class TimelineFact(msgspec.Struct, frozen=True, kw_only=True):
    """One fact. ``seq`` and ``at`` are its journal entry's; ``fact`` its name, ``data`` its own fields."""

    seq: int
    at: str
    fact: str
    data: dict[str, Any]


class InteractionDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One interaction, what the flow learned of the caller (scope ``pii``), and everything that happened, in order."""

    interaction: InteractionView
    name: str
    attributes: dict[str, str]
    timeline: tuple[TimelineFact, ...]


class RecordingView(msgspec.Struct, frozen=True, kw_only=True):
    """One recording: stereo WAV, caller left, agent right."""

    recording_id: str
    interaction_id: str
    agent_id: str
    queue: str
    url: str
    started_at: str
    duration_s: float
    byte_count: int
    sha256: str
    channels: tuple[str, ...]


class RecordingList(msgspec.Struct, frozen=True, kw_only=True):
    """The recordings of one interaction, in the order of their talks."""

    recordings: tuple[RecordingView, ...]


class CentreOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What applying a description changed, or with ``dry_run`` would change; a line each."""

    applied: bool
    difference: tuple[str, ...]


def _moment(instant: Instant | None) -> str | None:
    return None if instant is None else to_iso(instant)


def interaction_view(row: InteractionRow, ani: wire.Ani) -> InteractionView:
    """A row with as much of the number as the reader may see."""
    return InteractionView(
        interaction_id=row.interaction_id,
        channel=row.channel,
        ani=ani,
        dnis=row.did,
        trunk=row.trunk_id,
        arrived_at=to_iso(row.arrived_at),
        queued_at=_moment(row.queued_at),
        answered_at=_moment(row.answered_at),
        ended_at=_moment(row.ended_at),
        queue=row.queue_id,
        agent_id=row.agent_id,
        recording_id=row.reservation_id,
        priority=row.priority,
        flow_s=seconds(row.flow_ms),
        wait_s=seconds(row.wait_ms),
        ring_s=seconds(row.ring_ms),
        talk_s=seconds(row.talk_ms),
        hold_s=seconds(row.hold_ms),
        wrap_up_s=seconds(row.wrap_up_ms),
        reservation_count=row.reservation_count,
        transfer_count=row.transfer_count,
        disposition=None if row.disposition is None else row.disposition.value,
        ended_by=None if row.ended_by is None else row.ended_by.value,
        service_level_met=row.service_level_met,
    )


def recording_view(stored: RecordingStored) -> RecordingView:
    """A recording as the API shows it: never where its file lies."""
    return RecordingView(
        recording_id=stored.reservation_id,
        interaction_id=stored.interaction_id,
        agent_id=stored.agent_id,
        queue=stored.queue_id,
        url=recording_url(stored.reservation_id),
        started_at=to_iso(stored.started_at),
        duration_s=seconds(stored.duration_ms),
        byte_count=stored.byte_count,
        sha256=stored.sha256,
        channels=("caller", "agent"),
    )
