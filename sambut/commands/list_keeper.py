"""Where commands find the caller lists: with the running program, or without one in the database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from io import BytesIO
from typing import Protocol
from urllib.parse import quote

from centre.list_csv import ListInvalid
from cti.list_ports import ListsFailed, UnknownList
from cti.list_shapes import ChangePage, ChangeView, ListOutcome, ListView, ListViews, change_view, list_view
from kernel.ids import CallerListId
from sambut.clock import WallClock
from sambut.commands.outcome import OfficeClosed
from sambut.commands.running_program import ProgramApi, open_running_program
from sambut.list_desk import ListDesk
from sambut.settings import Settings
from sambut.storage import ADMIN_CLIENT, open_storage
from store.database import StoreFailed

CHANGES_MAX = 500
NEWEST = 10**18 - 1


class ListRefused(Exception):
    """A file has errors, and nothing was changed: all of them, in lines for people."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ListKeeper(Protocol):
    """The caller lists. Every method raises OfficeClosed, also for a list that there is not."""

    async def show(self) -> Sequence[ListView]:
        """Every list."""

    async def import_csv(self, list_id: str, source: bytes, *, replaces: bool, dry_run: bool) -> ListOutcome:
        """Put a file's entries on a list, all or none. Raises ListRefused."""

    async def export_csv(self, list_id: str) -> str:
        """The live entries of a list."""

    async def changes(self, list_id: str) -> Sequence[ChangeView]:
        """What was changed last, the newest first."""


class RunningLists:
    """Implements ListKeeper on a program's API."""

    def __init__(self, api: ProgramApi) -> None:
        self._api = api

    async def show(self) -> Sequence[ListView]:
        return self._api.decoded(await self._api.text("/lists", {}), ListViews).lists

    async def import_csv(self, list_id: str, source: bytes, *, replaces: bool, dry_run: bool) -> ListOutcome:
        query = {"replace": str(int(replaces)), "dry_run": str(int(dry_run))}
        status, body = await self._api.ask("POST", f"{_path(list_id)}/import", query, BytesIO(source), "text/csv")
        if status == HTTPStatus.UNPROCESSABLE_ENTITY:
            problems = self._api.problems(body)
            if problems:
                raise ListRefused(problems)
        if status != HTTPStatus.OK:
            raise self._api.closed(body, status)
        return self._api.decoded(body, ListOutcome)

    async def export_csv(self, list_id: str) -> str:
        return await self._api.text(f"{_path(list_id)}/export", {})

    async def changes(self, list_id: str) -> Sequence[ChangeView]:
        return self._api.decoded(await self._api.text(f"{_path(list_id)}/changes", {}), ChangePage).changes


class StoredLists:
    """Implements ListKeeper on the database itself."""

    def __init__(self, desk: ListDesk) -> None:
        self._desk = desk

    async def show(self) -> Sequence[ListView]:
        return [list_view(summary) for summary in self._desk.lists()]

    async def import_csv(self, list_id: str, source: bytes, *, replaces: bool, dry_run: bool) -> ListOutcome:
        try:
            changed = await self._desk.import_csv(
                CallerListId(list_id), source, ADMIN_CLIENT, replaces=replaces, dry_run=dry_run
            )
        except ListInvalid as wrong:
            raise ListRefused([str(problem) for problem in wrong.problems]) from None
        return ListOutcome(added=changed.added, changed=changed.changed, removed=changed.removed)

    async def export_csv(self, list_id: str) -> str:
        return await self._desk.export_csv(CallerListId(list_id))

    async def changes(self, list_id: str) -> Sequence[ChangeView]:
        return [change_view(made) for made in await self._desk.changes(CallerListId(list_id), NEWEST, CHANGES_MAX)]


def _path(list_id: str) -> str:
    return f"/lists/{quote(list_id, safe='')}"


@asynccontextmanager
async def open_lists(settings: Settings) -> AsyncIterator[ListKeeper]:
    """The lists to ask. Raises OfficeClosed."""
    async with open_running_program(settings) as program:
        if program is not None:
            yield RunningLists(program)
            return
    try:
        async with open_storage(settings) as storage:
            centre = await storage.directory.load()
            if centre is None:
                raise OfficeClosed("there is no centre yet; sambut apply FILE makes one")
            desk = ListDesk(
                centre=lambda: centre,
                lists=storage.caller_lists,
                requests=storage.block_requests,
                clock=WallClock(),
            )
            yield StoredLists(desk)
    except UnknownList as unknown:
        raise OfficeClosed(f"there is no caller list {unknown}; sambut lists show names them") from None
    except (StoreFailed, ListsFailed, OSError) as wrong:
        raise OfficeClosed(f"the database cannot be used ({wrong}); see journal.database_url") from wrong
