"""A data folder that can only be read: the start ends in a sentence, and in mid-air nothing is left."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sambut.settings import Settings
from tests.e2e.floor import settings_in
from tests.e2e.shell import sambut, write_settings
from tests.e2e.start import processes_of, save_sample_centre

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(60)]

WITHOUT_POWERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")
"""Root may write everywhere, unless it gives that up."""


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Settings]:
    """A centre that could be started, were it not for its folder."""
    made = settings_in(tmp_path)
    await save_sample_centre(made)
    made.data_dir.chmod(0o500)
    yield made
    made.data_dir.chmod(0o700)
    for pid in processes_of(made.run_dir):
        os.kill(pid, signal.SIGKILL)


async def test_a_start_in_a_folder_that_can_only_be_read_is_refused_in_a_sentence(settings: Settings) -> None:
    before = WITHOUT_POWERS if os.geteuid() == 0 else ()
    file = write_settings(settings, settings.base_dir / "sambut.toml")

    said = await sambut(file, "up", before=before)

    *_, sentence = said.errors.splitlines()
    assert said.code == 1
    assert "Traceback" not in said.errors
    assert sentence.startswith("Not started: ")
    assert str(settings.data_dir) in sentence
    assert processes_of(settings.run_dir) == []
