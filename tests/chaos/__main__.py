"""``python -m tests.chaos``: so many faults under so many calls, the table, and how to repeat it.

Exit code 0: everybody's story is the same. 1: something is broken, and the folder with all notes is kept.
"""

import argparse
import asyncio
import json
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from sambut.bench.machine import machine_facts
from sambut.bench.ways import NotComparable
from tests.chaos.history import broken
from tests.chaos.product import Stuck
from tests.chaos.run import Trial, run
from tests.chaos.table import as_json, as_table, judge


def main() -> int:
    """Run one trial."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--freezes", type=int, default=50)
    parser.add_argument("--away", type=int, default=0)
    parser.add_argument("--asterisk", type=int, default=10)
    parser.add_argument("--rate", type=float, default=3.0)
    parser.add_argument("--agents", type=int, default=14)
    parser.add_argument("--survivable", type=int, default=15)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    trial = Trial(
        seed=asked.seed,
        kills=asked.kills,
        freezes=asked.freezes,
        away=asked.away,
        asterisk=asked.asterisk,
        rate=asked.rate,
        agents=asked.agents,
        survivable_after_s=asked.survivable,
    )
    _say(f"seed {trial.seed}: {trial.command}")
    folder = Path(tempfile.mkdtemp(prefix="sambut-chaos-"))
    try:
        history = asyncio.run(run(trial, folder, say=_say))
    except (Stuck, NotComparable) as failure:
        _say(f"BROKEN: {failure}\n  notes:  {folder}\n  repeat: {trial.command}")
        return 1
    figures = judge(history, broken(history))
    _say(as_table(figures))
    if asked.json is not None:
        told = {"command": trial.command, "machine": machine_facts(), **as_json(figures)}
        asked.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if figures.is_well:
        shutil.rmtree(folder, ignore_errors=True)
        return 0
    _say(f"  notes:  {folder}\n  repeat: {trial.command}")
    return 1


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
