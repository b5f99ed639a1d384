"""The fuzzer finds a planted mistake and a planted hang, keeps the input, and is content with what is sound."""

from pathlib import Path

import pytest

from tests.fuzz import planted_crash, planted_hang
from tests.fuzz.running import fuzz
from tests.fuzz.target import Hang

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]  # a process of its own, instrumented

SECONDS = 20


def test_a_mistake_behind_four_letters_is_found_and_can_be_repeated(tmp_path: Path) -> None:
    found = fuzz(planted_crash.__name__, seconds=SECONDS, folder=tmp_path).finding

    assert found is not None
    assert found.file is not None
    assert "the planted mistake" in found.words
    with pytest.raises(ValueError, match="planted"):
        planted_crash.TARGET.try_one(found.file.read_bytes())


def test_an_input_that_takes_too_long_is_found(tmp_path: Path) -> None:
    found = fuzz(planted_hang.__name__, seconds=SECONDS, folder=tmp_path).finding

    assert found is not None
    assert found.file is not None
    assert Hang.__name__ in found.words
    assert found.file.read_bytes()[:1] == b"x"


def test_a_sound_reader_is_left_alone_and_its_ways_are_kept(tmp_path: Path) -> None:
    run = fuzz("tests.fuzz.targets.cti", seconds=3, folder=tmp_path)

    assert run.finding is None
    assert run.executions > 100
    assert run.coverage > 10
    assert list((tmp_path / "reached").iterdir())
