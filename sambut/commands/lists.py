"""``sambut lists``: callers on lists beside the centre file: see, import, export, and who changed what."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from cti.list_shapes import ChangeView, ListView
from sambut.commands.export import write_whole
from sambut.commands.list_keeper import ListKeeper, ListRefused, open_lists
from sambut.commands.office import EXIT_FAILED, EXIT_INVALID, settings_or_exit, stop
from sambut.commands.outcome import OfficeClosed
from sambut.settings import Settings

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, help="Caller lists beside the centre file: show, import, export, changes.")

ListName = Annotated[str, typer.Argument(metavar="LIST", help="Its id in the centre file.")]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="The settings file.")]


@app.command()
def show(settings: SettingsFile = None) -> None:
    """Every list, what becomes of those on it, and how many are: in the centre file + beside it."""
    for one in _asked(settings_or_exit(settings), lambda keeper: keeper.show()):
        print(f"{one.list_id}  {_words(one)}  {one.standing} + {one.live}")


@app.command("import")
def import_file(
    name: ListName,
    file: Annotated[Path, typer.Argument(help="The CSV file; its columns are told in docs/administrator.md.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Whoever is not in the file leaves the list (not the centre file's).")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only show what would change.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Put a file's callers on a list, all or none; every bad line is shown.

    Exit codes: 0 done, or nothing to change; 1 not done; 2 the file or the settings are wrong.
    """
    known = settings_or_exit(settings)
    try:
        source = file.read_bytes()
    except OSError as wrong:
        stop(f"{file}: cannot be read: {wrong.strerror}", EXIT_INVALID)
    try:
        done = _asked(known, lambda keeper: keeper.import_csv(name, source, replaces=replace, dry_run=check))
    except ListRefused as refused:
        count = len(refused.problems)
        stop(f"{refused}\n{file}: {count} error{'s' if count > 1 else ''}, nothing was changed.", EXIT_INVALID)
    print(f"{'Would be: ' if check else ''}{done.added} added, {done.changed} changed, {done.removed} removed.")


@app.command("export")
def export_file(
    name: ListName,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to; otherwise standard output.")] = None,
    settings: SettingsFile = None,
) -> None:
    """Write a list's callers, but those of the centre file, as CSV; importing it again changes nothing."""
    text = _asked(settings_or_exit(settings), lambda keeper: keeper.export_csv(name))
    if output is None:
        print(text, end="")
        return
    try:
        write_whole(output, text)
    except OSError as wrong:
        stop(f"{output}: cannot be written: {wrong.strerror}", EXIT_FAILED)


@app.command()
def changes(name: ListName, settings: SettingsFile = None) -> None:
    """The last changes of a list, the newest first: when, who, what, why."""
    for made in _asked(settings_or_exit(settings), lambda keeper: keeper.changes(name)):
        print(f"{made.at}  {made.who}  {made.change}  {_whom(made)}  {made.why}".rstrip())


def _asked(settings: Settings, ask: Callable[[ListKeeper], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_lists(settings) as keeper:
            return await ask(keeper)

    try:
        return asyncio.run(run())
    except OfficeClosed as closed:
        stop(f"Not done: {closed}.", EXIT_FAILED)


def _words(one: ListView) -> str:
    words = f"priority {one.priority}" if one.kind == "priority" else f"block: {one.action}"
    return f"{words}, and all who withhold their number" if one.anonymous else words


def _whom(made: ChangeView) -> str:
    return made.number or f"customer {made.customer}"
