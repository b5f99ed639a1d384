"""The command `sambut`."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import structlog
import typer

from acd.ports import JournalFailed
from sambut.asterisk_site import AsteriskNotFound
from sambut.bench.command import bench
from sambut.collector import settle_collector
from sambut.commands import token
from sambut.commands.apply import apply
from sambut.commands.check import check
from sambut.commands.export import export
from sambut.commands.hash_pin import hash_pin
from sambut.commands.office import EXIT_FAILED, settings_or_exit, stop
from sambut.demo.run import run_demo
from sambut.doctor.examination import NotStartable
from sambut.logs import set_up_logs
from sambut.one_program import AlreadyRunning
from sambut.program import NoCentre, run_program
from sambut.secrets_file import SecretsUnusable
from sambut.settings import Settings
from store.database import StoreFailed
from telephony.config.quoting import UnsafeConfigValue
from telephony.process import AsteriskDied

log = structlog.get_logger(__name__)

NOT_STARTED = (
    AlreadyRunning,
    NoCentre,
    NotStartable,
    AsteriskDied,
    AsteriskNotFound,
    StoreFailed,
    JournalFailed,
    SecretsUnusable,
    UnsafeConfigValue,
    OSError,
)
"""Why a start came to nothing; each says what, where, and how to mend it."""

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command()(apply)
app.command()(check)
app.command()(export)
app.command()(hash_pin)
app.add_typer(token.app, name="token")
app.add_typer(bench, name="bench")


@app.command()
def up(
    settings: Annotated[Path | None, typer.Option("--settings", help="The settings file.")] = None,
    stop_asterisk: Annotated[
        bool, typer.Option("--stop-asterisk", help="At the end, stop Asterisk and every call with it.")
    ] = False,
) -> None:
    """Run the program until SIGTERM or Ctrl-C. Without --stop-asterisk no call is cut at the end.

    Exit codes: 0 stopped as asked; 1 it could not start, or something that must not fail has failed; 2 settings wrong.
    """
    known = settings_or_exit(settings)
    set_up_logs(level=known.log.level, form=known.log.format)
    try:
        asyncio.run(_run_until_told(known, stop_asterisk=stop_asterisk))
    except NOT_STARTED as wrong:
        stop(f"Not started: {wrong}", EXIT_FAILED)


@app.command()
def demo(
    calls: Annotated[int | None, typer.Option("--calls", min=1, help="Stop after so many calls.")] = None,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write the calls down as JSON.")] = None,
    settings: Annotated[Path | None, typer.Option("--settings", help="The settings file.")] = None,
) -> None:
    """Play the sample centre with real calls, until Ctrl-C or for so many calls.

    Exit codes: 0 every call ended as its script meant; 1 one did not, or it could not start; 2 settings wrong.
    """
    known = settings_or_exit(settings)
    set_up_logs(level="error", form=known.log.format)
    try:
        all_right = asyncio.run(run_demo(known, calls=calls, json_path=json_path))
    except NOT_STARTED as wrong:
        stop(f"Not started: {wrong}", EXIT_FAILED)
    except KeyboardInterrupt:
        return
    if not all_right:
        raise typer.Exit(EXIT_FAILED)


async def _run_until_told(settings: Settings, *, stop_asterisk: bool) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    async with run_program(settings, stop_asterisk=stop_asterisk) as running:
        settle_collector()
        waiting = asyncio.create_task(told.wait())
        await asyncio.wait({waiting, running.tasks}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if running.tasks.done():
            running.tasks.result()
    log.info("stopped")
