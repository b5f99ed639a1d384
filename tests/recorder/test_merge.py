"""Two one-way files become one: who is heard where, and what happens to files that are not as they should be."""

import os
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from recorder import merge as merge_module
from recorder.merge import SoundUnreadable, merge
from tests.recorder.sound import leave_open, loudest_hz, read_stereo, tone, write_one_way


@pytest.fixture
def caller(tmp_path: Path) -> Path:
    return tmp_path / "c1-r1-caller.wav"


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    return tmp_path / "c1-r1-agent.wav"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "shelf" / "2026" / "c1-r1.wav"


def test_the_caller_is_heard_left_and_the_agent_right(caller: Path, agent: Path, target: Path) -> None:
    write_one_way(caller, tone(400, 2_000))
    write_one_way(agent, tone(1_000, 2_000))

    made = merge(caller=caller, agent=agent, target=target)

    left, right = read_stereo(target)
    assert abs(loudest_hz(left) - 400) < 1
    assert abs(loudest_hz(right) - 1_000) < 1
    assert (made.duration_ms, made.uneven_ms, made.byte_count) == (2_000, 0, 44 + 2_000 * 8 * 4)
    assert made.byte_count == target.stat().st_size
    assert made.sha256 == sha256(target.read_bytes()).hexdigest()


def test_every_sample_is_kept_across_blocks(
    caller: Path, agent: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge_module, "FRAMES_PER_BLOCK", 1_000)
    chance = np.random.default_rng(7)
    heard = [chance.integers(-32_768, 32_767, size=4_321, dtype="<i2") for _ in range(2)]
    write_one_way(caller, heard[0])
    write_one_way(agent, heard[1])

    merge(caller=caller, agent=agent, target=target)

    left, right = read_stereo(target)
    assert np.array_equal(left, heard[0])
    assert np.array_equal(right, heard[1])


def test_the_shorter_side_is_filled_with_silence_and_that_is_told(caller: Path, agent: Path, target: Path) -> None:
    write_one_way(caller, tone(400, 3_000))
    write_one_way(agent, tone(1_000, 1_000))

    made = merge(caller=caller, agent=agent, target=target)

    left, right = read_stereo(target)
    assert (made.duration_ms, made.uneven_ms) == (3_000, 2_000)
    assert len(left) == len(right) == 24_000
    assert not right[8_000:].any()


def test_a_header_that_was_never_finished_is_not_believed(caller: Path, agent: Path, target: Path) -> None:
    for path, hz in ((caller, 400), (agent, 1_000)):
        write_one_way(path, tone(hz, 1_500))
    assert merge(caller=caller, agent=agent, target=target).closed

    leave_open(agent)

    made = merge(caller=caller, agent=agent, target=target)
    assert (made.duration_ms, made.closed) == (1_500, False)


def test_a_file_without_sound_is_finished_or_not(caller: Path, agent: Path, target: Path) -> None:
    for path in (caller, agent):
        write_one_way(path, tone(400, 0))
    assert merge(caller=caller, agent=agent, target=target).closed

    leave_open(agent)
    assert not merge(caller=caller, agent=agent, target=target).closed


def test_a_file_cut_off_in_the_middle_of_a_sample_is_used_up_to_there(caller: Path, agent: Path, target: Path) -> None:
    write_one_way(agent, tone(1_000, 1_000))
    os.truncate(write_one_way(caller, tone(400, 1_000)), 44 + 8_001)

    made = merge(caller=caller, agent=agent, target=target)

    left, _ = read_stereo(target)
    assert (made.duration_ms, made.uneven_ms) == (1_000, 500)
    assert left[3_900:4_000].any()
    assert not left[4_000:].any()


def test_two_files_without_a_single_sample_make_an_empty_recording(caller: Path, agent: Path, target: Path) -> None:
    for path in (caller, agent):
        write_one_way(path, tone(400, 0))

    assert merge(caller=caller, agent=agent, target=target).duration_ms == 0


@pytest.mark.parametrize("lacking", ["caller", "agent", "both"])
def test_a_missing_side_is_named(caller: Path, agent: Path, target: Path, lacking: str) -> None:
    if lacking != "caller" and lacking != "both":
        write_one_way(caller, tone(400, 100))
    if lacking != "agent" and lacking != "both":
        write_one_way(agent, tone(400, 100))

    with pytest.raises(SoundUnreadable) as refused:
        merge(caller=caller, agent=agent, target=target)

    assert refused.value.problem == "missing"
    assert not target.parent.exists()


@pytest.mark.parametrize("content", [b"", b"RIFF", b"\0" * 44, b"ID3" + b"x" * 100, b"RIFF" + b"x" * 100])
def test_what_is_no_wav_file_is_refused(caller: Path, agent: Path, target: Path, content: bytes) -> None:
    write_one_way(agent, tone(400, 100))
    caller.write_bytes(content)

    with pytest.raises(SoundUnreadable) as refused:
        merge(caller=caller, agent=agent, target=target)

    assert refused.value.problem == "unreadable"
    assert not target.exists()


@pytest.mark.parametrize(
    ("channels", "width", "rate_hz"), [(2, 2, 8_000), (1, 1, 8_000), (1, 2, 0x7FFFFFFF), (1, 2, 16_000)]
)
def test_sound_of_another_form_is_refused(
    caller: Path, agent: Path, target: Path, channels: int, width: int, rate_hz: int
) -> None:
    write_one_way(agent, tone(400, 100))
    write_one_way(caller, tone(400, 100), channels=channels, width=width, rate_hz=rate_hz)

    with pytest.raises(SoundUnreadable):
        merge(caller=caller, agent=agent, target=target)


def test_what_would_pass_a_wav_files_limit_is_refused_before_anything_is_written(
    caller: Path, agent: Path, target: Path
) -> None:
    write_one_way(agent, tone(400, 100))
    # A file with a hole: its size is real, the disk holds next to nothing.
    os.truncate(write_one_way(caller, tone(400, 100)), 2**30 + 1_000)

    with pytest.raises(SoundUnreadable, match="longer"):
        merge(caller=caller, agent=agent, target=target)

    assert not target.parent.exists()


def test_a_failure_half_way_leaves_the_older_recording_and_no_remains(
    caller: Path, agent: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (caller, agent):
        write_one_way(path, tone(400, 100))
    target.parent.mkdir(parents=True)
    target.write_bytes(b"the older one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(merge_module, "_write_stereo", full)
    with pytest.raises(OSError, match="No space"):
        merge(caller=caller, agent=agent, target=target)

    assert [path.name for path in target.parent.iterdir()] == [target.name]
    assert target.read_bytes() == b"the older one"


def test_merging_again_replaces_the_file_whole(caller: Path, agent: Path, target: Path) -> None:
    for path in (caller, agent):
        write_one_way(path, tone(400, 500))
    first = merge(caller=caller, agent=agent, target=target)

    assert merge(caller=caller, agent=agent, target=target) == first
    assert [path.name for path in target.parent.iterdir()] == [target.name]
