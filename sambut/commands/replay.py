"""``sambut replay``: decide a past span again from the journal, and see that everything comes out as it is recorded."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from acd.ports import JournalFailed
from acd.replay import DIFFERENCES_MAX, Difference, ReplayResult, replay
from kernel.instants import Instant, from_datetime, to_datetime
from sambut.commands.office import EXIT_FAILED, EXIT_INVALID, settings_or_exit, stop
from sambut.commands.what_if import FileInvalid, text_of, what_if
from sambut.logs import set_up_logs
from sambut.settings import Settings
from sambut.why.reading import Records, open_records
from store.database import StoreFailed

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class MomentInvalid(Exception):
    """Not a moment, or not a span. The text says which, and how to write one."""


@app.command()
def again(
    begins: Annotated[str, typer.Argument(metavar="FROM", help="Where the span begins: 2026-11-24T08:00.")],
    ends: Annotated[str, typer.Argument(metavar="TO", help="Where it ends; that moment is not in it any more.")],
    file: Annotated[
        Path | None, typer.Option("--with", metavar="FILE", help="Play the span under this centre file, and compare.")
    ] = None,
    settings: Annotated[Path | None, typer.Option("--settings", help="The settings file.")] = None,
) -> None:
    """Decide a past span again from the journal's inputs; everything must come out as it is recorded.

    With a centre file: what if that had been in force? Arrivals, patience, talks and agents' own wishes stay as recorded.
    Moments without a zone are the centre's. It may run beside the program; without a file on a journal of any size.
    Exit codes: 0 equal (with a file: the run without it is); 1 something differs, or the journal cannot be read;
    2 the settings, the moments or the file are wrong.
    """
    known = settings_or_exit(settings)
    set_up_logs(level="critical", form="console")
    try:
        text = None if file is None else text_of(file)
        is_equal, lines = asyncio.run(_told(known, begins, ends, text))
    except (MomentInvalid, FileInvalid) as wrong:
        stop(str(wrong), EXIT_INVALID)
    except (StoreFailed, JournalFailed) as failed:
        stop(f"Not replayed: {failed}; see journal.database_url.", EXIT_FAILED)
    for line in lines:
        print(line)
    if not is_equal:
        raise typer.Exit(EXIT_FAILED)


async def _told(settings: Settings, begins: str, ends: str, text: bytes | None) -> tuple[bool, list[str]]:
    async with open_records(settings.database_url) as records:
        begins_at, ends_at = await span_of(records, begins, ends)
        if text is not None:
            compared, lines = await what_if(records, begins_at, ends_at, text)
            return compared.differs_at is None, lines
        start = await records.start_before(await records.journal.first_seq_at(begins_at))
        entries = records.journal.read(start.seq)
        result = await replay(entries, start.checkpoint, begins_at=begins_at, ends_at=ends_at)
        return result.is_equal, _lines_of(result)


async def span_of(records: Records, begins: str, ends: str) -> tuple[Instant, Instant]:
    """The two moments; without a zone they are the centre's. Raises MomentInvalid, StoreFailed."""
    zone = ZoneInfo(await records.zone_name())
    begins_at, ends_at = _moment(begins, zone), _moment(ends, zone)
    if ends_at <= begins_at:
        raise MomentInvalid(f"{ends} is not after {begins}.")
    return begins_at, ends_at


def _moment(text: str, zone: ZoneInfo) -> Instant:
    try:
        moment = datetime.fromisoformat(text)
        return from_datetime(moment if moment.tzinfo is not None else moment.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        raise MomentInvalid(f"{text} is no moment; write it like 2026-11-24T08:00 or 2026-11-24T01:00:00Z.") from None


def _lines_of(result: ReplayResult) -> list[str]:
    lines = [f"{result.entry_count} inputs decided again, {result.fact_count} facts recorded."]
    if result.is_equal:
        return [*lines, "Everything came out as it is recorded."]
    if not result.is_whole:
        lines.append(f"Given up after {DIFFERENCES_MAX} differences; another version of the program wrote this.")
    lines.append(f"{result.difference_count} of them came out otherwise. The first:")
    return [*lines, *_difference(result.first_difference)]


def _difference(first: Difference | None) -> list[str]:
    if first is None:
        return []
    return [
        f"  entry {first.seq} at {to_datetime(first.at).isoformat()}: {first.given}",
        *(f"  recorded: {fact}" for fact in first.recorded),
        *(f"  decided:  {fact}" for fact in first.decided),
    ]
