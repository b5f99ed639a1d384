"""The database, opened: every shelf of the store in one place, and the two that serve the API out of several."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256

import structlog

from cti.list_ports import ListsFailed
from cti.ports import CtiLogFailed, InteractionSought, TimedFact, TokenGrant
from kernel.ids import InteractionId
from kernel.instants import Instant
from reports.rows import InteractionRow
from sambut.settings import Settings
from store.block_requests import StoreBlockRequests
from store.caller_lists import StoreCallerLists
from store.checkpoints import StoreCheckpoints
from store.contact_book import StoreContactBook
from store.cti_log import StoreCtiLog
from store.database import Database, StoreFailed
from store.directory import StoreDirectory
from store.journal import StoreJournal
from store.migrate import upgrade
from store.recordings import StoreRecordings
from store.rows import StoreRows
from store.tokens import StoreTokens

log = structlog.get_logger(__name__)

TOKENS_LOOK_S = 2.0
ADMIN_CLIENT = "admin"
ADMIN_SECRET = "api.admin"  # noqa: S105 - a name in the secrets file, not a secret
ADMIN_SCOPES = frozenset({"read", "agents:control", "pii", "recordings", "lists", "admin"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Everything that is kept. ``database``: what all of it is in."""

    database: Database
    journal: StoreJournal
    checkpoints: StoreCheckpoints
    contacts: StoreContactBook
    directory: StoreDirectory
    rows: StoreRows
    recordings: StoreRecordings
    cti_log: StoreCtiLog
    tokens: StoreTokens
    caller_lists: StoreCallerLists
    block_requests: StoreBlockRequests


@asynccontextmanager
async def open_storage(settings: Settings) -> AsyncIterator[Storage]:
    """The settings' database at today's tables; made when it is not there. Raises StoreFailed, OSError."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    busy_ms = settings.journal.locked_s_max * 1000
    await upgrade(settings.database_url, busy_ms=busy_ms)
    async with AsyncExitStack() as opened:
        database = Database(settings.database_url, synchronous=settings.journal.synchronous, busy_ms=busy_ms)
        opened.push_async_callback(database.close)
        tokens = StoreTokens(database)
        await tokens.load()
        caller_lists = StoreCallerLists(database, failure=ListsFailed)
        await caller_lists.load()
        contacts = StoreContactBook(database)
        opened.push_async_callback(contacts.close)
        yield Storage(
            database=database,
            journal=StoreJournal(database),
            checkpoints=StoreCheckpoints(database),
            contacts=contacts,
            directory=StoreDirectory(database),
            rows=StoreRows(database),
            recordings=StoreRecordings(database),
            cti_log=StoreCtiLog(database, failure=CtiLogFailed),
            tokens=tokens,
            caller_lists=caller_lists,
            block_requests=StoreBlockRequests(database, caller_lists, failure=ListsFailed),
        )


class TokenBook:
    """Implements ``cti.ports.TokenBook``: the stored tokens, and the one of the secrets file for this machine's own."""

    def __init__(self, tokens: StoreTokens, admin_secret: str, now: Callable[[], Instant]) -> None:
        self._tokens = tokens
        self._now = now
        digest = sha256(admin_secret.encode()).hexdigest()
        self._admin = TokenGrant(client=ADMIN_CLIENT, sha256=digest, scopes=ADMIN_SCOPES)

    def grants(self) -> Sequence[TokenGrant]:
        """Every token that is good now."""
        stored = (
            TokenGrant(client=token.client, sha256=token.sha256, scopes=token.scopes)
            for token in self._tokens.grants(self._now())
        )
        return (self._admin, *stored)

    async def run(self) -> None:
        """Look every few seconds for tokens that `sambut token` has added or revoked, until cancelled."""
        while True:
            await asyncio.sleep(TOKENS_LOOK_S)
            try:
                await self._tokens.load()
            except StoreFailed as wrong:
                log.error("tokens not read", problem=str(wrong))


class Archive:
    """Implements ``cti.ports.InteractionArchive`` over the rows and the journal."""

    def __init__(self, storage: Storage) -> None:
        self._rows = storage.rows
        self._journal = storage.journal

    async def find(self, sought: InteractionSought, count_max: int) -> Sequence[InteractionRow]:
        """Rows, newest arrival first. Raises ShelfFailed."""
        return await self._rows.find_interactions(
            since=sought.since,
            until=sought.until,
            queue_id=sought.queue_id,
            agent_id=sought.agent_id,
            disposition=sought.disposition,
            number=sought.number,
            before=sought.before,
            count_max=count_max,
        )

    async def row(self, interaction_id: InteractionId) -> InteractionRow | None:
        """One row; None when unknown. Raises ShelfFailed."""
        return await self._rows.interaction(interaction_id)

    async def timeline(self, interaction_id: InteractionId) -> Sequence[TimedFact]:
        """Every fact that names the interaction, in the journal's order. Raises JournalFailed."""
        return [
            TimedFact(seq=entry.seq, at=entry.at, fact=fact)
            for entry in await self._journal.timeline(interaction_id)
            for fact in entry.facts
            if getattr(fact, "interaction_id", None) == interaction_id
        ]
