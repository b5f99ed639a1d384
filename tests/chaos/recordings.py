"""Whether every talk was recorded, and for as long as it lasted; if not, whether that is known. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kernel.entry import RECORDER_STREAM, Entry
from kernel.ids import ReservationId
from recorder.facts import RecordingFailed, RecordingStored


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One talk as its phone tells of it, ms since the epoch. ``unsure_ms``: by so much its recording may differ."""

    reservation_id: ReservationId
    joined_ms: int
    over_ms: int
    unsure_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordings:
    """What the recorder said of each talk, and how long what lies on the shelf is to hear, ms."""

    stored: Mapping[ReservationId, list[RecordingStored]] = field(default_factory=dict)
    failed: Mapping[ReservationId, list[RecordingFailed]] = field(default_factory=dict)
    sounds: Mapping[ReservationId, int] = field(default_factory=dict)


def read_recordings(entries: Iterable[Entry], sounds: Mapping[ReservationId, int]) -> Recordings:
    """What the journal's recorder stream tells."""
    stored: dict[ReservationId, list[RecordingStored]] = defaultdict(list)
    failed: dict[ReservationId, list[RecordingFailed]] = defaultdict(list)
    for entry in entries:
        for fact in entry.facts if entry.stream == RECORDER_STREAM else ():
            match fact:
                case RecordingStored():
                    stored[fact.reservation_id].append(fact)
                case RecordingFailed():
                    failed[fact.reservation_id].append(fact)
                case _:
                    pass
    return Recordings(stored=stored, failed=failed, sounds=sounds)


def wrong_recordings(talks: Iterable[Talk], recordings: Recordings) -> Iterator[str]:
    """Every talk without its recording of the right length, and without an alarm."""
    for talk in talks:
        where = f"{talk.reservation_id}: talked from {talk.joined_ms} to {talk.over_ms}"
        stored, failed = recordings.stored.get(talk.reservation_id, []), recordings.failed.get(talk.reservation_id, [])
        # What Asterisk's death cut off is on the shelf, and told to be short.
        alarmed = [one for one in failed if not (stored and one.problem == "short")]
        if len(stored) + len(alarmed) != 1 or len(failed) > 1:
            yield f"{where}, recorded {len(stored)} times, with {len(failed)} alarms"
            continue
        if failed:
            continue
        (kept,) = stored
        heard_ms = recordings.sounds.get(talk.reservation_id)
        lasted_ms = talk.over_ms - talk.joined_ms
        if heard_ms != kept.duration_ms:
            yield f"{where}, {kept.duration_ms} ms recorded, {heard_ms} ms on the shelf"
        elif abs(kept.duration_ms - lasted_ms) > talk.unsure_ms:
            yield f"{where}, that is {lasted_ms} ms, but {kept.duration_ms} ms are recorded"
