"""``python -m tests.fuzz``: every target for some seconds, or one input again.

    python -m tests.fuzz --seconds 60 --target ami      one target; without --target all, one after the other
    python -m tests.fuzz --target ami --input FILE      the input again, with its traceback

What reached further is kept in ``var/fuzz``, and the next run begins there.
"""

import argparse
import re
import sys
from pathlib import Path

from tests.fuzz.running import Finding, Run, fuzz
from tests.fuzz.targets import NAMES, load

PLACE = Path("var/fuzz")
SHOWN_BYTES_MAX = 2_000


def main() -> int:
    """0: nothing broke. 1: something did, and how to repeat it was said."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--target", choices=NAMES)
    parser.add_argument("--input", type=Path)
    asked = parser.parse_args()
    if asked.input is not None:
        if asked.target is None:
            parser.error("--input needs --target")
        load(asked.target).try_one(asked.input.read_bytes())
        sys.stdout.write(f"{asked.target}: takes {asked.input}\n")
        return 0
    chosen = (asked.target,) if asked.target else NAMES
    runs = [_one(name, asked.seconds) for name in chosen]
    return 1 if any(run.finding for run in runs) else 0


def _one(name: str, seconds: int) -> Run:
    run = fuzz(f"tests.fuzz.targets.{name}", seconds=seconds, folder=PLACE / name)
    sys.stdout.write(f"{name}: {run.executions} inputs in {seconds} s, {run.coverage} places reached\n")
    if run.finding is not None:
        sys.stdout.write(_told(name, run.finding))
    sys.stdout.flush()
    return run


def _told(name: str, finding: Finding) -> str:
    words = [finding.words.rstrip(), f"{name}: BROKEN ({finding.kind})"]
    if finding.file is not None:
        data = finding.file.read_bytes()
        words.append(f"  input:  {data[:SHOWN_BYTES_MAX]!r}" + (" ..." if len(data) > SHOWN_BYTES_MAX else ""))
        words.append(f"  repeat: {sys.executable} -m tests.fuzz --target {name} --input {finding.file}")
        kept = re.sub(r"^\w+-", "", finding.file.name)[:12]
        words.append(f"  once mended, keep it: cp {finding.file} tests/fuzz/found/{name}/{kept}")
    return "\n".join(words) + "\n"


if __name__ == "__main__":
    sys.exit(main())
