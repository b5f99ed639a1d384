"""The command `sambut` as people run it: a process of its own, with the floor's settings in a file."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from sambut.settings import SECTIONS, Settings

SECONDS_MAX = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    errors: str


def write_settings(settings: Settings, file: Path) -> Path:
    """Settings as the file that they could have been read from."""
    lines: list[str] = []
    for name in SECTIONS:
        section = getattr(settings, name)
        lines.append(f"[{name}]")
        for key in section.__struct_fields__:
            value = getattr(section, key)
            # JSON's numbers, texts, lists and truth values are TOML's too.
            lines.append(f"{key} = {json.dumps(value)}")
    file.write_text("\n".join(lines) + "\n")
    return file


async def sambut(settings_file: Path, *words: str, typed: str = "", before: tuple[str, ...] = ()) -> Said:
    """Run one command to its end. Nobody sits at its terminal. ``before``: words that run the command's own."""
    process = await asyncio.create_subprocess_exec(
        *before, str(Path(sys.executable).with_name("sambut")), *words, "--settings", str(settings_file),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SECONDS_MAX):
            out, errors = await process.communicate(typed.encode())
    except TimeoutError:
        process.kill()
        raise
    return Said(code=process.returncode or 0, out=out.decode(), errors=errors.decode())
