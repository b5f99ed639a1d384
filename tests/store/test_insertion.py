"""Rows inserted by the shortest way are there as any others are, whatever the dialect calls its parameters."""

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from store.database import Database, StoreFailed
from store.insertion import Insertion
from store.tables import journal_entry

COLUMNS = ("facts", "seq", "at", "given", "stream")
ENTRIES = Insertion(lambda _: journal_entry.insert(), COLUMNS)


async def test_values_reach_the_columns_they_are_named_after(database: Database) -> None:
    rows = [("[]", seq, 1_000 + seq, None, "'; DROP TABLE journal_entry; --") for seq in (1, 2)]

    await database.write(lambda connection: ENTRIES.execute(connection, rows))

    found = await database.read(lambda connection: connection.execute(sa.select(journal_entry)).mappings().all())
    assert [dict(row) for row in found] == [dict(zip(COLUMNS, row, strict=True)) for row in rows]


async def test_a_row_that_cannot_be_leaves_none_behind(database: Database) -> None:
    rows = [("[]", 1, 1, None, "engine"), ("[]", 1, 1, None, "engine")]

    with pytest.raises(StoreFailed, match="UNIQUE"):
        await database.write(lambda connection: ENTRIES.execute(connection, rows))

    count = sa.select(sa.func.count()).select_from(journal_entry)
    assert await database.read(lambda connection: connection.execute(count).scalar_one()) == 0


def test_where_parameters_have_names_the_rows_get_them() -> None:
    dialect: sa.Dialect = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    text, order = ENTRIES.compiled(dialect)

    assert order is None
    assert "%(facts)s" in text
    assert ENTRIES.values([("[]", 1, 2, None, "engine")], order) == [
        {"facts": "[]", "seq": 1, "at": 2, "given": None, "stream": "engine"}
    ]
