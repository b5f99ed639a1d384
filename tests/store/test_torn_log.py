"""The power went in mid-write: whatever is left of the log's tail, a start finds a prefix, and all that was acknowledged."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from store.database import Database
from store.journal import StoreJournal
from tests.store.conftest import url_of
from tests.store.test_journal import seqs

HEADER_BYTES = 32
GROUPS = 30

WRITER = """
import asyncio, os, sys
from store.database import Database
from store.journal import StoreJournal
from tests.store.test_journal import silence

async def write(url, log):
    journal = StoreJournal(Database(url))
    seq = 0
    while True:
        group = [silence(seq + step) for step in range(1, 4)]
        await journal.append(group)
        seq = group[-1].seq
        print(seq, os.stat(log).st_size, flush=True)

asyncio.run(write(sys.argv[1], sys.argv[2]))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a killed writer left: the database's two files, and how long the log was when each entry was acknowledged."""

    file: Path
    log: bytes
    acknowledged: dict[int, int]

    def acknowledged_within(self, length: int) -> int:
        """The last entry that was acknowledged when the log was no longer than that."""
        return max((seq for seq, bytes_then in self.acknowledged.items() if bytes_then <= length), default=0)


@pytest.fixture(scope="module")
def left(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Left:
    """A writer, killed in the middle of its work."""
    file = tmp_path_factory.mktemp("torn") / "sambut.sqlite3"
    shutil.copy(empty_file, file)
    log = Path(f"{file}-wal")
    writer = subprocess.Popen([sys.executable, "-c", WRITER, url_of(file), str(log)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    said = [writer.stdout.readline() for _ in range(GROUPS)]
    writer.kill()
    said += [line for line in writer.stdout if line.endswith("\n")]
    writer.wait()
    writer.stdout.close()
    acknowledged = {int(seq): int(length) for seq, length in map(str.split, said)}
    return Left(file=file, log=log.read_bytes(), acknowledged=acknowledged)


def cuts(log: bytes) -> Iterator[int]:
    """Lengths to cut a log to: round every frame's end, in the middle of each, and anywhere."""
    page_bytes = int.from_bytes(log[8:12], "big")
    frame_bytes = 24 + page_bytes
    ends = range(HEADER_BYTES, len(log) + 1, frame_bytes)
    near = {end + off for end in list(ends)[-24:] for off in (-1, 0, 1, 24, frame_bytes // 2)}
    anywhere = {Random(7).randrange(len(log)) for _ in range(40)}
    yield from sorted(length for length in {0, 1, 31, *near, *anywhere} if 0 <= length <= len(log))


def laid_out(left: Left, folder: Path, log: bytes) -> Path:
    """The database as the power cut left it."""
    file = folder / "sambut.sqlite3"
    for ending in ("", "-wal", "-shm"):
        Path(f"{file}{ending}").unlink(missing_ok=True)
    shutil.copy(left.file, file)
    Path(f"{file}-wal").write_bytes(log)
    return file


async def found_after(left: Left, folder: Path, log: bytes) -> list[int]:
    """The entries that a start finds with that log."""
    file = laid_out(left, folder, log)
    database = Database(url_of(file))
    try:
        found = await seqs(StoreJournal(database))
        # And it goes on from there.
        await database.prove_writable()
    finally:
        await database.close()
    return found


@pytest.mark.slow  # a start for each of a hundred cuts
async def test_a_log_cut_anywhere_gives_a_prefix_with_all_that_was_acknowledged_by_then(
    left: Left, tmp_path: Path
) -> None:
    lengths = list(cuts(left.log))
    assert len(lengths) > 80
    for length in lengths:
        found = await found_after(left, tmp_path, left.log[:length])

        assert found == list(range(1, len(found) + 1)), length
        assert len(found) >= left.acknowledged_within(length), length
        assert len(found) % 3 == 0, "a group is there as a whole or not at all"


@pytest.mark.slow  # a start for each of forty torn places
async def test_a_tail_that_was_half_written_is_rejected_and_what_is_before_it_is_whole(
    left: Left, tmp_path: Path
) -> None:
    chance = Random(11)
    for _ in range(40):
        at = chance.randrange(HEADER_BYTES, len(left.log))
        torn = left.log[:at] + bytes(chance.randrange(256) for _ in range(min(4_096, len(left.log) - at)))
        found = await found_after(left, tmp_path, torn)

        assert found == list(range(1, len(found) + 1)), at
        assert len(found) >= left.acknowledged_within(at), at


async def test_the_whole_log_holds_all_that_was_acknowledged(left: Left, tmp_path: Path) -> None:
    found = await found_after(left, tmp_path, left.log)

    assert len(found) >= max(left.acknowledged) >= 3 * GROUPS
