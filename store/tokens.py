"""API tokens: whose, what they may, and a hash to know them by. A token itself is never kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from kernel.instants import Instant
from store.database import Database, StoreFailed
from store.tables import api_token

ALL = sa.select(api_token).order_by(api_token.c.id)
REVOKE = (
    sa.update(api_token)
    .where(api_token.c.id == sa.bindparam("wanted"), api_token.c.revoked_at.is_(None))
    .values(revoked_at=sa.bindparam("at"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredToken:
    """One token: ``client`` is whose it is, ``sha256`` the hash of its text in hexadecimal.

    From ``expires_at`` on it is good for nothing; None: it has no end.
    """

    id: str
    client: str
    sha256: str
    scopes: frozenset[str]
    created_at: Instant
    expires_at: Instant | None = None
    revoked_at: Instant | None = None


class StoreTokens:
    """The tokens, in the database and (those that are good) in memory, so that a request need not wait for them.

    ``load`` once before use; a token that another process adds or revokes is known after the next ``load``.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._good: tuple[StoredToken, ...] = ()

    async def load(self) -> None:
        """Read what is good now. Raises StoreFailed; what was known stays."""
        self._good = tuple(token for token in await self.all() if token.revoked_at is None)

    def grants(self, now: Instant) -> Sequence[StoredToken]:
        """Every token that is good now, as of the last load, add or revoke here."""
        return tuple(token for token in self._good if token.expires_at is None or now < token.expires_at)

    async def all(self) -> list[StoredToken]:
        """Every token there ever was, by id. Raises StoreFailed."""

        def select(connection: sa.Connection) -> list[StoredToken]:
            return [_token(row) for row in connection.execute(ALL)]

        return await self._database.read(select)

    async def add(self, token: StoredToken) -> None:
        """Keep a new token, durably. Raises StoreFailed, also when its id or hash is there already."""
        row = {
            "id": token.id,
            "name": token.client,
            "sha256": token.sha256,
            "scopes": msgspec.json.encode(sorted(token.scopes)).decode(),
            "created_at": token.created_at,
            "expires_at": token.expires_at,
            "revoked_at": token.revoked_at,
        }

        def insert(connection: sa.Connection) -> None:
            connection.execute(api_token.insert(), row)

        await self._database.write(insert)
        await self.load()

    async def revoke(self, token_id: str, at: Instant) -> bool:
        """Make a token good for nothing, for good; False when there is no such token that was. Raises StoreFailed."""

        def update(connection: sa.Connection) -> bool:
            return connection.execute(REVOKE, {"wanted": token_id, "at": at}).rowcount == 1

        revoked = await self._database.write(update)
        await self.load()
        return revoked


def _token(row: "sa.Row[Any]") -> StoredToken:
    try:
        scopes = msgspec.json.decode(row.scopes, type=frozenset[str])
    except msgspec.MsgspecError as error:
        raise StoreFailed(f"the scopes of token {row.id} cannot be read") from error
    return StoredToken(
        id=row.id,
        client=row.name,
        sha256=row.sha256,
        scopes=scopes,
        created_at=Instant(row.created_at),
        expires_at=None if row.expires_at is None else Instant(row.expires_at),
        revoked_at=None if row.revoked_at is None else Instant(row.revoked_at),
    )
