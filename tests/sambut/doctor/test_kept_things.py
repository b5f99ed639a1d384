"""What is kept: secrets, the database, the certificate."""

from pathlib import Path

import pytest
import sqlalchemy as sa
import trustme

from kernel.instants import Instant
from sambut.doctor.certificates import look_at_certificate
from sambut.doctor.database import look_at_database
from sambut.doctor.findings import Finding, Level, all_wrong
from sambut.doctor.passwords import look_at_secrets
from sambut.secrets_file import SecretsFile
from sambut.settings import Settings
from sambut.storage import open_storage
from store.database import Database
from store.migrate import NEWER
from tests.sambut.doctor.changes import CENTRE, change


def write_secrets(settings: Settings, text: str, mode: int = 0o600) -> None:
    settings.data_dir.mkdir(exist_ok=True)
    settings.secrets_file.write_text(text)
    settings.secrets_file.chmod(mode)


def test_secrets_of_our_own_are_fine_and_the_first_start_makes_them(settings: Settings) -> None:
    assert look_at_secrets(settings, None)[0].what == "no secrets yet; the first start makes them"
    SecretsFile(settings.secrets_file).ensure(["ami.events", "trunk.carrier"])
    assert look_at_secrets(settings, CENTRE)[0].what == "2 secrets, for their owner only"


@pytest.mark.parametrize(
    ("text", "mode", "what", "mend"),
    [
        ('"a.b" = "hush"', 0o644, "its mode is 644, so others can use it", "run: chmod 600 "),
        ('"a.b" = "hush', 0o600, "is not TOML", "write one line for each"),
        ('"a.b" = ""', 0o600, "a.b is not a password", "1-256 letters"),
    ],
)
def test_secrets_that_cannot_be_used_are_wrong_and_never_shown(
    settings: Settings, text: str, mode: int, what: str, mend: str
) -> None:
    write_secrets(settings, text, mode)
    (found,) = look_at_secrets(settings, None)

    assert (found.level, found.where, found.what) == (Level.WRONG, str(settings.secrets_file), what)
    assert found.mend.startswith(mend)
    assert "hush" not in str(found)


def test_a_folder_in_the_place_of_the_secrets_is_wrong(settings: Settings) -> None:
    settings.secrets_file.mkdir(parents=True)

    assert look_at_secrets(settings, None)[0].level is Level.WRONG


def test_a_password_that_only_the_carrier_has_is_asked_for(settings: Settings) -> None:
    write_secrets(settings, '"ami.events" = "x"')
    (found,) = look_at_secrets(settings, CENTRE)

    assert (found.level, found.what) == (Level.WRONG, "the carrier's password is missing: trunk.carrier")
    assert found.mend == f'add the line "trunk.carrier" = "..." to {settings.secrets_file}'


async def database(settings: Settings) -> list[Finding]:
    return (await look_at_database(settings))[0]


async def save(settings: Settings) -> None:
    async with open_storage(settings) as storage:
        await storage.directory.save(CENTRE, Instant(0))


async def stamp(settings: Settings, revision: str) -> None:
    opened = Database(settings.database_url)

    def write(connection: sa.Connection) -> None:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :one"), {"one": revision})

    await opened.write(write)
    await opened.close()


async def test_before_a_centre_was_applied_it_is_told_how_and_nothing_is_made(settings: Settings) -> None:
    first, second = await database(settings)

    assert (first.level, first.what) == (Level.WARNING, "there is no database yet")
    assert (second.level, second.mend) == (Level.WRONG, "`sambut apply FILE` makes one")
    assert not settings.data_dir.exists()


async def test_a_database_with_a_centre_is_fine(settings: Settings) -> None:
    await save(settings)
    found, picture = await look_at_database(settings)

    assert [finding.level for finding in found] == [Level.OK, Level.OK]
    assert picture is not None
    assert picture.centre == CENTRE


@pytest.mark.parametrize(
    ("revision", "level", "what"),
    [("0001", Level.WARNING, "its tables are of an older version"), ("9999", Level.WRONG, NEWER)],
)
async def test_tables_of_another_version_are_told(settings: Settings, revision: str, level: Level, what: str) -> None:
    await save(settings)
    await stamp(settings, revision)
    first, second = await database(settings)

    assert (first.level, first.what) == (level, what)
    assert second.level is Level.WARNING


async def test_a_database_that_is_none_is_wrong(settings: Settings) -> None:
    settings.data_dir.mkdir()
    (settings.data_dir / "sambut.sqlite3").write_text("dear customer\n" * 1000)
    (found,) = await database(settings)

    assert found.level is Level.WRONG
    assert "not a database" in found.what


async def test_a_database_that_others_can_read_is_worth_a_look(settings: Settings) -> None:
    await save(settings)
    file = settings.data_dir / "sambut.sqlite3"
    file.chmod(0o644)
    _, found, _ = await database(settings)

    assert (found.level, found.what) == (Level.WARNING, f"{file} has mode 644, so others can read callers' data")


async def test_a_centre_that_cannot_be_read_is_wrong(settings: Settings) -> None:
    await save(settings)
    opened = Database(settings.database_url)

    def damage(connection: sa.Connection) -> None:
        connection.execute(sa.text("UPDATE centre_version SET text = '{'"))

    await opened.write(damage)
    await opened.close()

    assert len(all_wrong(await database(settings))) == 1


def make_certificate(folder: Path, name: str) -> tuple[str, str]:
    made = trustme.CA().issue_cert("sambut.example")
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    made.cert_chain_pems[0].write_to_path(certificate)
    made.private_key_pem.write_to_path(key)
    return str(certificate), str(key)


def test_without_tls_no_certificate_is_looked_at(settings: Settings) -> None:
    assert look_at_certificate(settings) == []


def test_a_certificate_and_its_key_must_be_there_and_belong_together(settings: Settings, tmp_path: Path) -> None:
    one, other = make_certificate(tmp_path, "one"), make_certificate(tmp_path, "other")
    (tmp_path / "letter").write_text("dear customer")

    def look(certificate: str, key: str) -> Finding:
        settings_now = change(settings, "asterisk", http_port=8089, tls_certificate=certificate, tls_key=key)
        (found,) = look_at_certificate(settings_now)
        return found

    assert look(*one).level is Level.OK
    assert "cannot be used" in look(one[0], other[1]).what
    assert "cannot be used" in look(str(tmp_path / "letter"), one[1]).what
    assert "cannot be read (No such file or directory)" in look(str(tmp_path / "none"), one[1]).what
