"""The database: reachable, of our version, and its owner's only."""

import stat
from typing import assert_never

from sambut.doctor.findings import Finding, fine, warning, wrong
from sambut.settings import Settings
from store.database import StoreFailed
from store.look import DatabasePicture, look
from store.migrate import NEWER, Tables
from store.sqlite import MODE, file_of

WHERE = "journal.database_url"


async def look_at_database(settings: Settings) -> tuple[list[Finding], DatabasePicture | None]:
    """What was found, and the picture for the probes that need the centre; None when there is none to be had."""
    try:
        picture = await look(settings.database_url)
    except StoreFailed as failed:
        mend = "is the server there, the file whole and ours? see docs/operations.md for putting a backup back"
        return [wrong(WHERE, f"the database cannot be read ({failed})", mend)], None
    return [_of_tables(picture), *_open_to_others(settings), _of_centre(picture)], picture


def _of_tables(picture: DatabasePicture) -> Finding:
    match picture.tables:
        case Tables.NONE:
            return warning(WHERE, "there is no database yet", "`sambut apply FILE` makes it")
        case Tables.OLDER:
            return warning(WHERE, "its tables are of an older version", "the next start brings them up to date")
        case Tables.NEWER:
            return wrong(WHERE, NEWER, "start that version, or put back the backup made before it")
        case Tables.CURRENT:
            return fine(WHERE, "reachable, tables up to date")
        case _:
            assert_never(picture.tables)


def _of_centre(picture: DatabasePicture) -> Finding:
    if picture.centre is not None:
        return fine("centre", f"{picture.centre.name}: {len(picture.centre.flows)} flows are in force")
    if picture.tables in (Tables.OLDER, Tables.NEWER):
        return warning("centre", "not looked at, the database being of another version", "mend that first")
    return wrong("centre", "there is no centre yet", "`sambut apply FILE` makes one")


def _open_to_others(settings: Settings) -> list[Finding]:
    file = file_of(settings.database_url)
    if file is None or not file.exists() or not stat.S_IMODE(file.stat().st_mode) & ~MODE:
        return []
    what = f"{file} has mode {stat.S_IMODE(file.stat().st_mode):o}, so others can read callers' data"
    return [warning(WHERE, what, f"run: chmod 600 {file} (the next start does it as well)")]
