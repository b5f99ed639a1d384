"""Caller lists as CSV files, hostile ones too."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from centre.list_csv import LINES_MAX, ListInvalid, Where, read_list, write_list
from ivr.core.caller_lists import By, ListEntry, Match
from kernel.instants import Instant, to_iso

JAKARTA = Where(country="ID", timezone="Asia/Jakarta")
FORMULAS = ["=1+1", "+62", "-1", "@SUM(A1)", "'=1", "''@x", "\uff1d1", "'plain", "=cmd|' /C calc'!A0"]


def entries(text: str) -> list[ListEntry]:
    return list(read_list(text.encode(), JAKARTA))


def problems(source: str | bytes) -> list[str]:
    """What is wrong with a file; fails when nothing is."""
    with pytest.raises(ListInvalid) as wrong:
        read_list(source.encode() if isinstance(source, str) else source, JAKARTA)
    return [str(problem) for problem in wrong.value.problems]


@pytest.mark.parametrize(
    "text",
    [
        "number,reason,until\n08123456789,Shouts,2026-12-31\n",
        "\ufeffnumber;reason;until\r\n08123456789;Shouts;2026-12-31\r\n",
        "UNTIL\tReason\tNumber\n2026-12-31T17:00:00Z\tShouts\t+62 812-3456-789\n\n",
        "number,customer,reason,owner,until\n'+628123456789,,Shouts,,2027-01-01T00:00:00+07:00",
        '\n"number","reason","until",\n"08123456789","Shouts","2026-12-31",""\n'.replace(",\n", "\n", 1),
    ],
)
def test_one_file_in_the_ways_that_spreadsheets_write_it(text: str) -> None:
    (found,) = entries(text)

    assert found.match == Match(by=By.NUMBER, value="+628123456789")
    assert found.reason == "Shouts"
    assert found.until is not None
    assert to_iso(found.until) == "2026-12-31T17:00:00.000Z"


def test_beginnings_and_customers_are_entries_too() -> None:
    found = entries("number,customer\n0812169*,\n,INV 77\n")

    assert [(one.match.by, one.match.value) for one in found] == [(By.PREFIX, "+62812169"), (By.CUSTOMER, "INV77")]


def test_every_bad_line_is_told_with_its_number_and_how_to_mend_it() -> None:
    lines = [
        "number,customer,reason,owner,until",
        "08123456789,,fine,,",
        "abc,,no number,,",
        "6.28E+12,,rounded,,",
        "08123456789,,again,,",
        "169,K-1,both,,",
        ",,neither,,",
        "110,,late,,31-12-2026",
        "112,,too,many,,values,here",
        '113,,"open quote,,',
        "115,,nul\0byte,,",
        f"117,,{'x' * 121},,",
        "118,,turned\u202e,,",
        f"119,,{'x' * 2_000},,",
    ]
    told = problems("\n".join(lines))

    assert [line.split(":")[0] for line in told] == [f"line {number}" for number in range(3, 15)]
    assert all("; " in line for line in told)
    assert "stands in line 2" in told[2]
    assert "spreadsheet has rounded" in told[1]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"", "line 1: the file is empty"),
        (b"\n \n", "line 1: the file is empty"),
        (b"numbr,reason\n169,x\n", 'did you mean "number"'),
        (b"number,number\n169,110\n", "two columns number"),
        (b"reason,owner\nx,y\n", "there is no column number"),
        (b"number,reason\n169,caf\xe9\n", "line 2: the text is not UTF-8"),
        ("number\n169\n".encode("utf-16"), "UTF-16"),
        (b'"number\n169\n', "the quotes do not fit"),
        (b"n" * 1_000_000, "no line of names"),
        (b"number\n" + b"1\n" * (LINES_MAX + 5), f"more than {LINES_MAX} lines"),
        (b"\x00" * 1_000, "column 1 has a name that is not known"),
        (b"PK\x03\x04" + bytes(range(256)), "not UTF-8"),
    ],
)
def test_what_is_no_such_file_is_refused_in_one_sentence(source: bytes, says: str) -> None:
    (told,) = problems(source)

    assert says in told


def test_ten_megabytes_of_nonsense_are_told_line_by_line() -> None:
    told = problems("number,reason\n" + "=HYPERLINK(1),\0\n" * 100_000)

    assert len(told) == 100_000
    assert told[-1].startswith("line 100001: ")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_an_export_is_a_formula_and_it_comes_back_as_it_was(text: str) -> None:
    one = ListEntry(match=Match(by=By.NUMBER, value="+628123456789"), reason=text, owner=text, until=Instant(7))
    file = write_list([one])

    _, row = csv.reader(io.StringIO(file))
    assert not any(cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\uff1d"} for cell in row if cell)
    assert entries(file) == [one]


TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from("=+-@'\",; "), max_size=40).map(
    str.strip
)
MATCHES = st.one_of(
    st.from_regex(r"\+62812[0-9]{7}", fullmatch=True).map(lambda value: Match(by=By.NUMBER, value=value)),
    st.from_regex(r"\+62812[0-9]{1,5}", fullmatch=True).map(lambda value: Match(by=By.PREFIX, value=value)),
    st.from_regex(r"[A-Z0-9][A-Z0-9._/-]{0,20}", fullmatch=True).map(lambda value: Match(by=By.CUSTOMER, value=value)),
)
ENTRIES = st.builds(
    ListEntry,
    match=MATCHES,
    reason=TEXTS,
    owner=TEXTS,
    until=st.none() | st.integers(0, 4_102_444_800_000).map(Instant),
)


@given(st.lists(ENTRIES, unique_by=lambda one: one.match, max_size=5))
def test_exporting_and_importing_changes_nothing(listed: list[ListEntry]) -> None:
    assert entries(write_list(listed)) == listed


@given(st.binary(max_size=300), st.sampled_from([b"", b"number,reason\n", b"customer;until\n"]))
def test_any_bytes_are_entries_or_told_by_line(tail: bytes, head: bytes) -> None:
    source, problems, found = head + tail, None, None
    try:
        found = read_list(source, JAKARTA)
    except ListInvalid as wrong:
        problems = wrong.problems
    assert found is not None or problems
    assert all(1 <= problem.line <= source.count(b"\n") + 1 for problem in problems or ())
    assert read_list(write_list(found or ()).encode(), JAKARTA) == (found or ())
