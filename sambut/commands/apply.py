"""``sambut apply FILE``: show what a centre file changes, and after a yes put it in force, whole or not at all."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from sambut.commands.office import EXIT_FAILED, EXIT_INVALID, open_office, settings_or_exit, stop
from sambut.commands.outcome import OfficeClosed, Outcome
from sambut.settings import Settings

_STYLES = {"+": "green", "-": "red", "~": "yellow"}


def apply(
    file: Annotated[Path, typer.Argument(help="The centre file; - reads standard input.")],
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask. Without a terminal nobody is asked anyway.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only show what would change.")] = False,
    settings: Annotated[Path | None, typer.Option("--settings", help="The settings file.")] = None,
) -> None:
    """Put a centre file in force: shows the difference first, and refuses the whole file when any part is wrong.

    Exit codes: 0 applied, or nothing to change; 1 not applied; 2 the file or the settings are wrong.
    """
    text = _read(file)
    try:
        asyncio.run(_apply(settings_or_exit(settings), text, str(file), yes=yes, check=check))
    except OfficeClosed as closed:
        stop(f"Not applied: {closed}.", EXIT_FAILED)


async def _apply(settings: Settings, text: str, name: str, *, yes: bool, check: bool) -> None:
    async with open_office(settings) as office:
        outcome = await office.apply(text, dry_run=True)
        _stop_if_wrong(outcome, name)
        if not outcome.difference:
            print("No difference: nothing to change.")
            return
        _show(outcome.difference)
        if check:
            return
        if not yes:
            _ask()
        outcome = await office.apply(text, dry_run=False)
        _stop_if_wrong(outcome, name)
        print("Applied.")


def _read(file: Path) -> str:
    try:
        source = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as wrong:
        stop(f"{file}: cannot be read: {wrong.strerror}", EXIT_INVALID)
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = source.count(b"\n", 0, wrong.start) + 1
        stop(f"{file}: line {line}: the text is not UTF-8; save the file as UTF-8", EXIT_INVALID)


def _stop_if_wrong(outcome: Outcome, name: str) -> None:
    if outcome.problems:
        lines = "\n".join(outcome.problems)
        count = len(outcome.problems)
        stop(f"{lines}\n{name}: {count} error{'s' if count > 1 else ''}, nothing was changed.", EXIT_INVALID)


def _ask() -> None:
    if sys.stdin.isatty() and not typer.confirm("Apply this?"):
        stop("Not applied.", EXIT_FAILED)


def _show(difference: tuple[str, ...]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for line in difference:
        # Text, never markup: what people wrote between brackets is theirs.
        console.print(Text(line, style=_STYLES.get(line[:1], "")))
