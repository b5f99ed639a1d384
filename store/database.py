"""The connection to the database: reading and writing transactions, and one kind of error for each asker."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from store import sqlite

BUSY_MS = 10_000
"""How long a write waits for another process before it fails."""

_ERRORS: tuple[type[Exception], ...] = (SQLAlchemyError, OSError, *sqlite.ERRORS)


class StoreFailed(Exception):
    """The database refused or is away; the transaction left nothing behind."""


class Database:
    """A pool of connections. Belongs to one event loop; ``close`` ends its threads."""

    def __init__(self, url: str, *, busy_ms: int = BUSY_MS) -> None:
        """``url`` as SQLAlchemy writes it, with an async driver: ``sqlite+aiosqlite:////path/sambut.sqlite3``."""
        self._engine: AsyncEngine = create_async_engine(url)
        self._one_writer: asyncio.Lock | None = None
        if sqlite.is_sqlite(self._engine):
            sqlite.prepare(self._engine, busy_ms=busy_ms)
            # SQLite's own wait for the write lock polls; inside one process we queue up in order instead.
            self._one_writer = asyncio.Lock()

    @asynccontextmanager
    async def reading(self, failure: type[Exception] = StoreFailed) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads: one consistent picture. Raises ``failure`` for any database error."""
        try:
            async with self._engine.connect() as connection, connection.begin():
                yield connection
        except _ERRORS as error:
            raise failure(_words(error)) from error

    @asynccontextmanager
    async def writing(self, failure: type[Exception] = StoreFailed) -> AsyncIterator[AsyncConnection]:
        """A transaction that is durable when the block ends, or leaves nothing and raises ``failure``."""
        try:
            if self._one_writer is None:
                async with self._begun() as connection:
                    yield connection
            else:
                async with self._one_writer, self._begun() as connection:
                    yield connection
        except _ERRORS as error:
            raise failure(_words(error)) from error

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as connection:
            await connection.execution_options(**{sqlite.WRITES: True})
            async with connection.begin():
                yield connection

    async def close(self) -> None:
        """Give every connection back."""
        await self._engine.dispose()


def _words(error: Exception) -> str:
    """The database's own words, without the statement and its values: those may hold a caller's number."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {cause}"
