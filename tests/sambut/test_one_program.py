"""One program for each data folder."""

import os
from pathlib import Path

import pytest

from sambut.one_program import FILE_NAME, AlreadyRunning, hold_place, running_pid
from sambut.settings import Paths, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(base_dir=tmp_path, paths=Paths(data_dir="data"))


def test_whoever_holds_the_place_is_known_until_the_end(settings: Settings) -> None:
    assert running_pid(settings) is None
    assert not settings.data_dir.exists()

    with hold_place(settings):
        assert running_pid(settings) == os.getpid()

    assert running_pid(settings) is None


def test_a_second_program_is_refused_with_the_first_ones_process_id(settings: Settings) -> None:
    with hold_place(settings):
        with pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}, runs with these data"), hold_place(settings):
            raise AssertionError("there are two")
        assert running_pid(settings) == os.getpid()


def test_a_program_that_died_leaves_its_place_free(settings: Settings) -> None:
    settings.data_dir.mkdir()
    (settings.data_dir / FILE_NAME).write_text("1234567890123\n")

    assert running_pid(settings) is None
    with hold_place(settings):
        assert running_pid(settings) == os.getpid()


def test_whoever_looks_does_not_stand_in_the_way(settings: Settings) -> None:
    with hold_place(settings):
        pass
    assert running_pid(settings) is None

    with hold_place(settings):
        assert running_pid(settings) == os.getpid()
