"""Which line of a TOML text each table, key and array element stands on. Pure.

tomllib gives values without places; this walks the same text beside it. It only ever sees text that tomllib accepted,
so it checks nothing and may trust the grammar.
"""

import re
from bisect import bisect_right

from centre.problems import Place

_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN_VALUE = re.compile(r"[^,\]}#\r\n]*")
_LITERAL_LONG = re.compile(r"'''.*?'''(?:''|'(?!'))?", re.DOTALL)
_BASIC_LONG = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""(?:""|"(?!"))?', re.DOTALL)
_LITERAL = re.compile(r"'[^'\n]*'")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def lines_of(text: str) -> dict[Place, int]:
    """The line, from 1, of everything named in ``text``, which must be valid TOML.

    An array of tables has the line of its first header, each of its tables the line of its own.
    """
    walk = _Walk(text)
    walk.document()
    return walk.found


def line_at(found: dict[Place, int], place: Place) -> int:
    """The line of ``place``, or of the nearest thing around it that stands in the text; 1 when nothing does."""
    for length in range(len(place), 0, -1):
        line = found.get(place[:length])
        if line is not None:
            return line
    return 1


class _Walk:
    """One pass over one text."""

    def __init__(self, text: str) -> None:
        self.found: dict[Place, int] = {}
        self._text = text
        self._at = 0
        self._line_starts = [0, *(newline.end() for newline in re.finditer("\n", text))]
        self._table_counts: dict[Place, int] = {}

    def document(self) -> None:
        table: Place = ()
        while self._next_char():
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Place:
        line = self._line()
        brackets = 2 if self._text.startswith("[[", self._at) else 1
        self._at += brackets
        keys = self._key()
        self._at += brackets
        place: Place = ()
        for key in keys[:-1]:
            place = self._newest((*place, key))
            self.found.setdefault(place, line)
        place = (*place, keys[-1])
        self.found.setdefault(place, line)
        if brackets == 1:
            return place
        self._table_counts[place] = self._table_counts.get(place, 0) + 1
        place = self._newest(place)
        self.found[place] = line
        return place

    def _newest(self, place: Place) -> Place:
        """A name that is an array of tables means its newest table."""
        count = self._table_counts.get(place)
        return place if count is None else (*place, count - 1)

    def _pair(self, table: Place) -> None:
        line = self._line()
        place = table
        for key in self._key():
            place = (*place, key)
            self.found.setdefault(place, line)
        self._at += len("=")
        self._skip(_SPACE)
        self._value(place)

    def _value(self, place: Place) -> None:
        match self._text[self._at]:
            case "[":
                self._array(place)
            case "{":
                self._inline_table(place)
            case '"':
                self._skip(_BASIC_LONG if self._text.startswith('"""', self._at) else _BASIC)
            case "'":
                self._skip(_LITERAL_LONG if self._text.startswith("'''", self._at) else _LITERAL)
            case _:
                self._skip(_PLAIN_VALUE)

    def _array(self, place: Place) -> None:
        self._at += 1
        index = 0
        while self._next_char() != "]":
            self.found[(*place, index)] = self._line()
            self._value((*place, index))
            index += 1
            if self._next_char() == ",":
                self._at += 1
        self._at += 1

    def _inline_table(self, place: Place) -> None:
        self._at += 1
        while self._next_char() != "}":
            self._pair(place)
            if self._next_char() == ",":
                self._at += 1
        self._at += 1

    def _key(self) -> tuple[str, ...]:
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            keys.append(self._key_part())
            self._skip(_SPACE)
            if not self._text.startswith(".", self._at):
                return tuple(keys)
            self._at += 1

    def _key_part(self) -> str:
        match self._text[self._at]:
            case "'":
                return self._skip(_LITERAL)[1:-1]
            case '"':
                return _ESCAPE.sub(_unescape, self._skip(_BASIC)[1:-1])
            case _:
                return self._skip(_BARE_KEY)

    def _next_char(self) -> str:
        """The next character that is neither blank nor comment; "" at the end."""
        self._skip(_BLANK)
        return self._text[self._at : self._at + 1]

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        assert found is not None, "only text that tomllib accepted is walked"
        self._at = found.end()
        return found.group()

    def _line(self) -> int:
        return bisect_right(self._line_starts, self._at)


def _unescape(escape: re.Match[str]) -> str:
    code = escape.group(1)
    return chr(int(code[1:], 16)) if code[0] in "uU" else _ESCAPED[code]
