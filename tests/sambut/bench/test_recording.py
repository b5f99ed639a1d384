"""The recording benchmark finds the recordings that are short or missing, and gives no figures of failed calls."""

from pathlib import Path

import pytest

from sambut.bench.calls import TooManyFailed
from sambut.bench.calls_figures import Trip
from sambut.bench.recording import Kept, mixed_files, recording_figures

SPENT = (6_000.0, 500.0, 9_000.0, 20_000.0)


def trip(*, failed: int = 0) -> Trip:
    return Trip(placed=3, failed=failed, calls_per_s=1.0, answer_to_ring_ms=(), free_to_ring_ms=())


def kept(*durations_ms: int) -> list[Kept]:
    return [Kept(duration_ms=each, byte_count=each * 32) for each in durations_ms]


def test_a_short_recording_and_a_missing_one_are_truncated() -> None:
    figures = recording_figures(trip(), kept(10_000, 8_900), talk_ms=10_000, spent=SPENT)

    assert (figures.recorded, figures.truncated, figures.shortest_ms) == (2, 2, 8_900)


def test_processor_time_is_told_by_call_and_as_a_share_of_a_core() -> None:
    figures = recording_figures(trip(), kept(10_000, 9_990, 10_020), talk_ms=10_000, spent=SPENT)

    assert (figures.cpu_ms_per_call, figures.core_share_per_call) == (2_000, 0.2)
    assert figures.truncated == 0
    assert figures.machine_busy_share == 0.45


def test_what_is_not_recorded_is_not_truncated() -> None:
    figures = recording_figures(trip(), None, talk_ms=10_000, spent=SPENT)

    assert (figures.recorded, figures.truncated, figures.bytes_per_s) == (None, None, None)


def test_failed_calls_give_no_figures() -> None:
    with pytest.raises(TooManyFailed, match="1 of 3"):
        recording_figures(trip(failed=1), None, talk_ms=10_000, spent=SPENT)


def test_a_mixed_file_is_as_long_as_its_samples(tmp_path: Path) -> None:
    (tmp_path / "1.wav").write_bytes(b"\0" * (44 + 16_000))

    assert mixed_files(tmp_path) == [Kept(duration_ms=1_000, byte_count=16_044)]
