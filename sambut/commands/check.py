"""``sambut check``: the doctor. One line for each finding; nothing is changed."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from sambut.commands.office import EXIT_FAILED
from sambut.doctor.examination import examine
from sambut.doctor.findings import Finding, Level, all_wrong, fine, wrong
from sambut.logs import set_up_logs
from sambut.settings_file import SettingsInvalid, read_settings

_STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.WRONG: "red"}


def check(
    as_json: Annotated[bool, typer.Option("--json", help="Write the findings as JSON.")] = False,
    settings: Annotated[Path | None, typer.Option("--settings", help="The settings file.")] = None,
) -> None:
    """Look at everything that must be well, whether the program runs or not, and tell how to mend what is not.

    Exit codes: 0 nothing is wrong (there may be warnings); 1 something is.
    """
    # What the probes' parts log stands in the findings, in better words.
    set_up_logs(level="critical", form="console")
    findings = _findings(settings)
    if as_json:
        told = {"ok": not all_wrong(findings), "findings": [asdict(finding) for finding in findings]}
        print(json.dumps(told, indent=2))
    else:
        _show(findings)
    if all_wrong(findings):
        raise typer.Exit(EXIT_FAILED)


def _findings(file: Path | None) -> list[Finding]:
    try:
        settings = read_settings(file)
    except SettingsInvalid as invalid:
        return [wrong(problem.where, problem.what, problem.mend) for problem in invalid.problems]
    return [fine("settings", "the file and the environment are valid"), *asyncio.run(examine(settings))]


def _show(findings: list[Finding]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        # Text, never markup: paths may hold brackets.
        console.print(Text(f"{finding.level:8} ", style=_STYLES[finding.level]) + Text(str(finding)))
