"""What agents ask to have blocked, and what supervisors make of it."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from centre.list_records import BlockRequest, Hand, RequestState
from ivr.core.caller_lists import ListEntry
from kernel.ids import AgentId, CallerListId, InteractionId
from kernel.instants import Instant
from store.caller_lists import Changes, StoreCallerLists, put_longer
from store.database import Database, StoreFailed
from store.tables import block_request

DECISION = ("state", "decided_by", "decided_at", "decided_why", "list_id", "until_at")
"""The columns of a decision."""

LAST = sa.select(sa.func.max(block_request.c.number))
ONE = sa.select(block_request).where(block_request.c.number == sa.bindparam("wanted"))
NEWEST = sa.select(block_request).order_by(block_request.c.number.desc()).limit(sa.bindparam("count"))
OF_STATE = NEWEST.where(block_request.c.state == sa.bindparam("wanted"))
OF_INTERACTION = sa.select(block_request).where(
    block_request.c.interaction_id == sa.bindparam("wanted"), block_request.c.state == RequestState.PENDING.value
)
DECIDE = (
    sa.update(block_request)
    .where(block_request.c.number == sa.bindparam("wanted"), block_request.c.state == RequestState.PENDING.value)
    .values({name: sa.bindparam(f"new_{name}") for name in DECISION})
)


class StoreBlockRequests:
    """The requests. ``lists``: where an approval puts its entry, in the same transaction."""

    def __init__(self, database: Database, lists: StoreCallerLists, *, failure: type[Exception] = StoreFailed) -> None:
        """``failure``: what to raise when the database fails, instead of StoreFailed."""
        self._database = database
        self._failure = failure
        self._lists = lists

    async def ask(self, request: BlockRequest) -> BlockRequest:
        """Keep a new request; with its number. One that waits for the same interaction is given instead of it.

        Raises StoreFailed.
        """

        def insert(connection: sa.Connection) -> BlockRequest:
            waiting = connection.execute(OF_INTERACTION, {"wanted": request.interaction_id}).first()
            if waiting is not None:
                return _request(waiting)
            numbered = replace(request, number=(connection.execute(LAST).scalar() or 0) + 1)
            connection.execute(block_request.insert(), _row(numbered))
            return numbered

        return await self._database.write(insert, self._failure)

    async def newest(self, state: RequestState | None, count_max: int) -> list[BlockRequest]:
        """Requests, the newest first; ``state`` None: of any. Raises StoreFailed."""

        def select(connection: sa.Connection) -> list[BlockRequest]:
            if state is None:
                return [_request(row) for row in connection.execute(NEWEST, {"count": count_max})]
            return [_request(row) for row in connection.execute(OF_STATE, {"count": count_max, "wanted": state.value})]

        return await self._database.read(select, self._failure)

    async def one(self, number: int) -> BlockRequest | None:
        """One request; None when there is none. Raises StoreFailed."""

        def select(connection: sa.Connection) -> BlockRequest | None:
            row = connection.execute(ONE, {"wanted": number}).one_or_none()
            return None if row is None else _request(row)

        return await self._database.read(select, self._failure)

    async def reject(self, number: int, hand: Hand) -> bool:
        """Decide against it; False when somebody has decided already. Raises StoreFailed."""
        decided = _decision(number, RequestState.REJECTED, hand)

        def decide(connection: sa.Connection) -> bool:
            return connection.execute(DECIDE, decided).rowcount == 1

        return await self._database.write(decide, self._failure)

    async def approve(self, number: int, list_id: CallerListId, entry: ListEntry, hand: Hand) -> bool:
        """Decide for it, and put its entry on a list, unless the caller is on it for longer already.

        False when somebody has decided already. Raises StoreFailed.
        """
        decided = _decision(number, RequestState.APPROVED, hand, list_id, entry.until)

        def write(connection: sa.Connection) -> Changes | None:
            if connection.execute(DECIDE, decided).rowcount != 1:
                return None
            return put_longer(connection, list_id, entry, hand)

        async with self._lists.turn:
            changes = await self._database.write(write, self._failure)
            self._lists.follow(list_id, changes or ())
        return changes is not None


def _decision(
    number: int,
    state: RequestState,
    hand: Hand,
    list_id: CallerListId | None = None,
    until: Instant | None = None,
) -> dict[str, object]:
    return {
        "wanted": number,
        "new_state": state.value,
        "new_decided_by": hand.who,
        "new_decided_at": hand.at,
        "new_decided_why": hand.why,
        "new_list_id": list_id,
        "new_until_at": until,
    }


def _row(request: BlockRequest) -> dict[str, object]:
    return {
        "number": request.number,
        "agent_id": request.agent_id,
        "interaction_id": request.interaction_id,
        "caller": request.caller,
        "minutes": request.minutes,
        "asked_by": request.asked.who,
        "asked_at": request.asked.at,
        "asked_why": request.asked.why,
        "state": request.state.value,
    }


def _request(row: "sa.Row[Any]") -> BlockRequest:
    decided = None
    if row.decided_by is not None:
        decided = Hand(who=row.decided_by, at=Instant(row.decided_at), why=row.decided_why)
    return BlockRequest(
        number=row.number,
        agent_id=AgentId(row.agent_id),
        interaction_id=InteractionId(row.interaction_id),
        caller=row.caller,
        minutes=row.minutes,
        asked=Hand(who=row.asked_by, at=Instant(row.asked_at), why=row.asked_why),
        state=RequestState(row.state),
        decided=decided,
        list_id=None if row.list_id is None else CallerListId(row.list_id),
        until=None if row.until_at is None else Instant(row.until_at),
    )
