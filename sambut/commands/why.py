"""``sambut why``: every choice about one interaction, with its reasons, worked out again from the journal."""

import asyncio
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer

from acd.core.explanation import Explanation
from acd.ports import JournalFailed
from cti.why_shapes import explanation_view
from kernel.ids import AgentId, InteractionId
from sambut.commands.office import EXIT_FAILED, settings_or_exit, stop
from sambut.logs import set_up_logs
from sambut.settings import Settings
from sambut.why.reading import explained, open_records
from sambut.why.words import lines_of
from store.database import StoreFailed

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def why(
    interaction: Annotated[str, typer.Argument(help="The interaction's id, as the API and the reports show it.")],
    agent: Annotated[str | None, typer.Option("--agent", help="Of the agents tell of this one (an id) only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write everything as JSON.")] = False,
    settings: Annotated[Path | None, typer.Option("--settings", help="The settings file.")] = None,
) -> None:
    """Tell why an interaction was offered to whom it was, when, and why not to others.

    It is worked out from the journal with the rules of this version of the program, whether the program runs or not.
    Exit codes: 0 told; 1 there is no such interaction, or the journal cannot be read; 2 the settings are wrong.
    """
    known = settings_or_exit(settings)
    set_up_logs(level="critical", form="console")
    try:
        explanation, zone = asyncio.run(_asked(known, InteractionId(interaction)))
    except (StoreFailed, JournalFailed) as failed:
        stop(f"Not told: {failed}; see journal.database_url.", EXIT_FAILED)
    if explanation is None:
        stop(f"The journal knows no interaction {interaction}.", EXIT_FAILED)
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(explanation_view(explanation))).decode())
        return
    for line in lines_of(explanation, zone, agent_id=None if agent is None else AgentId(agent)):
        print(line)


async def _asked(settings: Settings, interaction_id: InteractionId) -> tuple[Explanation | None, ZoneInfo]:
    async with open_records(settings.database_url) as records:
        return await explained(records, interaction_id), ZoneInfo(await records.zone_name())
