"""``sambut token``: API tokens for those who join a CRM, a desk or a wallboard to the centre."""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from cti.topics import OWN_AGENT
from kernel.instants import Instant, to_iso
from sambut.clock import WallClock
from sambut.commands.office import EXIT_FAILED, EXIT_INVALID, settings_or_exit, stop
from sambut.settings import Settings
from sambut.storage import ADMIN_SCOPES, open_storage
from store.database import StoreFailed
from store.tokens import StoredToken

DAY_MS = 24 * 60 * 60 * 1000
TOKEN_BYTES = 32
CLIENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
OWN_SCOPE = re.compile(rf"{OWN_AGENT}[A-Za-z0-9][A-Za-z0-9._-]{{0,63}}")

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, help="API tokens: make one, list them, revoke one.")

SettingsFile = Annotated[Path | None, typer.Option("--settings", help="The settings file.")]


@app.command()
def add(
    client: Annotated[str, typer.Argument(help="Whose it is, as crm-sync; stands in every log line about it.")],
    scope: Annotated[list[str], typer.Option("--scope", help="What it may; repeat for several. See docs/api.md.")],
    days: Annotated[int | None, typer.Option("--days", min=1, max=3660, help="Good for so many days.")] = None,
    settings: SettingsFile = None,
) -> None:
    """Make a token and print it. It is shown this once: only its hash is kept.

    Exit codes: 0 made; 1 it could not be kept; 2 the settings, the client or a scope is wrong.
    """
    if not CLIENT.fullmatch(client):
        stop("Refused: a client is 1-64 of letters, digits, . _ and -.", EXIT_INVALID)
    for one in scope:
        if one not in ADMIN_SCOPES and not OWN_SCOPE.fullmatch(one):
            known = ", ".join([*sorted(ADMIN_SCOPES), f"{OWN_AGENT}<id>"])
            stop(f"Refused: there is no scope {one!a}; there are {known}.", EXIT_INVALID)
    text = secrets.token_urlsafe(TOKEN_BYTES)
    now = WallClock().now()
    token = StoredToken(
        id=secrets.token_hex(4),
        client=client,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        scopes=frozenset(scope),
        created_at=now,
        expires_at=None if days is None else Instant(now + days * DAY_MS),
    )
    _run(_add(settings_or_exit(settings), token))
    print(text)


@app.command("list")
def list_tokens(settings: SettingsFile = None) -> None:
    """Every token there ever was: id, client, scopes, until when. Never a token itself."""
    for token in _run(_all(settings_or_exit(settings))):
        until = "without end" if token.expires_at is None else f"until {to_iso(token.expires_at)}"
        state = until if token.revoked_at is None else f"revoked {to_iso(token.revoked_at)}"
        print(f"{token.id}  {token.client}  {' '.join(sorted(token.scopes))}  {state}")


@app.command()
def revoke(
    token_id: Annotated[str, typer.Argument(help="Its id, as `sambut token list` shows it.")],
    settings: SettingsFile = None,
) -> None:
    """Make a token good for nothing, within seconds also with a running program.

    Exit codes: 0 revoked; 1 there is no such token that was good.
    """
    if not _run(_revoke(settings_or_exit(settings), token_id)):
        stop("There is no such token that was good.", EXIT_FAILED)
    print("Revoked.")


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except StoreFailed as wrong:
        stop(f"The database cannot be used ({wrong}); see journal.database_url.", EXIT_FAILED)


async def _add(settings: Settings, token: StoredToken) -> None:
    async with open_storage(settings) as storage:
        await storage.tokens.add(token)


async def _all(settings: Settings) -> list[StoredToken]:
    async with open_storage(settings) as storage:
        return await storage.tokens.all()


async def _revoke(settings: Settings, token_id: str) -> bool:
    async with open_storage(settings) as storage:
        return await storage.tokens.revoke(token_id, WallClock().now())
