"""The command `sambut`."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvloop

from sambut.collector import settle_collector
from sambut.commands import lists, token
from sambut.commands.apply import apply
from sambut.commands.check import check
from sambut.commands.export import export
from sambut.commands.hash_pin import hash_pin
from sambut.commands.office import EXIT_FAILED, settings_or_exit
from sambut.logs import Lasting, set_up_logs
from sambut.not_started import NOT_STARTED, sentence_of
from sambut.program import run_program
from sambut.settings import Settings
from sambut.supervisor import BEAT_S, EXIT_GIVEN_WAY, Lifeline, Supervisor
from sambut.turns import take_short_turns
from telephony.heartbeat import Superseded

log = structlog.get_logger(__name__)

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command()(apply)
app.command()(check)
app.command()(export)
app.command()(hash_pin)
app.add_typer(lists.app, name="lists")
app.add_typer(token.app, name="token")

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""Of a command that is only loaded when it is asked for: what follows its name is its own, `--help` too.

Benchmarks and demo bring phones, numbers and tables with them, and callers wait while `up` is loaded.
"""


@app.command(context_settings=PASSED_ON)
def bench(asked: typer.Context) -> None:
    """Measure the product beside something else, in one run."""
    from sambut.bench.command import bench as measure

    measure(asked.args, prog_name="sambut bench")


@app.command(context_settings=PASSED_ON)
def demo(asked: typer.Context) -> None:
    """Play the sample centre with real calls, until Ctrl-C or for so many calls."""
    from sambut.demo.command import app as play

    play(asked.args, prog_name="sambut demo")


@app.command(context_settings=PASSED_ON)
def replay(asked: typer.Context) -> None:
    """Decide a past span again from the journal, and compare."""
    from sambut.commands.replay import app as decide_again

    decide_again(asked.args, prog_name="sambut replay")


@app.command(context_settings=PASSED_ON)
def why(asked: typer.Context) -> None:
    """Tell why an interaction was offered to whom it was, when, and why not to others."""
    from sambut.commands.why import app as tell

    tell(asked.args, prog_name="sambut why")


@app.command(context_settings=PASSED_ON)
def simulate(asked: typer.Context) -> None:
    """Simulate a day of a whole centre in virtual time, and print its report."""
    from sambut.commands.simulate import simulate as play_a_day

    play_a_day(asked.args, prog_name="sambut simulate")


@app.command()
def up(
    settings: Annotated[Path | None, typer.Option("--settings", help="The settings file.")] = None,
    stop_asterisk: Annotated[
        bool, typer.Option("--stop-asterisk", help="At the end, stop Asterisk and every call with it.")
    ] = False,
) -> None:
    """Run the program until SIGTERM or Ctrl-C. Without --stop-asterisk no call is cut at the end.

    Should it die or freeze, it is started again within three seconds. Exit codes: 0 stopped as asked; 1 it could not start, something that must not fail has failed, or a program that
    started later has taken over; 2 settings wrong.
    """
    known = settings_or_exit(settings)
    set_up_logs(level=known.log.level, form=known.log.format)
    program = Supervisor(engine=lambda lifeline: _run(known, lifeline, stop_asterisk=stop_asterisk))
    raise typer.Exit(program.run())


def _run(settings: Settings, lifeline: Lifeline, *, stop_asterisk: bool) -> int:
    """The program itself, in its own process; its exit code."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run_until_told(settings, lifeline, stop_asterisk=stop_asterisk))
    except NOT_STARTED as wrong:
        print(sentence_of(wrong), file=Lasting(sys.stderr))
        return EXIT_FAILED
    except Superseded as wrong:
        print(f"Ended: {wrong}", file=Lasting(sys.stderr))
        return EXIT_GIVEN_WAY
    return 0


async def _beat(lifeline: Lifeline) -> None:
    while True:
        lifeline.beat()
        await asyncio.sleep(BEAT_S)


async def _run_until_told(settings: Settings, lifeline: Lifeline, *, stop_asterisk: bool) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    async with run_program(settings, stop_asterisk=stop_asterisk) as running:
        settle_collector()
        beating = asyncio.create_task(_beat(lifeline))
        take_short_turns()
        waiting = asyncio.create_task(told.wait())
        await asyncio.wait({waiting, running.tasks}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        beating.cancel()
        if running.tasks.done():
            raise _cause(running.tasks)
    log.info("stopped")


def _cause(tasks: "asyncio.Task[None]") -> BaseException:
    """Why the program's tasks have ended: what an administrator can act on by itself, a bug as it came."""
    failure = tasks.exception() or RuntimeError("the program's tasks have ended")
    known = failure.subgroup(Superseded) if isinstance(failure, BaseExceptionGroup) else None
    cause: BaseException = known or failure
    while known is not None and isinstance(cause, BaseExceptionGroup):
        cause = cause.exceptions[0]
    return cause
