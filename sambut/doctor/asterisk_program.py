"""The Asterisk that would be started: is it there, does it run, is it new enough, are its modules whole."""

import asyncio
import contextlib
import re
from pathlib import Path
from typing import Final

from sambut.asterisk_site import VERSION_MIN, AsteriskNotFound, AsteriskProgram, read_program
from sambut.doctor.findings import Finding, fine, warning, wrong
from sambut.settings import Settings
from telephony.config.modules import MODULES

ANSWER_S_MAX: Final = 15.0
_VERSION: Final = re.compile(r"^Asterisk (?:certified[-/])?(\d+)\.(\d+)\.(\d+)", re.MULTILINE)
_ELF: Final = b"\x7fELF"
_MEND: Final = "run `make setup`, which provides one"


async def look_at_asterisk(settings: Settings) -> tuple[list[Finding], AsteriskProgram | None]:
    """What was found, and the program when there is one that can be looked at further."""
    try:
        program = read_program(settings)
    except AsteriskNotFound as missing:
        path, _, words = str(missing).partition(": ")
        what, _, mend = words.rpartition("; ")
        return [wrong(path, what, mend)], None
    return [await _version(program), *look_at_modules(program.modules_dir)], program


async def _version(program: AsteriskProgram) -> Finding:
    where, least = program.words[-1], ".".join(map(str, VERSION_MIN))
    said = await _answer((*program.words, "-V"))
    version = _VERSION.search(said)
    if version is None:
        return wrong(where, f"it does not run, or is no Asterisk (it says {said.strip()[:80]!a})", _MEND)
    numbers = tuple(map(int, version.groups()))
    shown = ".".join(version.groups())
    if numbers < VERSION_MIN:
        return wrong(where, f"it is Asterisk {shown}, older than {least}", _MEND)
    return fine(where, f"Asterisk {shown}")


async def _answer(words: tuple[str, ...]) -> str:
    try:
        process = await asyncio.create_subprocess_exec(
            *words, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
    except OSError as problem:
        return problem.strerror or "nothing"
    try:
        async with asyncio.timeout(ANSWER_S_MAX):
            said, _ = await process.communicate()
    except TimeoutError:
        return "nothing"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    return said.decode("utf-8", "replace")


def look_at_modules(modules_dir: Path) -> list[Finding]:
    """Is every module that our modules.conf names in the folder, and a library? Without a required one Asterisk ends."""
    found: list[Finding] = []
    for module in MODULES:
        path = modules_dir / module.name
        problem = _problem_of(path)
        if problem is not None and module.required:
            found.append(wrong(str(path), f"the module {problem}, and Asterisk does not start without it", _MEND))
        elif problem is not None:
            found.append(warning(str(path), f"the module {problem}; what it does is not there", _MEND))
    return found or [fine(str(modules_dir), f"all {len(MODULES)} modules are there")]


def _problem_of(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return None if file.read(len(_ELF)) == _ELF else "is no library"
    except FileNotFoundError:
        return "is missing"
    except OSError as problem:
        return f"cannot be read ({problem.strerror})"
