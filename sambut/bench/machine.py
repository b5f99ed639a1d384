"""What machine and versions a benchmark's figures belong to."""

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path

from sambut.asterisk_site import AsteriskNotFound, read_program
from sambut.settings import Settings


def machine_facts() -> dict[str, str | int | float]:
    """Processor, cores, load average (1 min), system, Python and the versions of this product."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "load_1_min": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sambut": version("sambut"),
        "asterisk": _asterisk(),
        "panoramisk": version("panoramisk"),
        "sqlite": sqlite3.sqlite_version,
    }


def _asterisk() -> str:
    try:
        return read_program(Settings()).version
    except AsteriskNotFound:
        return "none"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
