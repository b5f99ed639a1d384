"""``sambut simulate``: a day of a whole centre on the real engine, in virtual time, and the report of it."""

import json
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from kernel.entry import Entry
from sambut.collector import settle_collector
from sambut.commands.office import EXIT_INVALID, stop
from simulator.whole_centre.day_file import DayInvalid, read_day
from simulator.whole_centre.description import Day
from simulator.whole_centre.made_up import made_up_day
from simulator.whole_centre.report import Encode, Numbers, Report, Reported, report_day
from store.fact_json import FactJson

AGENTS, CALLS_PER_HOUR, HOURS, SEED = 50, 300.0, 9.0, 1
WIDTH_MIN = 120
"""Ids of queues are told whole, in a narrow terminal too."""

simulate = typer.Typer(add_completion=False)


@simulate.command()
def run(
    file: Annotated[Path | None, typer.Argument(help="A day described in TOML or JSON (*.json).")] = None,
    agents: Annotated[int | None, typer.Option("--agents", min=1, max=5000, help="Agents, all of one skill.")] = None,
    calls_per_hour: Annotated[
        float | None, typer.Option("--calls-per-hour", min=0, max=1_000_000, help="On the average of the day.")
    ] = None,
    hours: Annotated[float | None, typer.Option("--hours", min=0.1, max=168, help="How long callers come in.")] = None,
    aht_s: Annotated[
        float | None,
        typer.Option("--aht-s", min=1, max=36_000, help="Average handling time; else the centre's own is taken."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="The same seed is the same day.")] = None,
    json_path: Annotated[Path | None, typer.Option("--json", help="Write the report down as JSON.")] = None,
) -> None:
    """Simulate a day of a whole centre: one that FILE describes, or made up from a few numbers and this centre's own hours.

    Exit codes: 0 simulated; 2 what was asked is wrong.
    """
    words = ["sambut", "simulate"]
    if file is not None:
        if any(given is not None for given in (agents, calls_per_hour, hours, aht_s)):
            stop("Write agents, calls and hours into the file, or leave the file out.", EXIT_INVALID)
        day = _described(file, seed)
        words += [str(file)]
    else:
        day = made_up_day(
            agents=agents or AGENTS,
            calls_per_hour=CALLS_PER_HOUR if calls_per_hour is None else calls_per_hour,
            hours=hours or HOURS,
            seed=SEED if seed is None else seed,
            aht_s=aht_s,
        )
        words += ["--agents", str(agents or AGENTS)]
        words += ["--calls-per-hour", f"{CALLS_PER_HOUR if calls_per_hour is None else calls_per_hour:g}"]
        words += ["--hours", f"{hours or HOURS:g}"]
        words += ["--aht-s", f"{aht_s:g}"] if aht_s is not None else []
    words += ["--seed", str(day.seed)]
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH_MIN)
    reported = simulated(day)
    repeat = shlex.join(words)
    show(console, day, reported, repeat)
    if json_path is not None:
        _write(json_path, told(reported, repeat))


def _described(file: Path, seed: int | None) -> Day:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as wrong:
        stop(f"{file}: cannot be read: {wrong.strerror}", EXIT_INVALID)
    except UnicodeDecodeError:
        stop(f"{file}: the text is not UTF-8; save the file as UTF-8", EXIT_INVALID)
    try:
        return read_day(text, is_json=file.suffix == ".json", seed=seed)
    except DayInvalid as wrong:
        stop(f"{wrong}\n{file}: nothing was simulated.", EXIT_INVALID)


def simulated(day: Day) -> Reported:
    """The day, with every fact written as the journal writes it."""
    settle_collector()
    return report_day(day, journal_bytes())


def journal_bytes() -> Encode:
    """What the journal would write of an entry, in bytes."""
    fact_json = FactJson()

    def encode(entry: Entry) -> int:
        size = len(fact_json.dump_all(entry.facts))
        return size if entry.given is None else size + len(fact_json.dump(entry.given))

    return encode


def times_real_time(day: Day, reported: Reported) -> float:
    """How many times faster than life it went. The time after closing, in which the last are served, counts as none."""
    return day.lasts_ms / 1000 / reported.played.took_s


def told(reported: Reported, repeat: str) -> dict[str, Any]:
    """As JSON: ``report`` is the same for the same day, ``run`` is of this machine."""
    played = reported.played
    return {
        "repeat": repeat,
        "report": reported.report.plain(),
        "run": {
            "took_s": played.took_s,
            "cpu_s": played.cpu_s,
            "facts_per_s": played.fact_count / played.took_s,
        },
    }


def show(console: Console, day: Day, reported: Reported, repeat: str) -> None:
    """The report for people."""
    report, played = reported.report, reported.played
    console.print(f"{day.name}: seed {day.seed}", style="bold", markup=False)
    console.print(_queues(report))
    console.print(_agents(report), markup=False)
    for line in _remarks(day, report):
        console.print(line, markup=False, soft_wrap=True)
    speed = times_real_time(day, reported)
    console.print(
        f"{day.lasts_ms / 3_600_000:g} h in {played.took_s:.2f} s: {speed:,.0f} times real time "
        f"({played.cpu_s:.2f} s of the processor); "
        f"{played.input_count:,} inputs, {played.fact_count:,} facts, {report.journal_bytes / 1e6:,.1f} MB of journal",
        markup=False,
        soft_wrap=True,
    )
    console.print(f"again: {repeat}", markup=False, soft_wrap=True)


def _queues(report: Report) -> Table:
    heads = ("offered", "answered", "abandoned", "left", "in time", "ASA s", "max s", "AHT s", "RONA")
    table = Table("queue", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.columns[0].overflow = "fold"
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    rows = list(report.queues.items())
    for name, numbers in [*rows, ("all", report.total)] if len(rows) != 1 else rows:
        table.add_row(name, *_cells(numbers))
    return table


def _cells(numbers: Numbers) -> list[str]:
    def count(*names: str) -> str:
        return f"{sum(numbers[name] or 0 for name in names):,.0f}"

    def seconds(name: str) -> str:
        value = numbers[name]
        return "-" if value is None else f"{value / 1000:,.1f}"

    return [
        count("offered"),
        count("answered"),
        count("abandoned", "short_abandoned"),
        count("left"),
        _percent(numbers["service_level"]),
        seconds("asa"),
        seconds("wait_max"),
        seconds("aht"),
        count("rona"),
    ]


def _agents(report: Report) -> str:
    agents = report.agents
    return (
        f"{agents.agents} agents: occupied {_percent(agents.occupancy_mean)}, the least {_percent(agents.occupancy_least)}, "
        f"the most {_percent(agents.occupancy_most)}; in use {_percent(agents.utilisation_mean)} of "
        f"{agents.staffed_ms / 3_600_000:,.0f} staffed hours"
    )


def _remarks(day: Day, report: Report) -> list[str]:
    lines = [f"load: {report.load_erlangs:,.1f} erlangs for {len(day.shifts)} agents"]
    if report.load_erlangs > len(day.shifts):
        lines[0] += ": more than they can carry, whatever the rules"
    if report.turned_away:
        lines.append(f"{report.turned_away:,} called while the switch was dead and reached nobody")
    if report.unserved:
        lines.append(f"{report.unserved:,} were still there long after closing, and nobody could take them")
    return lines


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _write(path: Path, body: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")
    except OSError as wrong:
        stop(f"{path}: cannot be written: {wrong.strerror}", EXIT_INVALID)
