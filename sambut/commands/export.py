"""``sambut export``: the centre in force, as the file that ``sambut apply`` takes."""

import asyncio
import contextlib
import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from sambut.commands.office import EXIT_FAILED, open_office, settings_or_exit, stop
from sambut.commands.outcome import OfficeClosed
from sambut.settings import Settings


def export(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to; otherwise standard output.")] = None,
    settings: Annotated[Path | None, typer.Option("--settings", help="The settings file.")] = None,
) -> None:
    """Write the centre in force as a file; applying it again changes nothing.

    Exit codes: 0 written; 1 there is no centre, or it cannot be read or written; 2 the settings are wrong.
    """
    try:
        text = asyncio.run(_current(settings_or_exit(settings)))
    except OfficeClosed as closed:
        stop(f"Not exported: {closed}.", EXIT_FAILED)
    if text is None:
        stop("There is no centre yet; sambut apply FILE makes one.", EXIT_FAILED)
    if output is None:
        print(text, end="")
        return
    try:
        write_whole(output, text)
    except OSError as wrong:
        stop(f"{output}: cannot be written: {wrong.strerror}", EXIT_FAILED)


async def _current(settings: Settings) -> str | None:
    async with open_office(settings) as office:
        return await office.current()


def write_whole(path: Path, text: str) -> None:
    """The whole file or none. Only its owner may read it: it holds callers' numbers and the hashes of PINs."""
    number, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
