"""Inserting whole rows by the shortest way: the statement is made once, and the driver gets the rows as they are.

SQLAlchemy's own execution costs five times what SQLite needs for the one row that most transactions have. It still writes
the statement, so nothing here is of one database only; what it would convert (dates, JSON) has no place in such rows.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

Row = Sequence[object]


class Insertion:
    """Rows into one table. ``statement``: the insert of the named columns, for a dialect by its name."""

    def __init__(self, statement: Callable[[str], sa.Insert], columns: tuple[str, ...]) -> None:
        self._statement = statement
        self._columns = columns
        self._made: dict[str, tuple[str, tuple[int, ...] | None]] = {}

    def execute(self, connection: sa.Connection, rows: Sequence[Row]) -> None:
        """Insert rows, whose values stand in the order of the columns. Raises the driver's own errors."""
        made = self._made.get(connection.dialect.name)
        if made is None:
            made = self._made[connection.dialect.name] = self.compiled(connection.dialect)
        text, order = made
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(text, self.values(rows, order))
        finally:
            cursor.close()

    def values(
        self, rows: Sequence[Row], order: tuple[int, ...] | None
    ) -> Sequence[Sequence[Any]] | Sequence[Mapping[str, Any]]:
        """Rows as a statement wants them; ``order`` is that of ``compiled``."""
        if order is None:
            return [dict(zip(self._columns, row, strict=True)) for row in rows]
        return [[row[place] for place in order] for row in rows]

    def compiled(self, dialect: sa.Dialect) -> tuple[str, tuple[int, ...] | None]:
        """The statement's text, and in which order it wants the values: None where it names them."""
        compiled: Any = self._statement(dialect.name).compile(dialect=dialect, column_keys=list(self._columns))
        if not compiled.positional:
            return str(compiled), None
        return str(compiled), tuple(self._columns.index(name) for name in compiled.positiontup)
