"""One program for each data folder: its place is held by a lock, which also tells others its process id."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from sambut.settings import Settings

FILE_NAME = "program.lock"
TRIES = 5
PAUSE_S = 0.02
"""Whoever looks at the lock holds it for a moment; who wants to have it tries again."""


class AlreadyRunning(Exception):
    """Another program has this data folder."""


@contextlib.contextmanager
def hold_place(settings: Settings) -> Iterator[None]:
    """Be the only program with these data until the end. Raises AlreadyRunning, OSError."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = settings.data_dir / FILE_NAME
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _locked(file):
            raise AlreadyRunning(
                f"{settings.data_dir}: another program, process {_pid_in(path) or 'unknown'}, runs with these data; "
                "stop it, or give this one its own paths.data_dir"
            )
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(file)


def running_pid(settings: Settings) -> int | None:
    """The process id of the program that has these data; None when none runs. Changes nothing."""
    path = settings.data_dir / FILE_NAME
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _pid_in(path)
    else:
        return None
    finally:
        os.close(file)


def _locked(file: int) -> bool:
    for tries_left in reversed(range(TRIES)):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if tries_left:
                time.sleep(PAUSE_S)
        else:
            return True
    return False


def _pid_in(path: Path) -> int | None:
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        return None
