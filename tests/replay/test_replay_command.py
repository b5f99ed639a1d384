"""A journal written under one hash seed is replayed under another, by the command, and equals its record."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sambut.why.journals import url_of

ROOT = Path(__file__).parents[2]


def _run(hash_seed: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


@pytest.mark.slow  # two processes, two thousand inputs through the database
def test_what_was_decided_under_one_hash_seed_is_decided_so_under_another(tmp_path: Path) -> None:
    settings = tmp_path / "sambut.toml"
    settings.write_text(f'[paths]\ndata_dir = "{tmp_path}"\n')
    _run("1", "-m", "tests.replay.journal_day", "7", "2000", url_of(tmp_path))

    command = "from sambut.cli import app; app()"
    told = _run("2", "-c", command, "replay", "2027-01-15", "2027-02-15", "--settings", str(settings)).splitlines()

    assert told[-1] == "Everything came out as it is recorded."
    assert int(told[0].split()[0]) > 2_000
