"""One target under atheris, in a process of its own: it ends with the first input that breaks something.

``python -m tests.fuzz.drive MODULE SECONDS FOLDER``: new inputs that reach further are kept in ``FOLDER/reached``, for the
next run too; one that breaks something is written to ``FOLDER`` as ``crash-...`` or ``timeout-...``.
"""

import importlib
import sys
from pathlib import Path

import atheris

from tests.fuzz.target import Target, known_inputs

WATCHED = ["acd", "centre", "cti", "ivr", "kernel", "store", "telephony", "sambut", "panoramisk", "tomllib"]
"""Packages whose branches lead the search, beside the target's own."""
HANG_WALL_S = 10
"""Beside ``target.HANG_S`` of processor time: for what waits, and for loops that never return."""
MEMORY_MB_MAX = 2_048


def main() -> None:
    """Fuzz until the time is over, or something breaks. Never returns."""
    module, seconds, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    with atheris.instrument_imports(include=[*WATCHED, module]):
        target = importlib.import_module(module).TARGET
    assert isinstance(target, Target)
    reached, seeds = folder / "reached", folder / "seeds"
    for each in (reached, seeds):
        each.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(known_inputs(module.rpartition(".")[2], target)):
        (seeds / f"{number:04d}").write_bytes(data)
    options = {
        "max_total_time": seconds,
        "timeout": HANG_WALL_S,
        "max_len": target.bytes_max,
        "rss_limit_mb": MEMORY_MB_MAX,
        "artifact_prefix": f"{folder}/",
        "print_final_stats": 1,
        "verbosity": 1,
    }
    atheris.Setup(
        [sys.argv[0], *(f"-{name}={value}" for name, value in options.items()), str(reached), str(seeds)],
        target.try_one,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
