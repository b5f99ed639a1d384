"""The rules about one file each: from a path and a text to what is wrong with it, one line an offence.

Each has a sample that it must catch, in ``test_rules.py``; ``test_files.py`` holds every file of the project to them.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.tree import Source

LINES_MAX = 500
FUNCTION_LINES_MAX = 70

VAGUE_WORDS = {"manager", "helper", "helpers", "util", "utils", "common"}
"""Words that say nothing of what a thing is for."""

VAGUE_ALONE = {"data", "info"}
"""Words that say nothing when they are all that a module's name has."""

UNFINISHED = re.compile(r"\b([T]ODO|[F]IXME|[X]XX|[N]otImplementedError)\b")
SWITCHED_OFF = re.compile(r"pytest\.mark\.(skip|skipif|xfail)\b|pytest\.(skip|xfail|importorskip)\(|unittest\.skip")
SILENCED = re.compile(
    r"#\s*(type:\s*ignore|noqa|pragma:\s*no cover)(?:\s*:\s*[A-Z0-9, ]+|\[[a-z-]+(?:,\s*[a-z-]+)*\])?(?P<rest>.*)"
)
MACHINE_PATH = re.compile(r"(?<![\w.$}*-])/(root|work|Users|home/(?!sambut\b)\w+)/")


def words_of(name: str) -> set[str]:
    """The words in ``snake_case`` and ``CamelCase`` names, in lower case."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)}


def plate(source: Source) -> Iterator[str]:
    """Every module says on its door what it is for."""
    if not (ast.get_docstring(source.tree) or "").strip():
        yield f"{source.path}: no docstring"


def length(source: Source) -> Iterator[str]:
    """A file has one job, and a function fits on a screen."""
    lines = source.text.count("\n")
    if lines > LINES_MAX:
        yield f"{source.path}: {lines} lines, more than {LINES_MAX}"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            taken = (node.end_lineno or node.lineno) - node.lineno + 1
            if taken > FUNCTION_LINES_MAX:
                yield f"{source.path}:{node.lineno}: {node.name} takes {taken} lines, more than {FUNCTION_LINES_MAX}"


def names(source: Source) -> Iterator[str]:
    """Modules, classes and functions have names that say what they are for.

    Functions of tests are left out: theirs are sentences, and Asterisk's own word for AMI is manager.
    """
    for part in source.path.with_suffix("").parts:
        if words_of(part) & VAGUE_WORDS or part in VAGUE_ALONE:
            yield f"{source.path}: {part!r} says nothing"
    kinds = ast.ClassDef if source.path.parts[0] == "tests" else ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(source.tree):
        if isinstance(node, kinds):
            if vague := words_of(node.name) & VAGUE_WORDS:
                yield f"{source.path}:{node.lineno}: {vague.pop()!r} in {node.name} says nothing"
            if node.name.lstrip("_").startswith("handle_"):
                yield f"{source.path}:{node.lineno}: {node.name}: say what is done, not that something is handled"


def finished(path: Path, text: str) -> Iterator[str]:
    """Nothing is left for later, and nothing of one machine is written down."""
    for number, line in enumerate(text.splitlines(), start=1):
        for pattern, words in ((UNFINISHED, "unfinished"), (MACHINE_PATH, "a path of one machine")):
            if found := pattern.search(line):
                yield f"{path}:{number}: {words}: {found.group()}"


def switched_on(source: Source) -> Iterator[str]:
    """No test is skipped, and a silenced checker is told why, on the same line or in a comment just above."""
    above = ""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if SWITCHED_OFF.search(line):
            yield f"{source.path}:{number}: switched off: {line.strip()}"
        silenced = SILENCED.search(line)
        if silenced and len(silenced["rest"].strip(" #:-")) < 5 and not above.startswith("#"):
            yield f"{source.path}:{number}: silenced without a reason: {line.strip()}"
        above = line.strip()


def awake(source: Source) -> Iterator[str]:
    """Tests wait for something to become true, with a deadline; they do not sleep through it."""
    if source.path.parts[0] != "tests":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "time.sleep":
            yield f"{source.path}:{node.lineno}: sleeps; poll with a deadline"
