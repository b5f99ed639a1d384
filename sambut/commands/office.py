"""Where a command finds the centre: with the running program, or without one in the database."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn

import typer

from sambut.commands.outcome import Office
from sambut.commands.running_program import RunningProgram, open_running_program
from sambut.commands.stored_centre import open_stored_centre
from sambut.settings import Settings
from sambut.settings_file import SettingsInvalid, read_settings

EXIT_FAILED = 1
EXIT_INVALID = 2


@asynccontextmanager
async def open_office(settings: Settings) -> AsyncIterator[Office]:
    """The place to ask. Raises OfficeClosed."""
    async with open_running_program(settings) as program:
        if program is not None:
            yield RunningProgram(program)
        else:
            async with open_stored_centre(settings) as stored:
                yield stored


def settings_or_exit(file: Path | None) -> Settings:
    """The settings; with every error shown and exit code 2 when they cannot be used."""
    try:
        return read_settings(file)
    except SettingsInvalid as wrong:
        stop(str(wrong), EXIT_INVALID)


def stop(words: str, code: int) -> NoReturn:
    """End the command with words on standard error."""
    print(words, file=sys.stderr)
    raise typer.Exit(code)
