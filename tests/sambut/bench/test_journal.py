"""The journal benchmark writes the same on both sides, durably, and notices what is lost."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from acd.core.facts import InteractionEnded
from sambut.bench import journal
from store.database import Database
from store.journal import StoreJournal

pytestmark = pytest.mark.slow  # databases are made, and children are started


def lines(file: Path) -> tuple[list[object], list[object]]:
    with sqlite3.connect(file) as database:
        found = [
            database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608 - names of ours
            for table in ("journal_entry", "journal_subject")
        ]
    database.close()
    return found[0], found[1]


def test_the_entries_are_those_of_whole_calls() -> None:
    entries = journal.entries_of_calls(3)

    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert sum(isinstance(fact, InteractionEnded) for entry in entries for fact in entry.facts) == 3


def test_both_sides_write_the_same_rows(tmp_path: Path) -> None:
    entries = journal.entries_of_calls(3)
    grouped, single = tmp_path / "grouped.sqlite3", tmp_path / "single.sqlite3"
    asyncio.run(journal.write_grouped(grouped, entries, 7))
    journal.write_one_by_one(single, journal.rows_of(grouped, len(entries)))

    assert lines(grouped) == lines(single)
    assert len(lines(grouped)[0]) == len(entries)


def test_what_a_killed_writer_was_told_is_there_and_a_hole_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "killed.sqlite3"
    acknowledged, lost = journal.kill_while_appending(file, after_s=0.01)
    assert acknowledged > 0
    assert lost == 0

    again, lost = journal.kill_while_appending(file, after_s=0.01)
    assert again > acknowledged
    assert lost == 0

    with sqlite3.connect(file) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        database.execute("DELETE FROM journal_entry WHERE seq = (SELECT max(seq) FROM journal_entry)")
    database.close()
    assert journal.missing(file, up_to=seqs(file) + 1) == 1


def seqs(file: Path) -> int:
    async def last() -> int:
        database = Database(journal.url_of(file))
        try:
            return await StoreJournal(database).last_seq()
        finally:
            await database.close()

    return asyncio.run(last())
