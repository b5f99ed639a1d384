"""Tokens by the command: shown once, known by their hash, good until their day or their revocation."""

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest

from sambut.settings_file import read_settings
from sambut.storage import open_storage
from store.tokens import StoredToken
from tests.sambut.commands.conftest import Run


def kept(settings_file: Path) -> list[StoredToken]:
    async def read() -> list[StoredToken]:
        async with open_storage(read_settings(settings_file, {})) as storage:
            return await storage.tokens.all()

    return asyncio.run(read())


def test_a_token_is_shown_once_and_kept_as_its_hash(run: Run, settings_file: Path) -> None:
    made = run("token", "add", "crm-sync", "--scope", "read", "--scope", "pii", "--days", 30)

    text = made.stdout.strip()
    (token,) = kept(settings_file)
    assert made.exit_code == 0
    assert len(text) >= 40
    assert (token.client, token.sha256) == ("crm-sync", sha256(text.encode()).hexdigest())
    assert token.scopes == {"read", "pii"}
    assert token.expires_at == token.created_at + 30 * 86_400_000
    listed = run("token", "list").stdout
    assert f"{token.id}  crm-sync  pii read  until " in listed
    assert text not in listed


def test_a_revoked_token_is_listed_as_such_and_cannot_be_revoked_again(run: Run, settings_file: Path) -> None:
    run("token", "add", "desk-ann", "--scope", "agent:ann")
    (token,) = kept(settings_file)

    assert run("token", "revoke", token.id).exit_code == 0
    assert "revoked 20" in run("token", "list").stdout
    assert run("token", "revoke", token.id).exit_code == 1


@pytest.mark.parametrize(
    "words",
    [
        ("crm", "--scope", "everything"),
        ("crm", "--scope", "agent:"),
        ("a b", "--scope", "read"),
        ("x\ny", "--scope", "pii"),
    ],
)
def test_what_is_no_client_or_scope_is_refused(run: Run, settings_file: Path, words: tuple[str, ...]) -> None:
    refused = run("token", "add", *words)

    assert refused.exit_code == 2
    assert "Refused" in refused.stderr
    assert kept(settings_file) == []
