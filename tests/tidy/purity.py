"""Which modules are pure, and what a pure module imports that it must not.

Pure are the rooms ``kernel`` and ``centre``, the cores, every room's words (``facts.py``, ``rows.py``, ``ports.py``, ``failures.py``) and
every module whose docstring's first paragraph says ``Pure.``
A pure module has no I/O, clock, chance, event loop or log, and stands only on modules that are pure as well.
"""

import ast
import re
from collections.abc import Iterator, Mapping

from tests.tidy.tree import Source

PURE_ROOMS = ("kernel", "centre", "acd.core", "ivr.core")

IMPURE = {
    "aiohttp", "asyncio", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "socket",
    "sqlalchemy", "structlog", "subprocess", "threading", "time", "uuid",
}  # fmt: skip
"""What reaches out of the function it is called in."""


PURE_FILES = {"facts.py", "failures.py", "ports.py", "rows.py"}
"""What a room's modules are called that hold only words: what has happened, what is kept, what is asked for, what can go wrong."""

PURE_ALL_THE_SAME = {"pathlib.PurePath", "pathlib.PurePosixPath"}
"""Names of paths, which never look at a disk."""


def is_pure(source: Source) -> bool:
    """Does the module say that it is pure, or stand in a room that is?"""
    if any(source.module == room or source.module.startswith(f"{room}.") for room in PURE_ROOMS):
        return True
    first_paragraph = (ast.get_docstring(source.tree) or "").split("\n\n")[0]
    return source.path.name in PURE_FILES or re.search(r"\bPure\.", first_paragraph) is not None


def imported(source: Source) -> Iterator[tuple[int, str]]:
    """Line and dotted name of each import. ``from acd.core import facts`` gives ``acd.core.facts``."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def impurities(source: Source, modules: Mapping[str, Source]) -> Iterator[str]:
    """What a pure module imports that is not pure. ``modules``: all of the project's, by dotted name."""
    for line, name in imported(source):
        if name.partition(".")[0] in IMPURE and name not in PURE_ALL_THE_SAME:
            yield f"{source.path}:{line}: pure, and imports {name}"
        target = modules.get(name) or modules.get(name.rpartition(".")[0])
        # A package's own door is no more than its plate; what is in it is looked at by its own name.
        if target and target.path.name != "__init__.py" and not is_pure(target):
            yield f"{source.path}:{line}: pure, and imports {name}, which is not"
