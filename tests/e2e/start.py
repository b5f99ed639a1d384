"""A centre that could be started, what `sambut check` tells of it, and what a start leaves behind."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from centre.reader import read_centre
from kernel.instants import Instant
from sambut.commands.hash_pin import pin_hash_of
from sambut.demo.sample_centre import AGENT_IDS, demo_centre
from sambut.settings import Settings
from sambut.storage import open_storage
from tests.e2e.floor import PIN
from tests.e2e.shell import sambut


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What `sambut check --json` told."""

    exit_code: int
    ok: bool
    findings: list[dict[str, Any]]


async def save_sample_centre(settings: Settings) -> None:
    """Put the sample centre in force."""
    centre = read_centre(demo_centre(dict.fromkeys(AGENT_IDS, pin_hash_of(PIN))))
    async with open_storage(settings) as storage:
        await storage.directory.save(centre, Instant(0))


async def told_by_check(file: Path) -> Checked:
    """What `sambut check` finds."""
    said = await sambut(file, "check", "--json")
    told = json.loads(said.out)
    return Checked(exit_code=said.code, ok=told["ok"], findings=told["findings"])


def processes_of(folder: Path) -> list[int]:
    """The processes whose words name a folder, as every Asterisk of ours names its configuration's."""
    found: list[int] = []
    for words in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in words.read_bytes():
                found.append(int(words.parent.name))
        except OSError:
            continue
    return found
