"""Facts of the recorder, written to the journal's recorder stream."""

from dataclasses import dataclass

from kernel.ids import AgentId, InteractionId, QueueId, ReservationId
from kernel.instants import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStored:
    """A connected talk is on the shelf: stereo WAV, caller left, agent right.

    ``file_name`` is relative to the recordings folder; ``started_at`` is when the two were joined;
    ``duration_ms`` is what the file holds, verified against the talk.
    """

    interaction_id: InteractionId
    reservation_id: ReservationId
    queue_id: QueueId
    agent_id: AgentId
    file_name: str
    started_at: Instant
    duration_ms: int
    byte_count: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFailed:
    """A talk that should have been recorded is not, or not whole. ``problem``: ``missing``, ``short``, ``unreadable``."""

    interaction_id: InteractionId
    reservation_id: ReservationId
    problem: str
    expected_ms: int
    found_ms: int


RecorderFact = RecordingStored | RecordingFailed
