"""A caller list as a CSV file: taken whole or told by line, and harmless when it is written again."""

import csv
import io
from collections.abc import Iterator

from centre.list_csv import ListInvalid, Where, read_list, write_list
from centre.problems import Problem
from ivr.core.caller_lists import ListEntry
from tests.fuzz.target import Target

FORMULA_SIGNS = frozenset("=+-@\t\r")
JAKARTA = Where(country="ID", timezone="Asia/Jakarta")


def take(data: bytes) -> None:
    """One file."""
    problems: tuple[Problem, ...] = ()
    entries: tuple[ListEntry, ...] = ()
    try:
        entries = read_list(data, JAKARTA)
    except ListInvalid as wrong:
        problems = wrong.problems
    lines = data.count(b"\n") + 1
    assert all(1 <= one.line <= lines and one.what and one.mend for one in problems)
    assert len({entry.match for entry in entries}) == len(entries)
    text = write_list(entries)
    assert not any(cell[:1] in FORMULA_SIGNS for row in csv.reader(io.StringIO(text)) for cell in row if cell)
    assert read_list(text.encode(), JAKARTA) == entries


def seeds() -> Iterator[bytes]:
    """Files as spreadsheets write them, and some that are none."""
    yield "\ufeffnumber;customer;reason;owner;until\r\n'+628123456789;;=1+1;Sari;2026-12-31\r\n".encode()
    yield b"number,customer\n0812*,\n,INV 77\n1500123,\n"
    yield b'number,reason\n169,"a ""quoted"" word"\n110,"open\n'
    yield b"customer\tuntil\nK-1\t2026-12-31T17:00:00Z\nK-2\t9999-12-31\n"
    yield b"number\n6.28E+12\n\x00\n\xff\n"


TARGET = Target(take=take, seeds=seeds)
