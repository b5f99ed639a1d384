"""The program as people start it: `sambut up` and `sambut check` as processes of their own."""

import asyncio
import json
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from centre.reader import read_centre
from kernel.instants import Instant
from sambut.commands.hash_pin import pin_hash_of
from sambut.demo.sample_centre import AGENT_IDS, demo_centre
from sambut.settings import SECTIONS, Settings
from sambut.storage import open_storage
from tests.e2e.floor import PIN

ENDS_S_MAX = 40
"""How long a command that is to end by itself may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A command that has ended."""

    exit_code: int
    output: str
    errors: str


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


def write_settings(settings: Settings, folder: Path) -> Path:
    """Settings as the file that a command takes."""
    lines: list[str] = []
    for section in SECTIONS:
        values = msgspec.to_builtins(getattr(settings, section))
        # JSON's texts, numbers, truths and lists are TOML's as well.
        lines += [f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())]
    text = "\n".join(lines)
    assert tomllib.loads(text)
    folder.mkdir(exist_ok=True)
    file = folder / "sambut.toml"
    file.write_text(f"{text}\n")
    return file


async def run_sambut(*words: str) -> Ended:
    """One command, to its end; killed when it has none."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("sambut"),
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(ENDS_S_MAX):
            output, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        raise
    assert process.returncode is not None
    return Ended(exit_code=process.returncode, output=output.decode(), errors=errors.decode())


async def told_by_check(file: Path) -> Checked:
    """What `sambut check` finds."""
    ended = await run_sambut("check", "--json", "--settings", str(file))
    told = json.loads(ended.output)
    return Checked(exit_code=ended.exit_code, ok=told["ok"], findings=told["findings"])


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
