"""`sambut demo`: what may be asked of it, and what it says when it cannot be done."""

import asyncio
import os
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from phones.phone_process import NotSeen, PhoneRefused, PhonesGone
from sambut.commands.office import EXIT_FAILED, EXIT_INVALID, stop
from sambut.demo.ground import FOLDER_DEFAULT, NoGround
from sambut.demo.run import Asked, run_demo
from sambut.demo.scripts import demo_call
from sambut.not_started import NOT_STARTED

BEGAN_VARIABLE = "SAMBUT_DEMO_BEGAN_MS"
"""When `make demo` was begun, milliseconds since the epoch: it tells how long until the first call from there."""

FAILURES = (*NOT_STARTED, NoGround, PhonesGone, PhoneRefused, NotSeen)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def demo(
    calls: Annotated[int | None, typer.Option("--calls", min=1, help="Stop after so many calls.")] = None,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write the calls and a summary as JSON.")] = None,
    folder: Annotated[Path, typer.Option("--folder", help="Where its centre lives meanwhile.")] = FOLDER_DEFAULT,
    picture_path: Annotated[
        Path | None, typer.Option("--picture", help="Keep the live table's fullest moment as SVG.")
    ] = None,
) -> None:
    """Play the sample centre with real calls, until Ctrl-C or for so many calls.

    It has a folder and ports of its own, and disturbs no other centre on this machine. Exit codes: 0 every call ended
    as its script meant; 1 one did not, or it could not start; 2 wrong use.
    """
    for path in (json_path, picture_path):
        if path is not None and not os.access(path.resolve().parent, os.W_OK):
            stop(f"{path.name} cannot be written into {path.resolve().parent}.", EXIT_INVALID)
    asked = Asked(
        folder=folder,
        calls=calls,
        call_of=partial(demo_call, calls=calls),
        json_path=json_path,
        picture_path=picture_path,
        began_s=_began_s(os.environ),
    )
    all_right, failures = False, []
    try:
        all_right = asyncio.run(run_demo(asked))
    except* FAILURES as several:
        failures = list(dict.fromkeys(str(wrong) or type(wrong).__name__ for wrong in _leaves(several)))
    if failures:
        stop(f"The demo cannot go on: {'; '.join(failures)}", EXIT_FAILED)
    if not all_right:
        raise typer.Exit(EXIT_FAILED)


def _began_s(environment: Mapping[str, str]) -> float:
    written = environment.get(BEGAN_VARIABLE, "")
    return int(written) / 1000 if written.isdecimal() else time.time()


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for one in group.exceptions:
        if isinstance(one, BaseExceptionGroup):
            yield from _leaves(one)
        else:
            yield one
