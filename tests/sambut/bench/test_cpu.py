"""Processor time is that of the whole family: the program works below the process that looks after it."""

import subprocess
import sys

from sambut.bench.cpu import cpu_ms_of, cpu_ms_with_children

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE)
child.stdout.readline()
print("worked", flush=True)
sys.stdin.readline()
child.kill()
child.wait()
"""
CHILD = """
import time
while time.process_time() < 0.3:
    pass
print("worked", flush=True)
time.sleep(60)
"""


def test_a_living_childs_work_counts() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", f"CHILD = {CHILD!r}\n{PARENT}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        alone, family = cpu_ms_of(parent.pid), cpu_ms_with_children(parent.pid)
        parent.communicate("done\n")

    assert family - alone >= 280
