"""Insert, or change what is there: the one statement that SQLite and PostgreSQL spell alike and standard SQL does not know.

Many rows go into one execution, so that a save costs a statement for each table and not two for each row.
"""

from collections.abc import Callable, Collection
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.sql.elements import ColumnElement

_INSERTS: dict[str, Callable[[sa.Table], Any]] = {
    "sqlite": sqlite_dialect.insert,
    "postgresql": postgresql.insert,
}


@cache
def replacing(table: sa.Table, key: tuple[str, ...], dialect: str) -> sa.Insert:
    """Rows with such a key get new values."""
    return _upsert(table, key, dialect, lambda _, fresh: fresh)


@cache
def replacing_unless(table: sa.Table, key: tuple[str, ...], barred: str, dialect: str) -> sa.Insert:
    """Rows with such a key get new values, but for those whose column ``barred`` is true."""
    return _upsert(table, key, dialect, lambda _, fresh: fresh, where=table.c[barred].is_(sa.false()))


@cache
def adding(table: sa.Table, key: tuple[str, ...], greatest: frozenset[str], dialect: str) -> sa.Insert:
    """Rows with such a key get the new values added; the columns of ``greatest`` are only raised to them."""

    def merged(kept: ColumnElement[Any], fresh: ColumnElement[Any]) -> ColumnElement[Any]:
        if str(kept.name) in greatest:
            return sa.case((fresh > kept, fresh), else_=kept)
        return kept + fresh

    return _upsert(table, key, dialect, merged)


def _upsert(
    table: sa.Table,
    key: Collection[str],
    dialect: str,
    merged: Callable[[Any, Any], ColumnElement[Any]],
    where: ColumnElement[bool] | None = None,
) -> sa.Insert:
    statement = _INSERTS[dialect](table)
    changed = {
        column.name: merged(column, statement.excluded[column.name]) for column in table.c if column.name not in key
    }
    made: sa.Insert = statement.on_conflict_do_update(index_elements=list(key), set_=changed, where=where)
    return made
