"""A program of a few lines under the supervisor, for its tests: ``python -m tests.sambut.supervised CONDUCT FILE``.

Each life writes a line into FILE. CONDUCT is what its first life does; the second lives until it is told
to stop, except with ``dies_again``.
"""

import os
import signal
import sys
from pathlib import Path

from sambut.supervisor import EXIT_GIVEN_WAY, Lifeline, Patience, Supervisor

PATIENCE = Patience(silent_s_max=0.5, start_s_max=0.5, stop_s_max=0.5)


def listen() -> list[int]:
    """What it is told, from now on."""
    told: list[int] = []
    hears = conduct != "does_not_stop"
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number) if hears else None)
    return told


def live(lifeline: Lifeline, told: list[int]) -> int:
    """Beat until told."""
    while not told:
        lifeline.beat()
        signal.sigtimedwait([], 0.05)
    return 0


def engine(lifeline: Lifeline) -> int:
    """One life."""
    told = listen()
    with file.open("a") as lives:
        lives.write(f"{os.getpid()}\n")
    if len(file.read_text().splitlines()) > 1 and conduct != "dies_again":
        return live(lifeline, told)
    match conduct:
        case "cannot_start":
            return 1
        case "never_comes_up":
            signal.pause()
        case "gives_way":
            lifeline.beat()
            return EXIT_GIVEN_WAY
        case "dies" | "dies_again":
            lifeline.beat()
            os.kill(os.getpid(), signal.SIGKILL)
        case "fails":
            lifeline.beat()
            raise ZeroDivisionError
        case "freezes":
            lifeline.beat()
            os.kill(os.getpid(), signal.SIGSTOP)
        case _:
            return live(lifeline, told)
    return 0


if __name__ == "__main__":
    conduct, file = sys.argv[1], Path(sys.argv[2])
    sys.exit(Supervisor(engine=engine, patience=PATIENCE).run())
