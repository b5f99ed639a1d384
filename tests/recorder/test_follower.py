"""From the end of a talk to its place on the shelf, through late switches, failing disks and crashes."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from acd.core.facts import InteractionAnswered, InteractionReleased
from kernel.entry import ENGINE_STREAM, Entry
from kernel.ids import AgentId, InteractionId, QueueId, ReservationId
from kernel.instants import Instant
from kernel.result_codes import EndedBy
from recorder.facts import RecordingFailed, RecordingStored
from recorder.follower import TRIES_MAX, Recorder, Talk
from tests.fakes.recordings import MemoryNotes, MemoryRecordings
from tests.recorder.sound import leave_open, loudest_hz, read_stereo, tone, write_one_way

R1 = ReservationId("c1-r1")
ANSWERED_AT = Instant(1_795_500_000_000)


class Studio:
    """A recorder with its folders, shelf and notes."""

    def __init__(self, folder: Path) -> None:
        self.spool = folder / "spool"
        self.shelf_dir = folder / "recordings"
        self.spool.mkdir()
        self.shelf = MemoryRecordings()
        self.notes = MemoryNotes()
        self.recorder = self.start_anew()

    def start_anew(self, *, closed_ms_max: int = 60_000, free_bytes_min: int = 0, records: bool = True) -> Recorder:
        """A recorder as after a restart: same folders, shelf and journal."""
        self.recorder = Recorder(
            spool=self.spool,
            shelf_dir=self.shelf_dir,
            shelf=self.shelf,
            notes=self.notes,
            free_bytes_min=free_bytes_min,
            records=records,
            closed_ms_max=closed_ms_max,
            retry_s=0.001,
        )
        self.notes.tell = self.recorder.on_entry
        return self.recorder

    def record(self, ms: int = 2_000, reservation_id: str = R1) -> None:
        write_one_way(self.spool / f"{reservation_id}-caller.wav", tone(400, ms))
        write_one_way(self.spool / f"{reservation_id}-agent.wav", tone(1_000, ms))

    def talk(self, talk_ms: int = 2_000, hold_ms: int = 0, reservation_id: str = R1, *, end_seen: bool = True) -> None:
        for entry in talk_entries(talk_ms, hold_ms, reservation_id, end_seen=end_seen):
            self.recorder.on_entry(entry)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Run the recorder until that holds."""
        running = asyncio.create_task(self.recorder.run())
        try:
            async with asyncio.timeout(5):
                while not holds():  # noqa: ASYNC110  # files, timers and threads have a part in it
                    await asyncio.sleep(0.001)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def until_noted(self, count: int = 1) -> None:
        await self.until(lambda: len(self.notes.facts) >= count and self.recorder.waiting_count == 0)

    def left_in_spool(self) -> list[str]:
        return sorted(path.name for path in self.spool.iterdir())


def talk_entries(talk_ms: int, hold_ms: int = 0, reservation_id: str = R1, *, end_seen: bool = True) -> list[Entry]:
    who = {
        "interaction_id": InteractionId("c1"),
        "queue_id": QueueId("sales"),
        "agent_id": AgentId("ann"),
        "reservation_id": ReservationId(reservation_id),
    }
    answered = InteractionAnswered(**who, waited_ms=5_000, rang_ms=3_000)  # type: ignore[arg-type]  # one dict for two
    lengths = {"talk_ms": talk_ms, "hold_ms": hold_ms, "end_seen": end_seen}
    released = InteractionReleased(**who, **lengths, ended_by=EndedBy.CALLER)  # type: ignore[arg-type]  # as above
    end = Instant(ANSWERED_AT + talk_ms + hold_ms)
    return [
        Entry(seq=1, at=ANSWERED_AT, stream=ENGINE_STREAM, given=None, facts=(answered,)),
        Entry(seq=2, at=end, stream=ENGINE_STREAM, given=None, facts=(released,)),
    ]


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    made = Studio(tmp_path)
    yield made
    made.recorder.close()


async def test_a_talk_comes_onto_the_shelf_once_asterisk_has_closed_its_sound(studio: Studio) -> None:
    studio.record()
    studio.talk(talk_ms=1_500, hold_ms=500)
    studio.recorder.sound_closed(R1)

    await studio.until_noted()

    (stored,) = studio.notes.facts
    assert isinstance(stored, RecordingStored)
    assert (stored.interaction_id, stored.agent_id, stored.started_at) == ("c1", "ann", ANSWERED_AT)
    assert (stored.file_name, stored.duration_ms) == ("2026/11/24/c1/c1-r1.wav", 2_000)
    left, right = read_stereo(studio.shelf_dir / stored.file_name)
    assert abs(loudest_hz(left) - 400) < 1
    assert abs(loudest_hz(right) - 1_000) < 1
    assert studio.shelf.kept == {R1: stored}
    assert studio.left_in_spool() == []


async def test_sound_that_is_closed_before_the_talk_is_said_to_be_over_waits_for_that(studio: Studio) -> None:
    studio.record()
    answered, released = talk_entries(2_000)
    studio.recorder.on_entry(answered)
    studio.recorder.sound_closed(R1)
    assert studio.recorder.waiting_count == 0
    studio.recorder.on_entry(released)

    await studio.until_noted()

    assert studio.recorder.counters.stored == 1


async def test_a_switch_that_never_says_so_is_not_waited_for_longer_than_the_limit(studio: Studio) -> None:
    studio.start_anew(closed_ms_max=10)
    studio.record()
    studio.talk()

    await studio.until_noted()

    assert studio.recorder.counters.stored == 1


async def test_a_talk_is_stored_once_however_often_the_switch_says_it_is_closed(studio: Studio) -> None:
    studio.record()
    studio.talk()
    for _ in range(3):
        studio.recorder.sound_closed(R1)
    await studio.until_noted()
    studio.recorder.sound_closed(R1)
    studio.record(reservation_id="c1-r2")
    studio.talk(reservation_id="c1-r2")
    studio.recorder.sound_closed(ReservationId("c1-r2"))

    await studio.until_noted(2)

    assert [fact.reservation_id for fact in studio.notes.facts] == [R1, "c1-r2"]


async def test_sound_of_an_unknown_leg_is_nobodys_business(studio: Studio) -> None:
    studio.recorder.sound_closed(ReservationId("c9-r9"))

    assert studio.recorder.waiting_count == 0


async def test_a_recording_shorter_than_the_talk_by_more_than_a_second_is_told_and_its_sound_kept(
    studio: Studio,
) -> None:
    studio.record(ms=2_000)
    studio.talk(talk_ms=3_001)
    studio.recorder.sound_closed(R1)

    await studio.until_noted()

    (failed,) = studio.notes.facts
    assert isinstance(failed, RecordingFailed)
    assert (failed.problem, failed.expected_ms, failed.found_ms) == ("short", 3_001, 2_000)
    assert studio.left_in_spool() == ["c1-r1-agent.wav", "c1-r1-caller.wav"]
    assert studio.shelf.kept == {}


async def test_a_talk_whose_end_nobody_saw_may_have_been_as_short_as_its_recording(studio: Studio) -> None:
    studio.record(ms=2_000)
    studio.talk(talk_ms=60_000, end_seen=False)
    studio.recorder.sound_closed(R1)

    await studio.until_noted()

    (stored,) = studio.notes.facts
    assert isinstance(stored, RecordingStored)
    assert stored.duration_ms == 2_000


async def test_a_talk_whose_end_nobody_saw_is_told_to_be_short_and_kept_when_asterisk_never_closed_its_files(
    studio: Studio,
) -> None:
    studio.record(ms=2_000)
    for name in studio.left_in_spool():
        leave_open(studio.spool / name)
    studio.talk(talk_ms=3_500, end_seen=False)
    studio.recorder.sound_closed(R1)

    await studio.until_noted()

    failed, stored = studio.notes.facts
    assert isinstance(failed, RecordingFailed)
    assert (failed.problem, failed.expected_ms, failed.found_ms) == ("short", 3_500, 2_000)
    assert isinstance(stored, RecordingStored)
    assert stored.duration_ms == 2_000
    assert studio.shelf.kept == {R1: stored}
    assert studio.left_in_spool() == []


async def test_files_that_asterisk_died_over_before_it_wrote_any_sound_are_no_recording(studio: Studio) -> None:
    studio.record(ms=0)
    for name in studio.left_in_spool():
        leave_open(studio.spool / name)
    studio.talk(talk_ms=1_500, end_seen=False)
    studio.recorder.sound_closed(R1)

    await studio.until_noted()

    (failed,) = studio.notes.facts
    assert isinstance(failed, RecordingFailed)
    assert (failed.problem, failed.found_ms) == ("short", 0)
    assert studio.shelf.kept == {}


async def test_a_recording_within_a_second_of_the_talk_is_good(studio: Studio) -> None:
    studio.record(ms=2_000)
    studio.talk(talk_ms=3_000)
    studio.recorder.sound_closed(R1)

    await studio.until_noted()

    assert isinstance(studio.notes.facts[0], RecordingStored)


@pytest.mark.parametrize(("spoilt", "problem"), [(None, "missing"), (b"", "unreadable"), (b"no sound", "unreadable")])
async def test_missing_or_unreadable_sound_is_told(studio: Studio, spoilt: bytes | None, problem: str) -> None:
    studio.record()
    path = studio.spool / "c1-r1-agent.wav"
    path.unlink() if spoilt is None else path.write_bytes(spoilt)
    studio.talk()
    studio.recorder.sound_closed(R1)

    await studio.until_noted()

    (failed,) = studio.notes.facts
    assert isinstance(failed, RecordingFailed)
    assert failed.problem == problem
    assert studio.recorder.counters.failed == 1


@pytest.mark.parametrize("hostile", ["../../../etc/cron-r1", "c1/../x-r1", "c1\n-r1"])
async def test_an_id_that_would_leave_the_folder_opens_nothing(studio: Studio, hostile: str) -> None:
    studio.talk(reservation_id=hostile)
    studio.recorder.sound_closed(ReservationId(hostile))

    await studio.until_noted()

    assert isinstance(studio.notes.facts[0], RecordingFailed)
    assert not studio.shelf_dir.exists()


async def test_a_shelf_that_is_away_for_a_while_is_tried_again(studio: Studio) -> None:
    studio.record()
    studio.talk()
    studio.shelf.fail_next = 2
    studio.recorder.sound_closed(R1)

    await studio.until_noted()

    assert (studio.recorder.counters.stored, studio.recorder.counters.retried) == (1, 2)
    assert len(studio.notes.facts) == 1


async def test_a_shelf_that_stays_away_leaves_the_sound_for_the_next_start(studio: Studio) -> None:
    studio.record()
    studio.talk()
    studio.shelf.fail_next = 1 + TRIES_MAX
    studio.recorder.sound_closed(R1)
    await studio.until(lambda: studio.recorder.counters.left_out == 1)
    assert (studio.recorder.waiting_count, studio.notes.facts) == (0, [])
    assert len(studio.left_in_spool()) == 2

    studio.recorder.close()
    studio.shelf.fail_next = 0
    studio.start_anew(closed_ms_max=1)
    studio.talk()
    await studio.until_noted()

    assert isinstance(studio.notes.facts[0], RecordingStored)


async def test_a_start_from_a_checkpoint_goes_on_with_talks_that_last_and_tries_those_that_were_left(
    studio: Studio,
) -> None:
    studio.record()
    studio.shelf.fail_next = 1 + TRIES_MAX
    studio.talk()
    studio.recorder.sound_closed(R1)
    await studio.until(lambda: studio.recorder.counters.left_out == 1)
    answered, released = talk_entries(2_000, reservation_id="c1-r2")
    studio.recorder.on_entry(answered)
    kept = msgspec.json.decode(msgspec.json.encode(studio.recorder.checkpoint()), type=tuple[Talk, ...])
    studio.recorder.close()

    again = studio.start_anew(closed_ms_max=10)
    again.resume(kept)
    assert again.checkpoint() == kept
    studio.record(reservation_id="c1-r2")
    again.on_entry(released)
    await studio.until_noted(2)

    assert sorted(studio.shelf.kept) == [R1, "c1-r2"]
    assert again.checkpoint() == ()


async def test_a_crash_between_shelf_and_journal_is_made_up_for_without_a_second_merge(studio: Studio) -> None:
    studio.record()
    studio.talk()
    studio.recorder.sound_closed(R1)
    await studio.until_noted()
    (stored,) = studio.notes.facts
    studio.notes.facts.clear()

    studio.recorder.close()
    studio.start_anew(closed_ms_max=1)
    studio.talk()
    await studio.until_noted()

    assert studio.notes.facts == [stored]


async def test_a_crash_between_journal_and_spool_is_swept_up(studio: Studio) -> None:
    studio.record()
    studio.talk()
    studio.recorder.sound_closed(R1)
    await studio.until_noted()
    studio.record()
    studio.record(reservation_id="c7-r1")
    (studio.spool / "notes.wav").write_text("not ours")

    studio.recorder.close()
    studio.start_anew()
    await studio.until(lambda: len(studio.left_in_spool()) == 3)

    assert studio.left_in_spool() == ["c7-r1-agent.wav", "c7-r1-caller.wav", "notes.wav"]


async def test_folding_old_talks_that_are_stored_starts_nothing(studio: Studio) -> None:
    studio.record()
    studio.talk()
    studio.recorder.sound_closed(R1)
    await studio.until_noted()
    old = studio.notes.facts[0]

    studio.recorder.close()
    studio.start_anew(closed_ms_max=1)
    studio.talk()
    studio.recorder.on_entry(Entry(seq=3, at=ANSWERED_AT, stream="recorder", given=None, facts=(old,)))
    studio.record(reservation_id="c1-r2")
    studio.talk(reservation_id="c1-r2")
    await studio.until_noted(2)

    assert [fact.reservation_id for fact in studio.notes.facts] == [R1, "c1-r2"]


async def test_little_room_on_the_disk_is_an_alarm_and_no_reason_to_lose_a_recording(studio: Studio) -> None:
    assert not studio.recorder.watch.disk_is_short()
    studio.start_anew(free_bytes_min=shutil.disk_usage(studio.spool).total + 1)
    studio.record()
    studio.talk()
    studio.recorder.sound_closed(R1)

    await studio.until_noted()

    assert studio.recorder.watch.disk_is_short()
    assert (studio.recorder.counters.disk_short, studio.recorder.counters.stored) == (1, 1)


async def test_finishing_waits_for_talks_that_are_over_but_not_for_ever(studio: Studio) -> None:
    studio.record()
    studio.talk()
    await studio.recorder.finish(within_s=0.01)
    assert studio.recorder.waiting_count == 1

    running = asyncio.create_task(studio.recorder.run())
    studio.recorder.sound_closed(R1)
    await studio.recorder.finish(within_s=5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert studio.recorder.counters.stored == 1


async def test_a_talk_that_asterisk_brought_about_by_itself_is_found_under_its_interactions_name(
    studio: Studio,
) -> None:
    studio.record(reservation_id="c1-aside")
    studio.talk()
    studio.recorder.sound_closed(R1)

    await studio.until_noted()

    (stored,) = studio.notes.facts
    assert isinstance(stored, RecordingStored)
    assert stored.reservation_id == R1
    assert studio.left_in_spool() == []


async def test_with_recording_off_only_talks_that_have_sound_are_looked_after(tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.start_anew(closed_ms_max=1, records=False)
    began_before = ReservationId("c1-r2")
    studio.record(reservation_id=began_before)
    studio.talk()
    studio.talk(reservation_id=began_before)

    await studio.until_noted()

    assert [(type(fact), fact.reservation_id) for fact in studio.notes.facts] == [(RecordingStored, began_before)]
