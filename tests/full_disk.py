"""A disk without room, for one process, without being root: no file of it may grow beyond so many bytes."""

import contextlib
import resource
from collections.abc import Iterator


@contextlib.contextmanager
def no_room_beyond(bytes_max: int, *pids: int) -> Iterator[None]:
    """Writes beyond that place in any file fail, in the processes named (0: this one); afterwards there is room again.

    Python programs and Asterisk ignore the signal that comes with it, and see a write that fails.
    """
    before = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids or (0,)}
    for pid, (_, hard) in before.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (bytes_max, hard))
    try:
        yield
    finally:
        for pid, limits in before.items():
            with contextlib.suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
