"""A folder for one measurement."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def new_folder(name: str) -> Iterator[Path]:
    """A folder for one round, removed afterwards; kept when it ended in an error, for a look at the logs."""
    path = Path(tempfile.mkdtemp(prefix=f"sambut-bench-{name}-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)
