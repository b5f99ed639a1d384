"""Processor time of processes, from ``/proc``: a process with the children that it has waited for."""

import os
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_ms_of(pid: int) -> float:
    """User and system time so far, of it and of its ended children, in ms (10 ms steps). Raises OSError: no such process."""
    text = Path(f"/proc/{pid}/stat").read_text()
    # The name, in brackets, may hold blanks and brackets of its own; behind it the state is field 3.
    fields = text.rpartition(")")[2].split()
    utime, stime, children_utime, children_stime = map(int, fields[11:15])
    return (utime + stime + children_utime + children_stime) * 1000 / _TICKS_PER_S


def cpu_ms_with_children(pid: int) -> float:
    """The same, and that of its living children, such as the program below the process that looks after it."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    return cpu_ms_of(pid) + sum(map(cpu_ms_of, children))


def busy_share_of_machine() -> tuple[float, float]:
    """All processor time of the machine so far: (busy, total) in ms, over all cores."""
    fields = list(map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9]))
    idle = fields[3] + fields[4]
    return (sum(fields) - idle) * 1000 / _TICKS_PER_S, sum(fields) * 1000 / _TICKS_PER_S
