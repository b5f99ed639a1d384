"""``sambut bench NAME``: run a benchmark, show it as a table, and write it down as JSON."""

import asyncio
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from sambut.asterisk_site import AsteriskNotFound
from sambut.bench.ami import run_ami
from sambut.bench.calls import WAYS, Plan, TooManyFailed, run_calls
from sambut.bench.journal import run_journal
from sambut.bench.machine import machine_facts
from sambut.bench.matching import Row, run_matching
from sambut.bench.pop import run_pop
from sambut.bench.recording import run_recording
from sambut.bench.simulate import run_simulate
from sambut.bench.start import StartRow, run_start
from sambut.bench.ways import NotComparable

bench = typer.Typer(no_args_is_help=True, help="Measure the product beside something else, in one run.")

JsonPath = Annotated[Path | None, typer.Option("--json", help="Write the figures down as JSON.")]


@bench.command()
def matching(
    json_path: JsonPath = None,
    decisions: Annotated[
        int, typer.Option("--decisions", min=1, help="So many choices are held against the plain rule.")
    ] = 100_000,
) -> None:
    """The choice of the next caller and agent, on floors of up to 50,000 agents and 100,000 waiting callers."""
    console = Console()
    table = Table(
        "agents", "waiting", "classes", "case", "p50 µs", "p99 µs", "p99.9 µs", "plain ÷ ours", title="matching"
    )
    table.columns[3].overflow = "fold"  # in a narrow terminal too the cases are told apart

    def told(row: Row) -> None:
        ratio = "" if row.naive_ratio is None else f"{row.naive_ratio:,.0f}"
        times = (row.decision_us_p50, row.decision_us_p99, row.decision_us_p999)
        sizes = (f"{number:,}" for number in (row.agents, row.waiting, row.classes))
        table.add_row(*sizes, row.case, *(f"{time:.1f}" for time in times), ratio)

    with console.status("measuring"):
        body = run_matching(told, decisions=decisions)
    console.print(table)
    for name, slope in body["slopes"].items():
        console.print(f"growth of {name}: {slope:+.3f} (log-log slope)")
    console.print(f"{body['mismatches']} of {decisions:,} choices differ from the plain rule")
    _write(json_path, "matching", body)
    if body["mismatches"]:
        raise typer.Exit(1)


@bench.command()
def calls(
    json_path: JsonPath = None,
    rate: Annotated[float, typer.Option("--rate", min=0.5, help="Calls a second.")] = 28.0,
    seconds: Annotated[float, typer.Option("--seconds", min=1, help="How long the stream of calls lasts.")] = 60.0,
    agents: Annotated[int, typer.Option("--agents", min=12, help="Agents with a phone.")] = 500,
    queues: Annotated[int, typer.Option("--queues", min=1, help="Queues, with every agent in each.")] = 1,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="How often the three take turns.")] = 2,
    highest: Annotated[bool, typer.Option("--highest", help="Search the highest rate without a failure.")] = False,
) -> None:
    """The same calls through this product, through app_queue, and by a plain Dial (the floor).

    Exit codes: 0 measured; 1 too many calls failed, or it could not be run: then no figures are given.
    """
    console = Console()
    plan = Plan(agents=agents, queues=queues, rate=rate, seconds=seconds, rounds=rounds, highest=highest)
    with _or_no_figures(console):
        body = asyncio.run(run_calls(plan, console.log))
    table = Table("", *WAYS, title=f"calls: {rate:g}/s for {seconds:g} s, {agents} agents, queues: {queues}")
    for key in body["sambut"]:
        table.add_row(key, *("-" if body[name][key] is None else f"{body[name][key]:,.2f}" for name in WAYS))
    console.print(table)
    for name, ratio in body["ratios"].items():
        console.print(f"{name}: " + ("-" if ratio is None else f"{ratio:.2f}"))
    for name, best in body.get("highest_calls_per_s", {}).items():
        console.print(f"highest rate without a failure, {name}: {best:.0f}/s")
    _write(json_path, "calls", body)


@bench.command()
def ami(json_path: JsonPath = None) -> None:
    """Our AMI link against plain panoramisk, on the recorded bytes of a real Asterisk.

    Exit codes: 0 measured; 1 the two did not read the same.
    """
    console = Console()
    with console.status("measuring"):
        body = asyncio.run(run_ami(lambda _: None))
    table = Table(
        "", "messages / CPU-s", title=f"ami: {body['messages']:,} messages, {body['wanted']:,} of them wanted"
    )
    table.add_row("sambut", f"{body['sambut_messages_per_cpu_s']:,.0f}")
    table.add_row("panoramisk 1.4", f"{body['panoramisk_messages_per_cpu_s']:,.0f}")
    console.print(table)
    console.print(f"sambut ÷ panoramisk: {body['ratio']:.1f}; events read differently: {body['differences']}")
    _write(json_path, "ami", body)
    if body["differences"]:
        raise typer.Exit(1)


@bench.command()
def journal(json_path: JsonPath = None) -> None:
    """Durable facts a second with group commit, against one row a transaction; and what kill -9 loses.

    Exit codes: 0 measured; 1 something that was durable is gone.
    """
    console = Console()
    with console.status("measuring"):
        body = run_journal(lambda _: None)
    table = Table("", "facts / s", "entries / s", title="journal: durable, synchronous = FULL")
    for title, key in ((f"group commit, {body['group']} entries", "grouped"), ("one row a transaction", "one_row")):
        table.add_row(title, f"{body[f'{key}_facts_per_s']:,.0f}", f"{body[f'{key}_entries_per_s']:,.0f}")
    console.print(table)
    console.print(f"group commit ÷ one row: {body['ratio']:.1f}")
    console.print(f"{body['lost']} of {body['acknowledged']:,} durable entries lost in {body['kills']} times kill -9")
    _write(json_path, "journal", body)
    if body["lost"]:
        raise typer.Exit(1)


@bench.command()
def pop(
    json_path: JsonPath = None,
    calls: Annotated[int, typer.Option("--calls", min=10, help="Calls to place.")] = 1000,
    rate: Annotated[float, typer.Option("--rate", min=0.5, help="Calls a second.")] = 15.0,
) -> None:
    """When the screen pop is at a desk, against when the agent's phone gets its INVITE.

    Exit codes: 0 measured; 1 too many calls failed, or it could not be run: then no figures are given.
    """
    console = Console()
    with _or_no_figures(console):
        body = asyncio.run(run_pop(console.log, calls=calls, rate=rate))
    table = Table("pop minus INVITE", "ms", title=f"pop: {calls:,} calls at {rate:g}/s")
    for share in ("p50", "p99", "max"):
        table.add_row(share, f"{body[f'pop_minus_invite_ms_{share}']:+.2f}")
    console.print(table)
    console.print(f"{body['late']} of {calls:,} pops came after the INVITE")
    _write(json_path, "pop", body)


@bench.command()
def recording(
    json_path: JsonPath = None,
    calls: Annotated[int, typer.Option("--calls", min=2, help="Calls that talk at the same time.")] = 200,
    seconds: Annotated[float, typer.Option("--seconds", min=3, help="How long each of them talks.")] = 45.0,
) -> None:
    """Processor time of a recorded call with sound both ways, and whether any recording is short.

    Exit codes: 0 measured, nothing truncated; 1 a recording of ours is truncated, or it could not be measured.
    """
    console = Console()
    with _or_no_figures(console):
        body = asyncio.run(run_recording(console.log, calls=calls, talk_s=seconds))
    ways = ("sambut", "mixmonitor", "not_recorded")
    table = Table("", *ways, title=f"recording: {calls} calls at once, {seconds:g} s each")
    for key in body["sambut"]:
        table.add_row(key, *("-" if body[name][key] is None else f"{body[name][key]:,.6g}" for name in ways))
    console.print(table)
    console.print(f"processor time, sambut ÷ MixMonitor: {body['cpu_sambut_to_mixmonitor']:.2f}")
    _write(json_path, "recording", body)
    if body["sambut"]["truncated"]:
        raise typer.Exit(1)


@bench.command()
def start(
    json_path: JsonPath = None,
    entries: Annotated[
        list[int] | None, typer.Option("--entries", min=0, help="Lengths of the journal; may be given several times.")
    ] = None,
    starts: Annotated[int, typer.Option("--starts", min=1, help="Starts of each length.")] = 5,
) -> None:
    """How long a killed program takes until it is in step with Asterisk again, by the length of its journal.

    Exit codes: 0 measured; 1 it could not be run: then no figures are given.
    """
    console = Console()
    table = Table("entries", "in step s", "processor s", "all read, s", title="start")

    def told(row: StartRow) -> None:
        table.add_row(f"{row.entries:,}", f"{row.ready_s:.2f}", f"{row.program_cpu_s:.2f}", f"{row.whole_s:.2f}")

    with (
        _or_no_figures(console),
        tempfile.TemporaryDirectory(prefix="sambut-bench-start-") as folder,
        console.status("measuring"),
    ):
        body = asyncio.run(run_start(Path(folder), entries or [0, 100_000], starts, told))
    console.print(table)
    _write(json_path, "start", body)


@bench.command()
def simulate(
    json_path: JsonPath = None,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="The best of so many is told.")] = 3,
) -> None:
    """An hour of 500 agents and 10,000 calls in virtual time, with all its facts encoded for the journal."""
    console = Console()
    with console.status("measuring"):
        body = run_simulate(rounds=rounds)
    title = f"simulate: {body['agents']} agents, {body['calls']:,.0f} calls, {body['facts']:,} facts"
    table = Table("", "", title=title)
    table.add_row("an hour takes, s", f"{body['took_s']:.2f}")
    table.add_row("of the processor, s", f"{body['cpu_s']:.2f}")
    table.add_row("ms a call", f"{body['ms_a_call']:.3f}")
    console.print(table)
    console.print(
        f"times real time: {body['times_real_time']:,.0f}, by processor time "
        f"{body['times_real_time_by_processor']:,.0f}; meant: {body['meant']:,}"
    )
    _write(json_path, "simulate", body)


@contextmanager
def _or_no_figures(console: Console) -> Iterator[None]:
    """What cannot be measured is told in a sentence, and ends the command with exit code 1."""
    try:
        yield
    except (TooManyFailed, NotComparable, AsteriskNotFound, OSError) as wrong:
        console.print(f"No figures: {wrong}", style="bold", markup=False)
        raise typer.Exit(1) from wrong


def _write(path: Path | None, name: str, body: dict[str, Any]) -> None:
    """Raises typer.BadParameter when the file cannot be written."""
    if path is None:
        return
    report = {"benchmark": name, "machine": machine_facts(), **body}
    try:
        path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    except OSError as wrong:
        raise typer.BadParameter(f"cannot write {path}: {wrong.strerror}") from wrong
