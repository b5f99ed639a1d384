"""The tables: what migrations make is what the code expects, on SQLite here and in PostgreSQL's words."""

import asyncio
import dataclasses
from pathlib import Path

import alembic.command
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from kernel.ids import AgentId, InteractionId, QueueId
from kernel.instants import Instant
from kernel.result_codes import Disposition
from recorder.facts import RecordingStored
from reports.rows import InteractionRow
from reports.sums import KEYS
from store import (
    block_requests,
    caller_lists,
    checkpoints,
    contact_book,
    cti_log,
    directory,
    journal,
    recordings,
    tables,
    tokens,
)
from store.database import Database, StoreFailed
from store.migrate import REVISIONS, SCRIPTS, Tables, upgrade
from store.migrate import tables as stand_of
from store.rows import statements as rows
from store.upsert import adding, replacing
from tests.store.conftest import url_of


async def differences(database: Database) -> list[object]:
    def compare(connection: sa.Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, tables.metadata))

    return await database.read(compare)


async def test_migrations_make_exactly_the_tables_of_today(database: Database) -> None:
    assert await differences(database) == []


async def test_upgrading_twice_or_at_once_is_harmless(tmp_path: Path) -> None:
    url = url_of(tmp_path / "new.sqlite3")
    await asyncio.gather(upgrade(url), upgrade(url))
    await upgrade(url)

    database = Database(url)
    assert await differences(database) == []
    await database.close()


def test_each_revision_is_named_as_its_file_and_follows_the_one_before() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())

    assert [script.revision for script in reversed(scripts)] == list(REVISIONS)


async def test_tables_of_each_earlier_revision_become_those_of_today(database: Database, file: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    for revision in REVISIONS[-2::-1]:

        def downgrade(connection: sa.Connection, revision: str = revision) -> None:
            config.attributes["connection"] = connection
            alembic.command.downgrade(config, revision)

        await database.write(downgrade)
        assert await database.read(stand_of) is Tables.OLDER

        await upgrade(url_of(file))

        assert await database.read(stand_of) is Tables.CURRENT
        assert await differences(database) == []


async def test_upgrading_keeps_what_is_there(database: Database, file: Path) -> None:
    def write(connection: sa.Connection) -> None:
        connection.execute(
            tables.centre_version.insert(), {"number": 1, "published_at": 7, "text": "kept", "sha256": "0"}
        )

    await database.write(write)
    await upgrade(url_of(file))

    def read(connection: sa.Connection) -> object:
        return connection.execute(sa.select(tables.centre_version.c.text)).scalar()

    assert await database.read(read) == "kept"


async def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("dear customer\n" * 1000)

    with pytest.raises(StoreFailed, match="not a database"):
        await upgrade(url_of(path))

    assert path.read_text() == "dear customer\n" * 1000


@pytest.mark.parametrize("kind", [*KEYS, InteractionRow, RecordingStored], ids=lambda kind: kind.__name__)
def test_every_row_has_its_table_column_by_column(kind: type) -> None:
    table = {**rows.TABLES, InteractionRow: tables.interaction_row, RecordingStored: tables.recording}[kind]

    assert {column.name for column in table.columns} == {field.name for field in dataclasses.fields(kind)}
    if kind in KEYS:
        assert [column.name for column in table.primary_key] == list(KEYS[kind])


EVERYTHING_SOUGHT = rows.found_interactions(
    Instant(1),
    Instant(2),
    QueueId("sales"),
    AgentId("ann"),
    Disposition.ANSWERED,
    "+6281234567890",
    (Instant(3), InteractionId("c1")),
)

STATEMENTS: list[sa.Executable] = [
    *(table.insert() for table in tables.metadata.sorted_tables),
    *(adding(rows.TABLES[kind], KEYS[kind], frozenset({"longest_wait_ms_max"}), "postgresql") for kind in KEYS),
    replacing(tables.interaction_row, ("interaction_id",), "postgresql"),
    *(
        statement
        for module in (
            block_requests,
            caller_lists,
            checkpoints,
            contact_book,
            cti_log,
            directory,
            journal,
            recordings,
            rows,
            tokens,
        )
        for name, statement in sorted(vars(module).items())
        if name.isupper() and isinstance(statement, sa.Executable)
    ),
    EVERYTHING_SOUGHT,
]


def test_every_statement_and_table_can_be_said_to_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it without types

    said = [str(statement.compile(dialect=dialect)) for statement in STATEMENTS]  # type: ignore[attr-defined]  # Executable is the common base of what is compiled
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in tables.metadata.sorted_tables]

    assert len(said) > 30
    assert all(said)
    assert "BIGINT" in "".join(made)
    assert not any(word in "".join(said + made).upper() for word in ("PRAGMA", "ROWID", "INSERT OR", "AUTOINCREMENT"))


def test_only_one_module_speaks_of_sqlite() -> None:
    room = Path(tables.__file__).parent
    speaking = {path.name: path.read_text() for path in room.rglob("*.py")}

    assert {name for name, text in speaking.items() if "PRAGMA" in text} == {"sqlite.py"}
    assert {name for name, text in speaking.items() if "dialects" in text} == {"upsert.py"}
