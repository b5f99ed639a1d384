"""Running one target under atheris, and reading what came of it."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_EXECUTIONS: Final = re.compile(r"stat::number_of_executed_units:\s*(\d+)|^#(\d+)\s", re.MULTILINE)
_COVERAGE: Final = re.compile(r"\bcov: (\d+)")
_ARTIFACT: Final = re.compile(r"Test unit written to (\S*?((?:crash|timeout|oom|slow-unit|leak))-[0-9a-f]+)")
GRACE_S = 120
"""For imports under instruments, and for a last input that hangs."""
WORDS_LENGTH_MAX = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What broke. ``kind``: crash, timeout, oom, or start (nothing was fuzzed). ``file``: the input; ``words``: why."""

    kind: str
    file: Path | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run did: inputs tried, places reached, and what it found."""

    executions: int
    coverage: int
    finding: Finding | None


def fuzz(module: str, *, seconds: int, folder: Path) -> Run:
    """Fuzz a target's module for some seconds, or until something breaks. Raises TimeoutExpired: it does not end."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.drive", module, str(seconds), str(folder)],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds + GRACE_S,
        check=False,
        env=os.environ | {"PYTHONFAULTHANDLER": "1"},
    )
    said = done.stdout + done.stderr
    counts = [int(one or other) for one, other in _EXECUTIONS.findall(said)]
    reached = [int(found) for found in _COVERAGE.findall(said)]
    return Run(
        executions=max(counts, default=0), coverage=max(reached, default=0), finding=_finding(done.returncode, said)
    )


def _finding(code: int, said: str) -> Finding | None:
    written = _ARTIFACT.search(said)
    if written is not None:
        return Finding(kind=written[2], file=Path(written[1]), words=_reason(said))
    if code != 0:
        return Finding(kind="start", file=None, words=_reason(said))
    return None


def _reason(said: str) -> str:
    """The traceback, or what was said last."""
    at = said.find("=== Uncaught Python exception: ===")
    if at < 0:
        return said[-WORDS_LENGTH_MAX:]
    return said[at : at + WORDS_LENGTH_MAX].partition("\nINFO: ")[0].partition("\n==")[0]
