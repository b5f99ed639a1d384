"""A database file of today's tables, new for each test. Copied, not migrated each time: that is quicker."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store.database import Database
from store.migrate import upgrade


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "empty.sqlite3"
    asyncio.run(upgrade(url_of(path)))
    return path


@pytest.fixture
def file(empty_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "sambut.sqlite3"
    shutil.copy(empty_file, path)
    return path


@pytest.fixture
async def database(file: Path) -> AsyncIterator[Database]:
    opened = Database(url_of(file))
    yield opened
    await opened.close()
