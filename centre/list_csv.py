"""A caller list as a CSV file: read with every bad line told, written so that no spreadsheet runs anything. Pure.

Columns by their names in the first line: ``number``, ``customer`` (one of the two filled in each line), ``reason``,
``owner``, ``until`` (a day, to whose end it counts, or a moment of RFC 3339). ``read_list(write_list(entries)) == entries``.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from centre.compound import OWNER, REASON
from centre.list_entries import end_of_day
from centre.nearest import suggestion
from centre.problems import Problem, Refused
from ivr.core.caller_lists import BadMatch, ListEntry, Match, match_of
from kernel.instants import Instant, from_datetime, to_iso

COLUMNS = ("number", "customer", "reason", "owner", "until")
LINES_MAX = 200_000
LINE_LENGTH_MAX = 2_000

_SEPARATORS = ",;\t"
_STARTS_FORMULA = re.compile("'*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_ESCAPED = re.compile("'+[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class ListInvalid(Exception):
    """The file is refused as a whole; ``problems``: everything wrong in it, by line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class BadValue(ValueError):
    """One value of an entry cannot be taken: of which column, what is wrong, and how to mend it."""

    def __init__(self, column: str, what: str, how: str) -> None:
        super().__init__(what)
        self.column = column
        self.what = what
        self.how = how


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An entry as people write it."""

    number: str = ""
    customer: str = ""
    reason: str = ""
    owner: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where the centre is: national numbers are of this country, days of this time zone."""

    country: str
    timezone: str


def entry_of(written: Written, where: Where) -> ListEntry:
    """The entry that people mean. Raises BadValue."""
    try:
        match = match_of(number=written.number, customer=written.customer, country=where.country)
    except BadMatch as bad:
        raise BadValue("customer" if written.customer else "number", bad.what, bad.how) from None
    texts: list[str] = []
    for column, kind, text in (("reason", REASON, written.reason), ("owner", OWNER, written.owner)):
        try:
            texts.append(kind.read(text.strip()))
        except Refused as refused:
            raise BadValue(column, refused.faults[0].what, refused.faults[0].mend) from None
    return ListEntry(match=match, reason=texts[0], owner=texts[1], until=until_of(written.until, where.timezone))


def until_of(text: str, timezone: str) -> Instant | None:
    """Until when an entry counts; None for "". Raises BadValue."""
    text = text.strip()
    try:
        if not text:
            return None
        return end_of_day(text, timezone) if _DAY.fullmatch(text) else from_datetime(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        how = 'write the last day as "2026-12-31", or a moment with its time zone as "2026-12-31T17:00:00Z"'
        raise BadValue("until", "this is neither a day nor a moment", how) from None


def read_list(source: bytes, where: Where) -> tuple[ListEntry, ...]:
    """The entries of a file, in its order.

    Raises ListInvalid with every line that is wrong: then none of them may be taken.
    """
    lines = _text(source).split("\n")
    head = next((number for number, line in enumerate(lines) if line.strip()), None)
    if head is None:
        raise _invalid(1, "the file is empty", f"write the names of the columns first: {','.join(COLUMNS)}")
    if len(lines) - head > LINES_MAX + 2:
        raise _invalid(LINES_MAX + head + 2, f"more than {LINES_MAX} lines", "import it in parts, without replace")
    separator = max(_SEPARATORS, key=lines[head].count)
    if len(lines[head]) > LINE_LENGTH_MAX:
        raise _invalid(head + 1, "this is no line of names", f"write the names of the columns: {','.join(COLUMNS)}")
    columns = _columns(lines[head].rstrip("\r"), separator, head + 1)
    found = _Found(where)
    for number, line in enumerate(lines[head + 1 :], head + 2):
        if line.strip():
            found.take(number, line.rstrip("\r"), columns, separator)
    if found.problems:
        raise ListInvalid(found.problems)
    return tuple(found.entries)


def write_list(entries: Iterable[ListEntry]) -> str:
    """The file of entries, each with all columns; what a spreadsheet would run has an apostrophe before it."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_inert(cell) for cell in _cells(entry)] for entry in entries)
    return file.getvalue()


def _cells(entry: ListEntry) -> Iterator[str]:
    yield from (entry.match.number, entry.match.customer, entry.reason, entry.owner)
    yield "" if entry.until is None else to_iso(entry.until)


def _inert(cell: str) -> str:
    return f"'{cell}" if _STARTS_FORMULA.match(cell) else cell


def _meant(cell: str) -> str:
    return cell[1:] if _ESCAPED.match(cell) else cell


def _text(source: bytes) -> str:
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _invalid(1, "the file is UTF-16, not UTF-8", 'save it as "CSV UTF-8"')
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        # Every line of such a file would be wrong or not by chance; that it is another encoding is what there is to say.
        line = source.count(b"\n", 0, wrong.start) + 1
        raise _invalid(line, "the text is not UTF-8", 'save the file as "CSV UTF-8"') from None


def _columns(head: str, separator: str, line: int) -> list[str]:
    try:
        columns = [_meant(cell).strip().lower() for cell in _split(head, separator)]
    except csv.Error:
        raise _invalid(line, "the quotes do not fit", "close every quote") from None
    for position, name in enumerate(columns):
        if name not in COLUMNS:
            mend = suggestion(name, COLUMNS) or f"the columns are {', '.join(COLUMNS)}"
            raise _invalid(line, f"column {position + 1} has a name that is not known", mend)
        if name in columns[:position]:
            raise _invalid(line, f"there are two columns {name}", "leave one of them out")
    if "number" not in columns and "customer" not in columns:
        raise _invalid(line, "there is no column number and none customer", "name at least one of them")
    return columns


def _split(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator, strict=True), [])


class _Found:
    """A file while it is read: its good entries, and what is wrong."""

    def __init__(self, where: Where) -> None:
        self.entries: list[ListEntry] = []
        self.problems: list[Problem] = []
        self._where = where
        self._lines: dict[Match, int] = {}

    def take(self, number: int, line: str, columns: list[str], separator: str) -> None:
        try:
            entry = entry_of(_written(line, columns, separator), self._where)
        except BadValue as bad:
            self._wrong(number, f"{bad.column}: {bad.what}" if bad.column else bad.what, bad.how)
            return
        earlier = self._lines.setdefault(entry.match, number)
        if earlier != number:
            self._wrong(number, f"the same caller stands in line {earlier}", "leave one of the two out")
            return
        self.entries.append(entry)

    def _wrong(self, line: int, what: str, mend: str) -> None:
        self.problems.append(Problem(line=line, what=what, mend=mend))


def _written(line: str, columns: list[str], separator: str) -> Written:
    if len(line) > LINE_LENGTH_MAX:
        raise BadValue("", f"the line has {len(line)} characters", f"at most {LINE_LENGTH_MAX} are allowed")
    if "\0" in line:
        raise BadValue("", "the line holds the control character U+0000", "take it out")
    try:
        cells = _split(line, separator)
    except csv.Error:
        raise BadValue("", "the quotes do not fit", 'close every quote, and write " as "" inside of them') from None
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        what = f"there are {len(cells)} values for {len(columns)} columns"
        raise BadValue("", what, f"put a value that holds {separator!r} between quotes")
    return Written(**dict(zip(columns, map(_meant, cells), strict=False)))


def _invalid(line: int, what: str, mend: str) -> ListInvalid:
    return ListInvalid([Problem(line=line, what=what, mend=mend)])
