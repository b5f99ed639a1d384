"""The connection to the database: reading and writing transactions, and one kind of error for each asker."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from store import sqlite

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

BUSY_MS = 10_000
"""How long a write waits for another process before it fails."""

_ERRORS: tuple[type[Exception], ...] = (SQLAlchemyError, OSError, *sqlite.ERRORS)


class StoreFailed(Exception):
    """The database refused or is away; the transaction left nothing behind."""


class Database:
    """A pool of connections. Belongs to one event loop; ``close`` ends its threads."""

    def __init__(
        self,
        url: str,
        *,
        busy_ms: int = BUSY_MS,
        synchronous: sqlite.Synchronous = "full",
        looks_only: bool = False,
    ) -> None:
        """``url`` as SQLAlchemy writes it, with an async driver: ``sqlite+aiosqlite:////path/sambut.sqlite3``.

        ``synchronous``: what a commit waits for; SQLite only. ``looks_only``: nothing is made, changed or left behind.
        """
        self._engine: AsyncEngine = create_async_engine(sqlite.url_to_look(url) if looks_only else url)
        self._turn: AbstractAsyncContextManager[object] = nullcontext()
        if sqlite.is_sqlite(self._engine):
            sqlite.prepare(self._engine, busy_ms=busy_ms, synchronous=synchronous, looks_only=looks_only)
            # SQLite's own wait for the write lock polls; inside one process we queue up in order instead.
            self._turn = asyncio.Lock()

    async def read(self, work: Work[T], failure: type[Exception] = StoreFailed) -> T:
        """What ``work`` finds in one transaction that only reads. Raises ``failure`` for any database error."""
        return await _to_its_end(self._reading(work, failure))

    async def write(self, work: Work[T], failure: type[Exception] = StoreFailed) -> T:
        """Let ``work`` write in one transaction, durable on return. Raises ``failure``: it left nothing behind.

        A caller who is cancelled waits for the end first: a transaction is not torn, and its outcome is known.
        """
        return await _to_its_end(self._writing(work, failure))

    async def _reading(self, work: Work[T], failure: type[Exception]) -> T:
        try:
            async with self._engine.connect() as connection, connection.begin():
                return await work(connection)
        except _ERRORS as error:
            raise failure(_words(error)) from error

    async def _writing(self, work: Work[T], failure: type[Exception]) -> T:
        try:
            async with self._turn, self._engine.connect() as connection:
                await connection.execution_options(**{sqlite.WRITES: True})
                async with connection.begin():
                    return await work(connection)
        except _ERRORS as error:
            raise failure(_words(error)) from error

    async def close(self) -> None:
        """Give every connection back."""
        await self._engine.dispose()


def _words(error: Exception) -> str:
    """The database's own words, without the statement and its values: those may hold a caller's number."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {cause}"


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not report it as lost
        raise
