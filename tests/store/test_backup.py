"""The backup that the page for operators tells: made while the database is written, and put into an empty folder."""

import asyncio
import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from recorder.facts import RecordingStored
from store.database import Database
from store.journal import StoreJournal
from store.recordings import StoreRecordings
from tests.store.conftest import url_of
from tests.store.samples import sample_of
from tests.store.test_journal import seqs, silence
from tests.tidy.tree import ROOT

PAGE = ROOT / "docs" / "operations.md"
COMMAND = re.compile(r'^\.venv/bin/python -c "(?P<code>import sqlite3; .+)"$', re.MULTILINE)
SOUND = b"RIFF" + bytes(4_000)


@pytest.mark.slow  # starts a Python process
async def test_a_backup_made_in_the_middle_of_work_comes_back_whole_in_an_empty_folder(
    empty_file: Path, tmp_path: Path
) -> None:
    code = COMMAND.findall(PAGE.read_text("utf-8"))
    assert len(code) == 1, "the page tells one way"
    live = tmp_path / "var" / "data" / "sambut.sqlite3"
    live.parent.mkdir(parents=True)
    shutil.copy(empty_file, live)
    database = Database(url_of(live))
    journal = StoreJournal(database)
    await journal.append([silence(1), silence(2)])
    stored = recording(live.parent / "recordings")
    await StoreRecordings(database).add(stored)
    before = await journal.last_seq()
    writing = asyncio.create_task(write_on(journal))

    done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code[0]], cwd=tmp_path, timeout=30)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await database.close()

    assert done.returncode == 0
    restored = tmp_path / "elsewhere"
    restored.mkdir()
    shutil.copy(tmp_path / "backup.sqlite3", restored / "sambut.sqlite3")
    shutil.copytree(live.parent / "recordings", restored / "recordings")
    again = Database(url_of(restored / "sambut.sqlite3"))
    found = await seqs(StoreJournal(again))
    (kept,) = await StoreRecordings(again).of_interaction(stored.interaction_id)
    await again.prove_writable()
    await again.close()
    assert found == list(range(1, len(found) + 1))
    assert len(found) >= before
    assert hashlib.sha256((restored / "recordings" / kept.file_name).read_bytes()).hexdigest() == kept.sha256


async def write_on(journal: StoreJournal) -> None:
    """Write without end."""
    while True:
        await journal.append([silence(await journal.last_seq() + 1)])


def recording(folder: Path) -> RecordingStored:
    """One on the disk, and the fact of it."""
    sample: RecordingStored = sample_of(RecordingStored)
    folder.mkdir()
    (folder / sample.file_name).write_bytes(SOUND)
    return RecordingStored(
        **{name: getattr(sample, name) for name in sample.__slots__}
        | {"sha256": hashlib.sha256(SOUND).hexdigest(), "byte_count": len(SOUND)}
    )
