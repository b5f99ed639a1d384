"""The connection to the database: reading and writing transactions, and one kind of error for each asker.

A transaction runs in one piece on a thread of ours. The driver's asynchronous dress would cross between threads at each
statement instead: measured, that was half of the program's processor time.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from store import sqlite

log = structlog.get_logger(__name__)

T = TypeVar("T")
Work = Callable[[sa.Connection], T]

BUSY_MS = 10_000
"""How long a write waits for another process before it fails."""

QUEUED_MS = 50
"""A write that stood behind others for longer has that much less time to wait for another process."""

LATE_MS = 1_000
"""A write that takes longer is told of: somebody holds the database, or the disk stands still."""

READERS_MAX = 4
"""Threads that read at the same time. One writes: transactions take effect in the order in which they were handed in."""

_ERRORS: tuple[type[Exception], ...] = (SQLAlchemyError, OSError, *sqlite.ERRORS)


class Parcel(Protocol):
    """What goes along with something else that is written, at the head of the same transaction."""

    def write(self, connection: sa.Connection) -> None:
        """Write it; called on the writer's thread."""

    def give_back(self) -> None:
        """It was not written."""


class StoreFailed(Exception):
    """The database refused or is away; the transaction left nothing behind."""


class Database:
    """Connections and the threads that use them. Belongs to one event loop; ``close`` ends the threads."""

    def __init__(
        self,
        url: str,
        *,
        busy_ms: int = BUSY_MS,
        synchronous: sqlite.Synchronous = "full",
        looks_only: bool = False,
        late_ms: int = LATE_MS,
    ) -> None:
        """``url`` as SQLAlchemy writes it: ``sqlite:////path/sambut.sqlite3``.

        ``synchronous``: what a commit waits for; SQLite only. ``looks_only``: nothing is made, changed or left behind.
        ``late_ms``: a write that takes longer is told of while it waits.
        """
        self._engine = sa.create_engine(sqlite.url_to_look(url) if looks_only else url)
        if sqlite.is_sqlite(self._engine):
            sqlite.prepare(self._engine, busy_ms=busy_ms, synchronous=synchronous, looks_only=looks_only)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store-write")
        self._writes_on: dict[bool, sa.Connection] = {}
        self._under_way: dict[int, float] = {}
        self._writes = 0
        self._late_ms = late_ms
        self._busy_ms = busy_ms
        self.late_writes = 0
        self.failed_writes = 0
        self._senders: list[Callable[[], Parcel | None]] = []
        self._readers = ThreadPoolExecutor(READERS_MAX, thread_name_prefix="store-read")

    def carry(self, sender: Callable[[], Parcel | None]) -> None:
        """From now on, ask the sender before each write, and take along what it gives (None: nothing)."""
        self._senders.append(sender)

    async def read(self, work: Work[T], failure: type[Exception] = StoreFailed) -> T:
        """What ``work`` finds in one transaction that only reads. Raises ``failure`` for any database error."""
        return await _to_its_end(self._readers, lambda: self._reading(work, failure))

    async def write(self, work: Work[T], failure: type[Exception] = StoreFailed, *, with_next: bool = False) -> T:
        """Let ``work`` write in one transaction, durable on return. Raises ``failure``: it left nothing behind.

        ``with_next``: durable only with the next one that is so on return, for what can be made again, or means nothing
        without what follows it. The end of the program loses nothing of it, a power cut its last moments. A caller who
        is cancelled waits for the end first: a transaction is not torn, and its outcome is known.
        """
        parcels = [parcel for sender in self._senders if (parcel := sender()) is not None]

        def whole(connection: sa.Connection) -> T:
            for parcel in parcels:
                parcel.write(connection)
            return work(connection)

        loop = asyncio.get_running_loop()
        self._writes += 1
        number, handed_in_s = self._writes, time.monotonic()
        self._under_way[number] = handed_in_s
        late = loop.call_later(self._late_ms / 1000, self._tell_late)
        try:
            return await _to_its_end(self._writer, lambda: self._writing(whole, failure, with_next, handed_in_s))
        except BaseException as wrong:
            self.failed_writes += isinstance(wrong, failure)
            for parcel in parcels:
                parcel.give_back()
            raise
        finally:
            late.cancel()
            del self._under_way[number]

    @property
    def write_waits_ms(self) -> int:
        """How long the oldest write under way has been; 0 when there is none."""
        oldest = min(self._under_way.values(), default=None)
        return 0 if oldest is None else round((time.monotonic() - oldest) * 1000)

    async def prove_writable(self) -> None:
        """Write, durably, without changing anything: a start on a full or read-only disk ends here. Raises StoreFailed."""
        if sqlite.is_sqlite(self._engine):
            await self.write(sqlite.write_nothing)

    def _tell_late(self) -> None:
        self.late_writes += 1
        # One line for all that wait behind each other.
        if self.write_waits_ms < 2 * self._late_ms:
            log.error("the database does not take what is to be written", waits_ms=self.write_waits_ms)

    def _reading(self, work: Work[T], failure: type[Exception]) -> T:
        try:
            with self._engine.connect() as connection, connection.begin():
                return work(connection)
        except _ERRORS as error:
            raise failure(_words(error)) from error

    def _writing(self, work: Work[T], failure: type[Exception], with_next: bool, handed_in_s: float) -> T:
        waited_ms = round((time.monotonic() - handed_in_s) * 1000)
        try:
            connection = self._writes_on.get(with_next) or self._connected(with_next)
            if waited_ms < QUEUED_MS or not sqlite.is_sqlite(self._engine):
                return self._in_transaction(connection, work)
            # Behind writes that waited for another process it has waited too: its patience is counted from the beginning.
            sqlite.wait_at_most(connection, max(0, self._busy_ms - waited_ms))
            done = self._in_transaction(connection, work)
            sqlite.wait_at_most(connection, self._busy_ms)
            return done
        except _ERRORS as error:
            self._let_go()
            raise failure(_words(error)) from error

    @staticmethod
    def _in_transaction(connection: sa.Connection, work: Work[T]) -> T:
        with connection.begin():
            return work(connection)

    def _connected(self, with_next: bool) -> sa.Connection:
        """The one writer keeps its connections: fetching one anew would cost as much as a small transaction does."""
        connection = self._engine.connect().execution_options(**{sqlite.WRITES: True})
        if with_next and sqlite.is_sqlite(self._engine):
            sqlite.wait_for_no_disk(connection)
        self._writes_on[with_next] = connection
        return connection

    def _let_go(self) -> None:
        for connection in self._writes_on.values():
            connection.invalidate()  # its settings are not those of the pool
            connection.close()
        self._writes_on.clear()

    async def close(self) -> None:
        """Give every connection back, and end the threads."""
        await asyncio.get_running_loop().run_in_executor(self._writer, self._let_go)
        for threads in (self._writer, self._readers):
            await asyncio.to_thread(threads.shutdown)
        self._engine.dispose()


def _words(error: Exception) -> str:
    """The database's own words, without the statement and its values: those may hold a caller's number."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {cause}"


async def _to_its_end(threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    running = asyncio.get_running_loop().run_in_executor(threads, work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        if not running.cancelled():
            running.exception()  # looked at, so that asyncio does not report it as lost
        raise
